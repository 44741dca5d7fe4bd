"""`--lang` and the environment's language: what they change, and what they leave alone."""

from __future__ import annotations

import re

import pytest

from support.cli import process, python, run
from tracer.cli.languages import from_environment

ANSWERS = "net_h1: 0,3775\nout_h1: 0,5069\nE_o1: 0,5496\n"


def test_a_result_is_in_the_language_that_is_asked_for() -> None:
    shown = run("run", "mazur", "--lang", "de").stdout
    assert "Fehler: E_total = Σ ½·(target − out)²." in shown
    assert re.search(r"Schicht +Neuron +net +out", shown)
    assert re.search(r"1 +h1 +0,377500000 +0,593269992", shown)
    assert "0.3" not in shown


def test_a_language_that_there_is_not_is_an_error_with_those_that_there_are() -> None:
    failed = run("run", "mazur", "--lang", "fr", code=2)
    assert failed.stderr == (
        "bptrace: --lang fr: there is no language 'fr'; there are en (English), de (Deutsch), "
        "zh (中文)\n"
    )


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "xx_XX.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, "de"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "xx:zh:de"}, "zh"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en"}, "en"),
    ],
)
def test_the_environment_s_language_is_found_as_gettext_finds_it(
    environ: dict[str, str], code: str
) -> None:
    assert from_environment(environ) == code


def test_the_option_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "Rückwärts" in run("run", "mazur").stdout
    assert "Backward" in run("run", "mazur", "--lang", "en").stdout


def test_where_the_terminal_lacks_the_signs_it_stays_english() -> None:
    environ = {"LC_ALL": "zh_CN.UTF-8", "PYTHONIOENCODING": "ascii", "PATH": ""}
    assert b"Backward" in process("run", "mazur", env=environ).stdout


@pytest.mark.parametrize(
    "command",
    [
        "run mazur --format json",
        "run mazur --format csv",
        "explain mazur dE/dw1 --format json",
        "explain mazur dE/dw1 --format csv",
        "worksheet mazur --key --format csv",
        "why mazur E_total=0.29 --format json",
    ],
)
def test_what_programs_read_is_the_same_in_every_language(command: str) -> None:
    words = command.split()
    assert run(*words, "--lang", "de", code=None).stdout == run(*words, code=None).stdout


def test_tables_keep_their_names() -> None:
    german = run("run", "mazur", "--lang", "de", "--table", "backward").stdout
    assert "Rückwärts" in german
    assert "δ" in german


def test_help_and_problems_of_a_configuration_stay_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "Usage:" in run("run", "--help").stdout
    assert "missing key" in run("run", "-", input="network: {}", code=2).stderr


@pytest.mark.parametrize(
    ("format", "number"),
    [
        ("table", "0,377500000"),
        ("markdown", "0,377500000"),
        ("html", ">0,377500000<"),
        ("latex", "$0{,}377500000$"),
        ("svg", ">0,3775<"),
        ("dot", " = 0,3775"),
    ],
)
def test_numbers_for_people_have_a_decimal_comma(format: str, number: str) -> None:
    shown = run("run", "mazur", "--format", format, "--lang", "de").stdout
    assert number in shown
    assert not re.search(r"[>$ ]0\.3775", shown)


def test_a_function_s_arguments_are_told_from_decimals() -> None:
    shown = run("explain", "relu-bce", "out_h1", "--lang", "de").stdout
    assert "max(net_h1; 0)\n         = max(0,35; 0)\n" in shown


def test_a_html_page_says_its_language() -> None:
    assert '<html lang="zh-Hans">' in run(
        "run", "mazur", "--format", "html", "--lang", "zh"
    ).stdout  # fmt: skip


def test_a_sheet_is_in_the_language_of_its_readers() -> None:
    sheet = run("worksheet", "mazur", "--format", "latex", "--lang", "zh").stdout
    assert r"\usepackage[UTF8]{ctex}" in sheet
    assert "姓名：" in sheet
    german = run("worksheet", "mazur", "--lang", "de", "--answers").stdout
    assert "# Was leer bleibt, gilt als nicht angegeben." in german
    assert german.startswith("# Antworten: A step by step")  # which `check` reads
    assert "\nnet_h1:\n" in german


def test_a_check_is_in_the_language_of_its_reader() -> None:
    shown = run("check", "mazur", "-", "--lang", "de", input=ANSWERS, code=1).stdout
    assert "3 von 43 angegeben; 1 richtig, " in shown
    assert "Ein Faktor 2 zu viel: Das ½ des Fehlers fehlt" in shown
    assert "E_o1 = 0,5496" in shown


def test_what_is_not_revealed_is_not_revealed_in_any_language() -> None:
    words = ("check", "mazur", "-", "--no-reveal", "--lang")
    for language in ("en", "de", "zh"):
        shown = run(*words, language, input=ANSWERS, code=1).stdout.replace(",", ".")
        assert "0.5069" in shown
        assert "0.593269" not in shown
        assert "0.2748" not in shown


def test_decimal_commas_do_not_hide_how_a_sheet_was_rounded() -> None:
    sheet = "net_h1: 0.38\nnet_h2: 0.39\nout_h1: 0.59\nout_h2: 0.60\nnet_o1: 1.10\nout_o1: 0.75\n"
    said = [run("check", "mazur", "-", input=text, code=None).stdout for text in
            (sheet, sheet.replace(".", ","))]  # fmt: skip
    assert said[0] == said[1]


def test_why_reads_a_decimal_comma() -> None:
    shown = run("why", "mazur", "E_total=0,291027924", "--after", "1").stdout
    assert "Why E_total = 0.291027924?" in shown


def test_english_loads_no_catalogue() -> None:
    program = (
        "import sys\n"
        "from tracer.cli import application\n"
        "try: application()(['run', 'mazur'])\n"
        "except SystemExit: pass\n"
        "sys.exit('tomllib' in sys.modules)\n"
    )
    assert python(program).returncode == 0


def test_chinese_columns_stand_below_one_another() -> None:
    from tracer.show.formats.layout import cell_width

    shown = run("run", "mazur", "--lang", "zh", "--table", "forward").stdout
    title, *table = shown.splitlines()
    assert title == "前向传播"
    assert len({cell_width(line) for line in table}) == 1, shown
