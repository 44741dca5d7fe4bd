"""LaTeX that fits its line: widths by estimate, long formulas broken, wide tables divided."""

from __future__ import annotations

import re

import pytest

from support.latex_lines import tabulars, widths
from support.notations import LatexNotation
from tracer.show.document import Block, Cell, Column, Matrix, MatrixEquation, Name, Table
from tracer.show.formats import render
from tracer.show.formats.latex_width import LINE, broken, width


def shown(*blocks: Block) -> str:
    return render(blocks, LatexNotation(), "latex")


@pytest.mark.parametrize(
    ("source", "points"),
    [
        ("0.138498562", 54.2),  # as TeX has it at 10pt: 52.8
        (r"\frac{\partial E}{\partial w_{1}}", 17),  # 14.7 with its space
        (r"w_{1} \cdot i_{1} + w_{2} \cdot i_{2} + b_{1}", 86),  # 85.9
        (r"x_{1}^{(2)}", 16),  # 16.6, raised and lowered above one another
        (r"\rule[-2mm]{0pt}{8mm}\rule{3cm}{0.4pt}", 85.5),  # 85.4
    ],
)
def test_widths_are_about_those_of_tex(source: str, points: float) -> None:
    assert width(source) == pytest.approx(points, rel=0.25)


def test_the_widest_cell_of_each_column_counts_in_a_matrix() -> None:
    narrow = width(r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}")
    assert narrow == pytest.approx(width("12") + 22)
    assert width(r"\begin{bmatrix} 1 & 2222 \\ 3333 & 4 \end{bmatrix}") > narrow + 25


def test_a_long_sum_is_broken_before_its_signs() -> None:
    terms = [rf"w_{{{k}}} \cdot x_{{{k}}}" for k in range(1, 21)]
    lines = broken(" + ".join(terms), 200)
    assert len(lines) > 1
    assert all(width(line) <= 200 for line in lines)
    assert all(line.startswith("+ ") for line in lines[1:])
    assert "".join(lines) == " + ".join(terms)


def test_a_long_sum_in_brackets_is_broken_within_them() -> None:
    total = " + ".join(rf"w_{{{k}}} \cdot x_{{{k}}}" for k in range(1, 21))
    lines = broken(rf"w_{{1}} - 0.5 \cdot \left({total}\right)", 200)
    assert all(width(line) <= 200 for line in lines)
    whole = "".join(lines)
    assert r"\bigl(" in whole
    assert r"\bigr)" in whole
    assert r"\left" not in whole


def test_a_product_without_signs_is_broken_before_a_factor_and_a_power_of_ten_is_none() -> None:
    assert broken(r"1111 \cdot 2222 \cdot 10^{-7}", 70) == ["1111 ", r"\cdot 2222 \cdot 10^{-7}"]


def test_a_fraction_is_broken_with_a_slash_and_what_is_one_piece_stays() -> None:
    lines = broken(r"\frac{1111 + 2222 + 3333}{2}", 50)
    assert [line.strip() for line in lines] == [r"\bigl(1111", "+ 2222", r"+ 3333\bigr) / 2"]
    assert broken("123456789", 10) == ["123456789"]


def test_a_table_of_many_columns_is_divided_and_each_part_begins_with_its_rows_names() -> None:
    columns = (Column("name"), *(Column(f"number {k}", "right") for k in range(12)))
    row: tuple[Cell, ...] = (Name("w1"), *(0.1234 + k for k in range(12)))
    text = shown(Table(columns, (row,), "Wide"))
    parts = tabulars(text)
    assert len(parts) > 1
    assert all([row[0] for row in rows] == ["name", "$w1$"] for rows in parts)
    assert [cell for rows in parts for cell in rows[0][1:]] == [f"number {k}" for k in range(12)]
    assert max(widths(text)) <= LINE


def test_a_table_slightly_too_wide_is_set_smaller() -> None:
    columns = tuple(Column("a title of words") for _ in range(6))
    text = shown(Table(columns, ()))
    assert re.match(r"\{\\(small|footnotesize) \\noindent \\begin\{tabular\}\{llllll\}", text)
    assert text.endswith("\\end{tabular}\\par}\n")


def test_words_that_make_a_table_too_wide_are_folded() -> None:
    columns = (Column("name"), Column("reason"))
    lines = shown(Table(columns, ((Name("w1"), "so many words " * 20),)))
    assert re.search(r"\\begin\{tabular\}\{lp\{\d+pt\}\}", lines)
    assert r"& \raggedright so many words" in lines
    assert r"\tabularnewline" in lines


def test_a_long_table_can_end_a_page() -> None:
    text = shown(Table((Column("n"),), tuple((k,) for k in range(100)), "Long"))
    assert [len(rows) - 1 for rows in tabulars(text)] == [30, 30, 30, 10]
    assert "\\end{tabular}\n\n\\noindent \\begin{tabular}" in text


def test_a_wide_equation_goes_on_below() -> None:
    matrix = Matrix((tuple(k / 7 for k in range(6)),), (1, 6), "W")
    lines = shown(MatrixEquation((Name("a"), " = ", matrix, " + ", matrix, " = ", matrix)))
    assert r"\begin{aligned}" in lines
    assert max(widths(lines)) <= LINE
