"""What a stream can take: width, colour, encoding; and the signs' ASCII forms."""

import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

from support.cli import python
from support.paths import ROOT
from support.sparing import sparing
from tracer.show.formats import FORMATS, by_extension, by_name, detect
from tracer.show.symbols import ENCODING_ERRORS, SYMBOLS, to_ascii


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "asked", "colorful"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    environ: Mapping[str, str], asked: bool, colorful: bool
) -> None:
    assert detect(_Terminal(), environ, color=asked).color is colorful
    assert not detect(io.StringIO(), environ, color=asked).color


def test_the_option_goes_before_the_environment() -> None:
    assert detect(io.StringIO(), {"COLUMNS": "70"}, width=50).width == 50
    assert detect(io.StringIO(), {"COLUMNS": "70"}).width == 70
    assert detect(io.StringIO(), {"COLUMNS": "wide"}).width is None
    assert detect(io.StringIO(), {"COLUMNS": "0"}).width is None


def test_without_a_terminal_lines_are_as_long_as_they_need_to_be() -> None:
    assert detect(io.StringIO(), {}).width is None


def test_a_terminal_is_asked_for_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    assert detect(terminal, {}).width is None  # it has no file descriptor to ask
    monkeypatch.setattr(terminal, "fileno", lambda: 1)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((97, 30)))
    assert detect(terminal, {}).width == 97


@pytest.mark.parametrize(("encoding", "ascii"), [("utf-8", False), ("ascii", True)])
def test_the_encoding_decides_about_ascii(encoding: str, ascii: bool) -> None:
    assert detect(io.TextIOWrapper(io.BytesIO(), encoding=encoding), {}).ascii is ascii


def test_every_sign_has_an_ascii_form() -> None:
    assert all(to_ascii(sign).isascii() and "\\u" not in to_ascii(sign) for sign in SYMBOLS)
    assert to_ascii("∂E/∂w1 ≈ −0.5 · δ²") == "dE/dw1 ~= -0.5 * delta^2"
    assert to_ascii("中") == r"\u4e2d"


def test_the_last_resort_writes_what_the_encoding_lacks_in_ascii() -> None:
    assert "é ≈ 中".encode("latin-1", ENCODING_ERRORS) == b"\xe9 ~= \\u4e2d"
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", ENCODING_ERRORS)


def test_every_name_and_every_ending_belongs_to_one_format() -> None:
    rows = FORMATS.values()
    for belongings in ([row.names for row in rows], [row.extensions for row in rows]):
        every = [one for some in belongings for one in some]
        assert len(every) == len(set(every))
    assert by_name("text") is FORMATS["table"]
    assert by_extension(Path("a/b.MD")) is FORMATS["markdown"]
    assert by_extension(Path("csv")) is None


def test_only_tables_for_people_need_rich_and_none_needs_numpy() -> None:
    code = (
        "import sys\n"
        "from tracer.show.document import Text\n"
        "from tracer.show.formats import FORMATS, render\n"
        "for name, row in FORMATS.items():\n"
        "  if name != 'table' and not row.objects: render([Text('x')], None, name)\n"
        "print({'rich', 'numpy', 'pydantic'} & set(sys.modules))\n"
        "render([Text('x')], None, 'table')\n"
        "print({'numpy', 'pydantic'} & set(sys.modules))"
    )
    done = python(code)
    assert (done.stdout, done.stderr) == ("set()\nset()\n", "")


COMMAND = f"{sys.executable} -m tracer run mazur"


@pytest.mark.parametrize(
    ("command", "folds"),
    [
        (f"{COMMAND} | cat", True),
        (f"{COMMAND} > out.txt; cat out.txt", False),
        *sparing(
            [
                (f"{COMMAND} --width 200 | cat", False),
                (f"{COMMAND} 2> /dev/null | cat", False),
                (COMMAND, True),
            ],
            0,
        ),
    ],
)
def test_a_pipe_at_a_terminal_folds_as_the_terminal_does(
    command: str, folds: bool, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm"}
    environment.pop("COLUMNS", None)
    terminal = pexpect.spawn(
        "/bin/sh",
        ["-c", command],
        cwd=str(tmp_path),
        env=environment,
        dimensions=(24, 60),
        encoding="utf-8",
        timeout=60,
    )
    shown = terminal.read()
    rule = "Update: w+ = w − learning rate · ∂E/∂w, learning rate 0.5;"
    assert (f"{rule}\r\n  every gradient" in shown) is folds
    assert (f"{rule} every gradient" in shown) is not folds
