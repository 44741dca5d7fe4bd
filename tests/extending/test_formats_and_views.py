"""A row in the table of formats or of views: the whole change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pytest

from support.cli import built
from tracer.engine.trace import IterationTrace
from tracer.model.quantity import Kind
from tracer.show.document import Block, Column, Document, Name, Notation, Table, Text
from tracer.show.formats import FORMATS, PICTURES, Format, Medium
from tracer.show.reports.selection import Selection
from tracer.show.reports.views import VIEWS, View


def write_words(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """A paragraph a line, a table by its title."""
    for block in document:
        if isinstance(block, Text):
            stream.write(f"words {block.content}\n")
        elif isinstance(block, Table):
            stream.write(f"table {block.title} {notation.name(Kind.DELTA)}\n")


def write_tabbed(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    for block in document:
        if isinstance(block, Table):
            for row in block.rows:
                cells = (
                    notation.canonical(c.label) if isinstance(c, Name) else str(c) for c in row
                )
                stream.write("\t".join(cells) + "\n")


def write_lengths(result: Any, notation: Notation, stream: TextIO, medium: Medium) -> None:
    stream.write(f"{len(list(result))} parts\n")


@pytest.fixture
def new_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    for row in (
        Format("words", write_words, "for listeners", (".words",), other_names=("prose",)),
        Format("tsv", write_tabbed, "for spreadsheets", (".tsv",), for_programs=True),
        Format("lengths", write_lengths, "for counting", (".len",), objects=True),
    ):
        monkeypatch.setitem(FORMATS, row.name, row)


@pytest.mark.usefixtures("new_formats")
@pytest.mark.parametrize("command", ["run", "step", "explain", "check", "worksheet"])
def test_a_new_format_is_told_of_in_the_help(command: str) -> None:
    shown = " ".join(built(command, "--help").split())
    assert "|words|prose|tsv|lengths|svg|" in shown.replace(" ", "")
    assert (
        "words or prose: for listeners; tsv: for spreadsheets; lengths: for counting; svg: a picture;"
        in shown
    )


@pytest.mark.usefixtures("new_formats")
def test_a_new_format_writes_every_result(tmp_path: Path) -> None:
    assert "table Forward δ\n" in built("run", "mazur", "--format", "words")
    assert "table Verdicts δ\n" in built("check", "zhou", "--format", "prose")
    assert "words By the chain rule:\n" in built("explain", "mazur", "dE/dw1", "--format", "words")
    assert "\ntable Edges, from the output back δ" in built("graph", "mazur", "--format", "words")
    path = tmp_path / "sheet.words"
    assert built("worksheet", "mazur", "-o", str(path)) == ""
    assert "table Forward δ\n" in path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("new_formats")
def test_a_new_format_for_programs_gets_the_records() -> None:
    assert built("run", "xor", "--format", "tsv").startswith("1\t1\tx1\t0.0\n")
    assert built("explain", "mazur", "net_h1", "--format", "tsv").startswith("net_h1\tw1*i1 + w2")
    assert "\tright\t\n" in built("check", "zhou", "--format", "tsv")
    assert "h1\t" in built("run", "mazur", "--format", "tsv", "--table", "forward")


@pytest.mark.usefixtures("new_formats")
def test_a_new_format_of_objects_gets_those() -> None:
    assert built("run", "mazur", "--format", "lengths") == "5 parts\n"
    assert built("explain", "mazur", "net_h1", "w1", "--format", "lengths") == "2 parts\n"


def listed(picture: Any, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """The names of the nodes."""
    stream.write(", ".join(node.name for node in picture.nodes))


def test_a_new_format_of_pictures_draws_networks_and_graphs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = Format("listed", listed, "for roll calls", (".roll",), picture=True)
    monkeypatch.setitem(PICTURES, row.name, row)
    assert built("run", "mazur", "--format", "listed").startswith("i1, i2, h1, h2, o1, o2, b1, b2")
    assert (
        built("graph", "apples", "--format", "listed") == "apple, apples, tax, apple_price, total"
    )
    assert "draws a network" in built("check", "zhou", "--format", "listed", code=2)


def nets(trace: IterationTrace, selection: Selection) -> Iterator[Block]:
    """The net inputs of the samples."""
    rows = [
        (Name(quantity), trace.value(quantity))
        for position in selection.positions(trace)
        for quantity in trace.quantities(sample=trace.rows[position])
        if quantity.kind is Kind.NET
    ]
    yield Table((Column("quantity"), Column("net", "right")), rows, "Net inputs", "nets")


@pytest.fixture
def new_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(VIEWS, "nets", View("nets", "the net inputs alone", lambda: nets))


@pytest.mark.usefixtures("new_view")
@pytest.mark.parametrize("format", FORMATS)
def test_a_new_view_is_shown_in_every_format(format: str) -> None:
    shown = built("run", "mazur", "--view", "nets", "--format", format)
    assert "0.3775" in shown
    if not FORMATS[format].for_programs:
        assert "Net inputs" in shown
        assert "Backward" not in shown


@pytest.mark.usefixtures("new_view")
def test_a_new_view_is_told_of_in_the_help_and_has_its_tables() -> None:
    shown = " ".join(built("run", "--help").split())
    assert "|layers|nets|forward|" in shown.replace(" ", "")
    assert "nets: the net inputs alone;" in shown
    table = built("run", "mazur", "--view", "nets", "--table", "nets", "--format", "csv")
    assert table.splitlines()[:2] == ["quantity,net", "net_h1,0.3775"]
    assert "--view nets needs samples with targets" in built(
        "run", "zhou-neuron", "--view", "nets", code=2
    )
