"""LaTeX output: escapes, aligned derivations, matrices, fragments and whole documents."""

from support.notations import LatexNotation
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
    Value,
    Warn,
)
from tracer.show.formats import Medium, render


def shown(*blocks: Block, medium: Medium | None = None) -> list[str]:
    return render(blocks, LatexNotation(), "latex", medium).splitlines()


def test_a_table_is_a_tabular_with_numbers_in_math_mode() -> None:
    table = Table(
        (Column("neuron"), Column(Name("dE/dw1"), "right"), Column("n", "center")),
        (("h1", -0.5, 3), ("h_2", 1.5e-7, None)),
        title="Gradients",
    )
    assert shown(table) == [
        r"\noindent \textbf{Gradients}\nopagebreak",
        "",
        r"\noindent \begin{tabular}{lrc}",
        r"\hline",
        r"neuron & $\frac{\partial E}{\partial w_1}$ & n \\",
        r"\hline",
        r"h1 & $-0.5000$ & $3$ \\",
        r"h\_2 & $1.5 \cdot 10^{-7}$ &  \\",
        r"\hline",
        r"\end{tabular}",
    ]


def test_a_cell_that_begins_with_a_bracket_or_star_is_no_argument_of_the_row_before() -> None:
    lines = shown(Table((Column("n"),), (("[red]",), ("*",))))
    assert lines[4:6] == [r"{[}red{]} \\", r"{*} \\"]


def test_words_of_the_user_are_no_commands() -> None:
    assert shown(Text(r"50% of $x$ & #1 {a} \b ~ ^ <c> |")) == [
        r"\noindent 50\% of \$x\$ \& \#1 \{a\} \textbackslash{}b \textasciitilde{} "
        r"\textasciicircum{} \textless{}c\textgreater{} \textbar{}"
    ]


def test_signs_become_commands_among_words() -> None:
    assert shown(Text(("δ ≈ ", Value(0.5, exact=True)))) == [
        r"\noindent \ensuremath{\delta} \ensuremath{\approx} $0.5$"
    ]


def test_headings_and_remarks() -> None:
    blocks = (Heading("A"), Heading("B", 2), Heading("C", 3), Heading("D", 4), Note("n"), Warn("w"))
    assert shown(*blocks)[::2] == [
        r"\section*{A}",
        r"\subsection*{B}",
        r"\subsubsection*{C}",
        r"\paragraph*{D}",
        r"\noindent \emph{Note:} n",
        r"\noindent \textbf{Warning:} w",
    ]


def test_a_derivation_is_aligned_at_its_relations() -> None:
    steps = (
        Step("=", (Name("delta_o1"), " · ", Name("i_1"))),
        Step("=", "max(0, −2e-05) · x_1"),
        Step("≈", "the slope at 3"),
    )
    assert shown(Derivation("dE/dw1", steps)) == [
        r"\begin{align*}",
        r"\frac{\partial E}{\partial w_1} &= \delta_{o1} \cdot i_1 \\",
        r" &= \text{max}(0, -2 \cdot 10^{-5}) \cdot  x\_1 \\",
        r" &\approx \text{the slope at }3",
        r"\end{align*}",
    ]


def test_numbers_that_the_notation_wrote_as_latex_stay() -> None:
    class PowersNotation(LatexNotation):
        def number(self, value: float, /) -> str:
            return r"2 \times 10^{-7}"

    assert render([Text(Value(2e-7))], PowersNotation(), "latex") == (
        "\\noindent $2 \\times 10^{-7}$\n"
    )


def test_matrices_carry_label_and_shape() -> None:
    matrix = Matrix(((0.5, None), (-1.0, 2)), (2, 2), "W²ᵀ")
    assert shown(MatrixEquation((Name("delta_o1"), " = ", matrix))) == [
        r"\[",
        r"\delta_{o1}",
        "=",
        r"\underset{W{}^{2}{}^{\top}\ (2 \times 2)}"
        r"{\begin{bmatrix} 0.5000 &  \\ -1.0000 & 2 \end{bmatrix}}",
        r"\]",
    ]
    assert r"\underset{1 \times 1}{\begin{bmatrix} 1 \end{bmatrix}}" in shown(
        Matrix(((1,),), (1, 1))
    )


def test_matrices_wider_than_amsmath_allows_raise_its_limit() -> None:
    wide = Matrix((tuple(range(12)),), (1, 12))
    assert shown(wide)[0] == r"\setcounter{MaxMatrixCols}{12}"


def test_a_whole_document_begins_and_ends() -> None:
    lines = shown(Text("x"), medium=Medium(standalone=True))
    assert lines[0] == r"\documentclass{article}"
    assert lines[-1] == r"\end{document}"
    assert shown(Text("x")) == [r"\noindent x"]


def test_a_letter_bears_its_hat() -> None:
    assert shown(Text("m̂ and v̂")) == [r"\noindent \ensuremath{\hat{m}} and \ensuremath{\hat{v}}"]
