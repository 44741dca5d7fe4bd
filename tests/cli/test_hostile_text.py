"""Text from files, options and names reaches neither the terminal nor a line of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cli import run
from support.configs import SOUND, spoiled
from tracer.errors import BptraceError, ConfigError, Problem
from tracer.explain.worksheet import title_line
from tracer.visible import json_escaped, printable

STEERING = "\x1b]0;owned\x07\x9b31m\u202e\u200f"
VISIBLE = r"\x1b]0;owned\x07\x9b31m\u202e\u200f"
YAML = STEERING.translate(
    {ord(sign): rf"\u{ord(sign):04x}" for sign in STEERING if not " " < sign < "~"}
)
"""The same within the quotes of a YAML file, which can't hold it as it is."""

_STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _key(folder: Path) -> list[object]:
    path = folder / "key.yaml"
    path.write_text(f'"{YAML}": 1\n{SOUND}', encoding="utf-8")
    return ["run", path]


def _value(folder: Path) -> list[object]:
    path = folder / "value.yaml"
    path.write_text(spoiled(("half_squared_error", f'"{YAML}"')), encoding="utf-8")
    return ["run", path]


def _table(folder: Path, text: str) -> list[object]:
    (folder / "data.csv").write_text(text, encoding="utf-8")
    path = folder / "table.yaml"
    data = "data: {file: data.csv, inputs: [a, b], targets: [c, d]}\ntraining:"
    inline = SOUND[SOUND.index("data:") : SOUND.index("training:")]
    path.write_text(spoiled((inline, ""), ("training:", data)), encoding="utf-8")
    return ["run", path]


_SOURCES: dict[str, Callable[[Path], list[object]]] = {
    "a key": _key,
    "a value": _value,
    "a cell": lambda folder: _table(folder, f'a,b,c,d\n1,2,3,"{STEERING}"\n'),
    "a header": lambda folder: _table(folder, f"{STEERING},b,c,d\n1,2,3,4\n"),
    "a file's name": lambda folder: ["run", folder / f"{STEERING}.yaml"],
    "a quantity": lambda _: ["explain", "mazur", STEERING],
    "an option": lambda _: ["run", "mazur", f"--{STEERING}"],
    "an option's value": lambda _: ["run", "mazur", "--view", STEERING],
    "a command": lambda _: [STEERING],
}


@pytest.mark.parametrize("source", _SOURCES)
def test_no_message_steers_the_terminal(source: str, tmp_path: Path) -> None:
    told = run(*_SOURCES[source](tmp_path), code=2).stderr
    assert VISIBLE in told
    assert not _STEERS.search(told)


def test_a_note_is_harmless_too(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"{title_line('')}: {STEERING}\nnet_h1: 0.3775\n", encoding="utf-8")
    told = run("check", "mazur", answers, code=None).stderr
    assert VISIBLE in told
    assert not _STEERS.search(told)


def test_an_answers_file_is_harmless(tmp_path: Path) -> None:
    path = tmp_path / "title.yaml"
    path.write_text(f'title: "{YAML}"\n' + SOUND.partition("\n")[2], encoding="utf-8")
    sheet = run("worksheet", path, "--answers").stdout
    assert sheet.startswith(f"# Answers: {VISIBLE}\n")
    assert not _STEERS.search(sheet)
    assert "begins with" not in run("check", path, "-", input=sheet, code=None).stderr


def test_json_means_the_same_and_steers_nothing(tmp_path: Path) -> None:
    path = tmp_path / "title.yaml"
    path.write_text(f'title: "{YAML}"\n' + SOUND.partition("\n")[2], encoding="utf-8")
    text = run("run", path, "--format", "json").stdout
    assert not _STEERS.search(text)
    assert json.loads(text)["title"] == STEERING


def test_an_error_is_a_line_and_a_problem_too() -> None:
    assert str(BptraceError("a\nb", "c\x1b")) == r"a b; c\x1b"
    problem = Problem("f\n", 1, 2, "k\n:", "m", "h", ("x*\x07", "  ^"))
    assert str(ConfigError([problem])) == "f :1:2: k :: m; h\nx*\\x07\n  ^"


def test_what_is_harmless_stays_as_it_is() -> None:
    for text in ("δ_h1 ≈ ½ · שלום 猫", r"\x1b", ""):
        assert printable(text) == text == json_escaped(text)
