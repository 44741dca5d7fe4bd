"""CSV output: read back by the csv module, exact numbers, canonical names."""

import csv
from io import StringIO

import pytest

from support.notations import PlainNotation
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Derivation,
    Heading,
    Name,
    Note,
    Records,
    Step,
    Table,
    Value,
)
from tracer.show.formats import render


def read(*blocks: Block) -> list[list[str]]:
    return list(csv.reader(StringIO(render(blocks, PlainNotation(), "csv"))))


def test_numbers_are_exact_whatever_the_notation_shows() -> None:
    values = (0.1 + 0.2, 1e-300, -0.0, 5e-324)
    table = Table((Column("x"),), tuple((value,) for value in values))
    assert [float(row[0]) for row in read(table)[1:]] == list(values)


def test_cells_are_for_programs() -> None:
    table = Table(
        tuple(Column(str(i)) for i in range(6)),
        ((Name("dE/dw1"), True, None, 3, Value(0.5), ("a ", Name("delta_o1"))),),
    )
    assert read(table)[1] == ["dE/dw1", "true", "", "3", "0.5", "a delta_o1"]


def test_no_spreadsheet_takes_a_cell_for_a_formula() -> None:
    texts: list[Cell] = [
        "=1+1",
        "+a",
        "-cmd",
        "@sum",
        " =1",
        ("=", "x"),
        "-0.5",
        "+1e-3",
        "−3",
        "a=b",
        "",
    ]
    table = Table((Column("x"),), tuple((text,) for text in texts))
    assert [row[0] for row in read(table)[1:]] == [
        "'=1+1", "'+a", "'-cmd", "'@sum", "' =1", "'=x", "-0.5", "+1e-3", "-3", "a=b", ""
    ]  # fmt: skip


def test_headers_are_ascii_and_without_spaces() -> None:
    headers = (Name("dE/dw1"), "net input", "∂E/∂out", "η × gradient", "w5+", "(δ)")
    table = Table(tuple(Column(header) for header in headers), ())
    assert read(table) == [["dE/dw1", "net_input", "dE/dout", "eta_x_gradient", "w5+", "delta"]]


def test_one_table_is_written_and_nothing_else() -> None:
    forward = Table((Column("neuron"),), (("[red]",), ('a,"b"',)), name="forward")
    nameless = Table((Column("n"),), ((1,),))
    blocks = (Heading("T"), forward, Note("n"), Derivation("a", (Step("=", "1"),)), nameless)
    assert read(*blocks) == [["neuron"], ["[red]"], ['a,"b"']]
    assert read(Heading("T")) == []


def test_records_go_before_the_tables_for_people() -> None:
    records = Records(Table((Column("quantity"),), ((Name("delta_o1"),),)))
    assert read(Table((Column("n"),), ((1,),)), records) == [["quantity"], ["delta_o1"]]
    assert render([records, Heading("T")], PlainNotation(), "markdown") == "# T\n"


def test_signs_of_our_own_are_ascii_and_names_stay() -> None:
    row = ("i1 → h1", "2×2", "w1–w4", ("lr·", Name("dE/dw1")), "δ1")
    table = Table(tuple(Column(str(i)) for i in range(5)), (row,))
    assert read(table)[1] == ["i1 -> h1", "2x2", "w1-w4", "lr*dE/dw1", "δ1"]


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 2 cells in a table of 1 columns"):
        read(Table((Column("a"),), ((1, 2),)))
