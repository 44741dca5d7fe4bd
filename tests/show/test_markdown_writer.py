"""Markdown output: GitHub's tables, escapes, and fences that hold."""

from support.notations import LatexNotation, PlainNotation
from tracer.show.document import (
    Block,
    Column,
    Derivation,
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
from tracer.show.formats import Style, render

DERIVATION = Derivation("dE/dw1", (Step("=", (Name("delta_o1"), " · 2")), Step("≈", "1e-05")))


def shown(*blocks: Block, style: Style | None = None) -> list[str]:
    return render(blocks, PlainNotation(), "markdown", style).splitlines()


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


def test_a_derivation_is_a_fenced_block() -> None:
    assert shown(DERIVATION) == ["```text", "∂E/∂w1 = δ_o1 · 2", "       ≈ 1e-05", "```"]


def test_a_derivation_is_a_math_block_where_asked_for() -> None:
    assert shown(DERIVATION, style=Style(math=LatexNotation())) == [
        "```math",
        r"\begin{aligned}",
        r"\frac{\partial E}{\partial w_1} &= \delta_{o1} \cdot  2 \\",
        r" &\approx 1 \cdot 10^{-5}",
        r"\end{aligned}",
        "```",
    ]


def test_matrices_are_fenced() -> None:
    matrix = Matrix(((1,), (2,)), (2, 1), "W")
    drawn = ["```text", "  W", "⎡ 1 ⎤", "⎣ 2 ⎦", " 2×1", "```"]
    assert shown(matrix) == drawn
    assert shown(MatrixEquation((matrix,))) == drawn


def test_a_fence_is_longer_than_any_inside() -> None:
    assert shown(Derivation("a", (Step("=", "```"),))) == ["````text", "a = ```", "````"]
