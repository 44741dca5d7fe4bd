"""Text output: exact lines for short documents, bounded memory for long ones, ASCII if need be."""

import io
import tracemalloc
from collections.abc import Iterator
from typing import TextIO, cast

import pytest

from support.notations import PlainNotation
from tracer.formula import Expression
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Derivation,
    Formula,
    Heading,
    Matrix,
    MatrixEquation,
    Name,
    Note,
    Step,
    Table,
    Text,
    Value,
    Warn,
)
from tracer.show.formats import FORMATS, Medium, render
from tracer.show.formats.layout import CHUNK, cell_width, fold

ROWS: tuple[tuple[Cell, ...], ...] = (("h1", 0.3775, 12), ("[red]", -1.5, None))
TABLE = Table(
    (Column("neuron"), Column(Name("dE/dw1"), "right"), Column("n", "right")),
    ROWS,
    title="Forward",
)
DERIVATION = Derivation(
    "dE/dw1",
    (
        Step("=", (Name("delta_o1"), " · ", Name("i1"))),
        Step("≈", (Value(0.00877135), " · ", Value(0.05, exact=True))),
    ),
)


def shown(*blocks: Block, medium: Medium | None = None) -> list[str]:
    return render(blocks, PlainNotation(), "table", medium).splitlines()


def test_a_table_has_its_title_a_rule_and_aligned_columns() -> None:
    assert shown(TABLE) == [
        "Forward",
        "  neuron   ∂E/∂w1   n",
        "  ───────────────────",
        "  h1       0.3775  12",
        "  [red]   -1.5000",
    ]


def test_a_table_without_rows_shows_its_header() -> None:
    assert shown(Table((Column("a"), Column("b")), ())) == ["  a  b", "  ────"]


def test_blocks_stand_apart_by_one_empty_line() -> None:
    assert shown(Heading("Title"), Heading("Part", 2), Text("words"), Heading("Small", 3)) == [
        "Title",
        "═════",
        "",
        "Part",
        "────",
        "",
        "words",
        "",
        "Small",
    ]


def test_remarks_are_marked_in_words() -> None:
    assert shown(Note("12 more samples"), Warn(("not a gradient: ", Name("dE/dw1")))) == [
        "Note: 12 more samples",
        "",
        "Warning: not a gradient: ∂E/∂w1",
    ]


def test_a_derivation_aligns_its_relations() -> None:
    assert shown(DERIVATION) == ["  ∂E/∂w1 = δ_o1 · i1", "         ≈ 0.0088 · 0.05"]


def test_ascii_relations_of_different_length_still_align() -> None:
    assert shown(DERIVATION, medium=Medium(ascii=True)) == [
        "  dE/dw1  = delta_o1 * i1",
        "         ~= 0.0088 * 0.05",
    ]


def test_long_steps_fold_below_themselves() -> None:
    step = Step("=", "w1 · i1 + w2 · i2 + b1")
    assert shown(Derivation("net_h1", (step,)), medium=Medium(width=24)) == [
        "  net_h1 = w1 · i1 + w2",
        "           · i2 + b1",
    ]


def test_matrices_stand_side_by_side_with_labels_and_shapes() -> None:
    equation = MatrixEquation(
        (
            Name("delta_o1"),
            " = ",
            Matrix(((0.4, 0.5), (-0.45, 0.55), (1.0, 2.0)), (3, 2), "W^2"),
            "·",
            Matrix(((1, 2),), (1, 2), "x"),
        )
    )
    assert shown(equation) == [
        "                 W^2",
        "         ⎡  0.4000  0.5000 ⎤      x",
        "  δ_o1 = ⎢ -0.4500  0.5500 ⎥ · [ 1  2 ]",
        "         ⎣  1.0000  2.0000 ⎦     1×2",
        "                 3×2",
    ]
    assert shown(equation, medium=Medium(ascii=True, width=34)) == [
        "                     W^2",
        "             [  0.4000  0.5000 ]",
        "  delta_o1 = [ -0.4500  0.5500 ] *",
        "             [  1.0000  2.0000 ]",
        "                     3x2",
        "     x",
        "  [ 1  2 ]",
        "    1x2",
    ]


def test_a_matrix_alone_and_a_formula_alone_are_displayed() -> None:
    formula = cast(Expression, "w1·i1")
    assert shown(
        Matrix(((1,), (2,)), (2, 1)), MatrixEquation((Name("h"), "=", Formula(formula)))
    ) == [
        "  ⎡ 1 ⎤",
        "  ⎣ 2 ⎦",
        "   2×1",
        "",
        "  h = w1·i1",
    ]


def test_cells_of_each_kind_have_their_text() -> None:
    cells: tuple[Cell, ...] = (True, False, None, 10000, ("η = ", Value(1.0, exact=True)))
    table = Table(tuple(Column(str(i)) for i in range(5)), (cells,))
    assert shown(table)[2] == "  yes  no     10000  η = 1"


def test_wide_signs_take_two_columns() -> None:
    lines = shown(Table((Column("neuron"), Column("n", "right")), (("中文", 1), ("é", 22))))
    assert [cell_width(line) for line in lines[2:]] == [12, 12]
    assert lines[2] == "  中文     1"
    assert cell_width("e\u0301") == 1


