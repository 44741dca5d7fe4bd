"""Markdown output: GitHub's tables, escapes, and formulas between dollar signs."""

from typing import cast

from support.notations import LatexNotation, PlainNotation
from tracer.formula import Expression
from tracer.show.document import (
    Block,
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
    Warn,
)
from tracer.show.formats import Medium, render

DERIVATION = Derivation("dE/dw1", (Step("=", (Name("delta_o1"), " · 2")), Step("≈", "1e-05")))


def shown(*blocks: Block, medium: Medium | None = None) -> list[str]:
    return render(blocks, PlainNotation(), "markdown", medium).splitlines()


def test_a_table_has_a_title_aligned_columns_and_names_as_code() -> None:
    table = Table(
        (Column("neuron"), Column(Name("dE/dw1"), "right"), Column("n", "center")),
        (("h1", -0.5, 3), (Name("delta_o1"), None, True)),
        title="Gradients",
    )
    assert shown(table) == [
        "**Gradients**",
        "",
        "| neuron | `∂E/∂w1` | n |",
        "| :--- | ---: | :---: |",
        "| h1 | -0.5000 | 3 |",
        "| `δ_o1` |  | yes |",
    ]


def test_words_of_the_user_are_no_markup() -> None:
    table = Table((Column("neuron"),), ((r"a|b*c_d\e<f>[g]`h`~$&",),))
    assert shown(table)[2] == r"| a\|b\*c\_d\\e\<f\>\[g\]\`h\`\~\$\& |"


def test_pipes_in_code_are_escaped_in_tables_only() -> None:
    assert shown(Table((Column("n"),), ((Name("net_a|b"),),)))[2] == r"| `net_a\|b` |"
    assert shown(Text(Name("net_a|b"))) == ["`net_a|b`"]


def test_names_among_words_are_code_and_the_words_are_escaped() -> None:
    assert shown(Text(("w_5 · ", Name("delta_o1")))) == [r"w\_5 · `δ_o1`"]


def test_backticks_in_a_name_get_a_longer_fence() -> None:
    assert shown(Text(Name("`a``"))) == ["``` `a`` ```"]


def test_headings_and_remarks() -> None:
    assert shown(Heading("T_1"), Heading("Part", 2), Note("n"), Warn("w")) == [
        "# T\\_1",
        "",
        "## Part",
        "",
        "> **Note:** n",
        "",
        "> **Warning:** w",
    ]


def test_a_paragraph_never_begins_a_list_or_a_heading() -> None:
    assert shown(Text("1. first"), Text("# no"), Text("- no"), Text("-0.5 is")) == [
        "1\\. first",
        "",
        "\\# no",
        "",
        "\\- no",
        "",
        "-0.5 is",
    ]


def test_a_derivation_is_a_displayed_formula() -> None:
    assert shown(DERIVATION, medium=Medium(math=LatexNotation())) == [
        "$$",
        r"\begin{aligned}",
        r"\frac{\partial E}{\partial w_1} &= \delta_{o1} \cdot  2 \\",
        r" &\approx 1 \cdot 10^{-5}",
        r"\end{aligned}",
        "$$",
    ]


def test_matrices_are_displayed() -> None:
    matrix = Matrix(((1,), (2,)), (2, 1), "W")
    drawn = ["$$", r"\underset{W\ (2 \times 1)}{\begin{bmatrix} 1 \\ 2 \end{bmatrix}}", "$$"]
    assert shown(matrix) == drawn
    assert shown(MatrixEquation((matrix,))) == drawn


def test_formulas_stand_between_dollar_signs_and_keep_the_cells_of_a_table() -> None:
    formula = Formula(cast(Expression, "|a| < 2"))
    assert shown(Text(("as ", formula))) == [r"as $\vert a\vert  \lt  2$"]
    assert shown(Table((Column("n"),), ((formula,),)))[2] == r"| $\vert a\vert  \lt  2$ |"
