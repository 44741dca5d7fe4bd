"""Pictures on the command line: which commands draw, which view, sample and iteration."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.pictures import FILES, drawn
from support.cli import run
from support.paths import DOCS
from tracer.show.formats import PICTURES

FOLDER = DOCS / "pictures"


@pytest.mark.parametrize("format", PICTURES)
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("step", "mazur"), "draws a network or a graph"),
        (("explain", "mazur", "dE/dw5"), "`bptrace run CONFIG --format"),
        (("check", "zhou"), "draws a network or a graph"),
        (("run", "mazur", "--view", "matrix"), "forward, backward, update"),
        (("run", "mazur", "--table", "forward"), "no tables"),
        (("run", "mazur", "--round", "4dp"), "--round has no picture"),
        (("run", "mazur", "--sample", "all"), "one sample"),
        (("run", "xor", "--sample", "7"), "1, 2, 3, 4"),
        (("run", "zhou-feedforward", "--view", "backward"), "needs samples with targets"),
        (("run", "cs231n-two-layer", "--view", "update"), "needs `training`"),
        (("run", "apples", "--view", "forward"), "--sample and --view are for networks"),
    ],
)
def test_what_cannot_be_drawn_is_told(words: tuple[str, ...], told: str, format: str) -> None:
    result = run(*words, "--format", format, code=2)
    assert told in " ".join(result.stderr.split())
    assert not result.stdout


def test_a_view_that_is_a_picture_needs_a_format_that_draws() -> None:
    told = run("run", "mazur", "--view", "backward", code=2).stderr
    assert "--view backward is a picture; draw it with --format svg" in told


@pytest.mark.parametrize(("ending", "start"), [("svg", "<svg"), ("gv", "digraph"), ("mmd", "flow")])
def test_the_ending_of_a_file_chooses_the_picture(ending: str, start: str, tmp_path: Path) -> None:
    file = tmp_path / f"net.{ending}"
    run("run", "mazur", "-o", file)
    assert file.read_text(encoding="utf-8").startswith(start)


def test_a_graph_is_drawn_by_run_too() -> None:
    assert run("run", "apples", "--format", "svg").stdout == (
        run("graph", "apples", "--format", "svg").stdout
    )


@pytest.mark.parametrize("file", FILES)
def test_the_pictures_of_the_pages_are_drawn_as_of_today(
    file: str, request: pytest.FixtureRequest
) -> None:
    if request.config.getoption("--update-golden"):
        (FOLDER / file).write_text(drawn(file), encoding="utf-8")
    assert (FOLDER / file).read_text(encoding="utf-8") == drawn(file), "make pictures draws it anew"


def test_no_picture_lies_about_that_nobody_draws() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)