def test_a_narrow_width_folds_words_and_never_cuts_a_number() -> None:
    table = Table(
        (Column("what it is"), Column("value", "right")),
        (("the net input of h1", 0.3775), ("a_name_longer_than_all", 1.0)),
    )
    lines = shown(table, medium=Medium(width=10))
    assert lines == [
        "  what it is               value",
        "  ──────────────────────────────",
        "  the net input of h1     0.3775",
        "  a_name_longer_than_all  1.0000",
    ]
    assert shown(Table(table.columns, (("the net input", 0.3775),)), medium=Medium(width=18)) == [
        "  what it",
        "  is         value",
        "  ────────────────",
        "  the net   0.3775",
        "  input",
    ]


def test_chinese_folds_between_any_two_signs_but_no_line_begins_with_a_stop() -> None:
    text = "损失：E_total，取此符号：梯度下降时减去它。"
    lines = fold(text, 12)
    assert "".join(lines) == text
    assert all(cell_width(line) <= 12 for line in lines)
    assert not any(line[0] in "：，。" for line in lines)
    assert "E_total，" in "|".join(lines)


def test_paragraphs_fold_at_the_width_only_if_there_is_one() -> None:
    text = Text("one two three four")
    assert shown(text, medium=Medium(width=9)) == ["one two", "three", "four"]
    assert shown(text) == ["one two three four"]


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert shown(Text("a\x1b[31mb\nc\ud800\u202ed")) == [r"a\x1b[31mb c\ud800\u202ed"]


def test_colour_is_escape_codes_around_the_same_text() -> None:
    blocks = (Heading("T"), TABLE, Note("n"), Warn("w"))
    colored = render(blocks, PlainNotation(), "table", Medium(color=True))
    plain = render(blocks, PlainNotation(), "table")
    assert "\x1b[33mWarning: w\x1b[0m" in colored
    assert "\x1b" not in plain
    for code in ("1", "2", "33", "36", "0"):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == plain


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_stream_that_cannot_encode_the_signs_gets_ascii(encoding: str) -> None:
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding=encoding, newline="")
    blocks = (Heading("δ ≈ 中"), TABLE, DERIVATION, Matrix(((1,), (2,)), (2, 1)))
    FORMATS["table"].write(blocks, PlainNotation(), stream, Medium())
    stream.flush()
    text = binary.getvalue().decode("ascii")
    assert text.startswith("delta ~= \\u4e2d\n===============\n")
    assert "\n  [ 1 ]\n  [ 2 ]\n" in text


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells in a table of 2 columns"):
        shown(Table((Column("a"), Column("b")), (("x",),)))


class _Counter(io.TextIOBase):
    """A stream that keeps nothing but the number of lines and the last of them."""

    lines = 0
    last = ""

    def write(self, text: str, /) -> int:
        self.lines += text.count("\n")
        self.last = text
        return len(text)


def test_long_tables_stream_in_bounded_memory() -> None:
    rows: Iterator[tuple[Cell, ...]] = ((f"w{i}", i / 7, i) for i in range(10_000))
    table = Table((Column("name"), Column("value", "right"), Column("n", "right")), rows)
    stream = _Counter()
    tracemalloc.start()
    FORMATS["table"].write([table], PlainNotation(), cast(TextIO, stream), Medium(width=80))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert stream.lines == 10_002
    assert stream.last == "  w9999  1428.4286  9999\n"
    assert peak < 2_000_000


def test_a_row_more_than_a_chunk_changes_nothing_above_it() -> None:
    columns = (Column("name"), Column("value", "right"), Column("note", "center"))
    rows: list[tuple[Cell, ...]] = [(f"w{i}", i / 7, "中" * (i % 3)) for i in range(CHUNK + 1)]
    short, long = shown(Table(columns, rows[:-1])), shown(Table(columns, rows))
    assert len(long) == len(short) + 1
    assert long[:-1] == short


@pytest.mark.parametrize("rows", [1, CHUNK + 1])
def test_long_cells_fold_in_tables_of_any_length(rows: int) -> None:
    table = Table((Column("x"), Column("n", "right")), [("a name of some words", 1.0)] * rows)
    lines = shown(table, medium=Medium(width=20))
    assert lines[-2:] == ["  a name of   1.0000", "  some words"]
    assert len(lines) == 2 + 2 * rows


def test_the_widest_columns_give_way_first() -> None:
    columns = (Column("short words"), Column("a column of many words"), Column("n", "right"))
    table = Table(columns, [("one two", "a b c d e f g h i j k l", 1)])
    assert shown(table, medium=Medium(width=32)) == [
        "               a column of",
        "  short words  many words      n",
        "  ──────────────────────────────",
        "  one two      a b c d e f g   1",
        "               h i j k l",
    ]


def test_columns_grow_for_later_rows_and_keep_aligned_from_there_on() -> None:
    rows = [("a", 1)] * 500 + [("abc", 10000), ("a", 1)]
    lines = shown(Table((Column("x"), Column("n", "right")), rows))
    assert lines[2] == "  a  1"
    assert lines[-2:] == ["  abc  10000", "  a        1"]
