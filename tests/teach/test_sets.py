"""Sheets of a class in one file, sheets that ask for some numbers only, and PDF by LaTeX."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import run
from tracer.errors import OutputError
from tracer.show import pdf as latex
from tracer.show.pdf import pdf

TWO = ("mazur", "adam-by-hand")
TITLES = ("A step by step backpropagation example", "Adam by hand, three iterations")


@pytest.mark.parametrize("key", [(), ("--key",)])
def test_latex_of_several_sheets_is_one_document(tmp_path: Path, key: tuple[str, ...]) -> None:
    path = tmp_path / "class.tex"
    run("worksheet", *TWO, *key, "-o", path)
    text = path.read_text(encoding="utf-8")
    assert text.count(r"\documentclass") == text.count(r"\end{document}") == 1
    first, second = text.split("\\clearpage\n")
    assert TITLES[0] in first
    assert TITLES[1] in second
    assert r"\section*{" in second


def test_html_of_several_sheets_is_one_page_with_parts(tmp_path: Path) -> None:
    path = tmp_path / "class.html"
    run("worksheet", *TWO, "-o", path)
    text = path.read_text(encoding="utf-8")
    assert text.count("<!doctype html>") == text.count("</html>") == 1
    parts = text.split('<section class="part">')[1:]
    assert [title in part for title, part in zip(TITLES, parts, strict=True)] == [True, True]


def test_html_of_several_sheets_can_be_a_fragment(tmp_path: Path) -> None:
    path = tmp_path / "class.html"
    run("worksheet", *TWO, "--fragment", "-o", path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith('<section class="part">')
    assert text.count("</section>") == 2
    assert "<style" not in text


def test_markdown_of_several_sheets_has_a_rule_between_them(tmp_path: Path) -> None:
    path = tmp_path / "class.md"
    run("worksheet", *TWO, "-o", path)
    first, second = path.read_text(encoding="utf-8").split("\n---\n\n")
    assert first.startswith(f"# {TITLES[0]}")
    assert second.startswith(f"# {TITLES[1]}")
    assert "theta" in second


def test_each_sheet_of_a_set_has_its_own_names(tmp_path: Path) -> None:
    path = tmp_path / "class.md"
    run("worksheet", "xor", "mazur", "-o", path)
    first, second = path.read_text(encoding="utf-8").split("\n---\n")
    assert "`x1`" in first
    assert "`i1`" in second


def test_a_set_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / "class.tex"
    assert "no file or bundled example" in run("worksheet", *TWO, "nil", "-o", path, code=2).output
    assert not list(tmp_path.iterdir())


def test_a_format_without_sets_says_so(tmp_path: Path) -> None:
    told = run("worksheet", *TWO, "-o", tmp_path / "class.csv", code=2).output
    assert "--format csv has no file of several results" in told
    assert "{name}" in told


def test_a_sheet_asks_for_some_numbers_only() -> None:
    sheet = run("worksheet", "mazur", "--ask", "delta_h1, E_total,w[h1,i1]+").output
    rows = [line for line in sheet.splitlines() if "____" in line][1:]
    assert [row.split("|")[1].strip() for row in rows] == ["`E_total`", "`δ_h1`", "`w1⁺`"]
    key = run("worksheet", "mazur", "--ask", "E_total", "--key", "--format", "csv").output
    assert key.split() == ["section,quantity,value", "Errors,E_total,0.2983711087600027"]
    assert (
        run("worksheet", "mazur", "--ask", "E_total", "--answers").output.split("\n\n")[1]
        == "# Errors\nE_total:\n"
    )


def test_patterns_mean_all_numbers_that_are_called_so() -> None:
    sheet = run("worksheet", "mazur", "--ask", "delta_*,net_h*", "--answers").output
    names = [line[:-1] for line in sheet.splitlines() if line and line[0] != "#"]
    assert names == ["net_h1", "net_h2", "delta_o1", "delta_o2", "delta_h1", "delta_h2"]


def test_a_number_that_no_sheet_asks_for_by_itself_can_be_asked_for() -> None:
    assert "dE/db1:" in run("worksheet", "mazur", "--ask", "dE/db1", "--answers").output


def test_numbers_of_later_iterations_and_samples_are_asked_for_by_their_names() -> None:
    sheet = run("worksheet", "adam-by-hand", "--ask", "theta+@3", "--answers").output
    assert [line for line in sheet.splitlines() if line and line[0] != "#"] == ["theta+@3:"]
    assert "### Iteration 3" in run("worksheet", "adam-by-hand", "--ask", "theta+@3").output
    assert "net_h1#2:" in run("worksheet", "xor", "--ask", "net_h1#2", "--answers").output


@pytest.mark.parametrize("words", [("worksheet", "mazur"), ("page", "mazur", "--exercise")])
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("delta_h9", "did you mean"),
        ("delta_x*", "nothing that is asked for is called 'delta_x*'"),
        ("i1", "cannot ask for i1; it is given by the configuration"),
        ("net_h1@2", "cannot ask for net_h1@2; iteration 2 is not among those asked for"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    words: tuple[str, ...], name: str, message: str, tmp_path: Path
) -> None:
    told = run(*words, "--ask", name, "-o", tmp_path / "out.html", code=2).output
    assert message in told
    assert not list(tmp_path.iterdir())


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> None:
    """A program of that name, the only one there is; it sees what it is called with."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


ECHO = """\
printf '%%PDF %s openout=%s\\n' "$*" "$openout_any" > sheet.pdf
read -r line < sheet.tex
printf '%s\\n' "$line" >> sheet.pdf"""


def test_a_pdf_is_what_latex_makes_of_the_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(tmp_path, monkeypatch, "pdflatex", ECHO)
    path = tmp_path / "class.pdf"
    run("worksheet", *TWO, "-o", path)
    first, second = path.read_text(encoding="utf-8").splitlines()
    assert "-no-shell-escape" in first
    assert "-halt-on-error" in first
    assert first.endswith("openout=p")
    assert second == r"\documentclass{article}"


def test_every_result_can_be_a_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(tmp_path, monkeypatch, "pdflatex", ECHO)
    path = tmp_path / "run.pdf"
    run("run", "mazur", "-o", path)
    assert r"\documentclass" in path.read_text(encoding="utf-8")
    assert "exists already" in run("run", "mazur", "-o", path, code=2).output
    assert "pdf needs a file" in run("run", "mazur", "--format", "pdf", code=2).output


def test_without_latex_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    told = run("worksheet", "mazur", "-o", tmp_path / "a.pdf", code=2).output
    assert "a PDF needs LaTeX, and there is none here; install TeX Live" in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo '! Undefined control sequence.'; exit 1", "of it: ! Undefined control sequence"),
        ("exit 1", "of it: pdflatex failed; name a .tex"),
        (
            "echo 'Missing character: There is no é (U+00E9) in font x!' > sheet.log; : > sheet.pdf",
            "the fonts of pdflatex have no é",
        ),
        ("while :; do :; done", r"pdflatex did not end within 0\.2 s"),
    ],
)
def test_what_latex_could_not_do_is_said(
    script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latex, "SECONDS", 0.2)
    pretend(tmp_path, monkeypatch, "pdflatex", script)
    with pytest.raises(OutputError, match=message):
        pdf("x")
