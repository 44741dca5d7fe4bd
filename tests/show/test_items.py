"""Lists of remarks in each format."""

from support.notations import PlainNotation
from tracer.show.document import Items, Name
from tracer.show.formats import Medium, render

ITEMS = Items(("one two three", ("the gradient ", Name("dE/dw1"))))


def test_each_item_is_a_line_that_folds_below_itself() -> None:
    assert render([ITEMS], PlainNotation(), "table", Medium(width=11)).splitlines() == [
        "one two",
        "  three",
        "the",
        "  gradient",
        "  ∂E/∂w1",
    ]


def test_other_formats_have_their_lists() -> None:
    assert render([ITEMS], PlainNotation(), "markdown") == (
        "- one two three\n- the gradient `∂E/∂w1`\n"
    )
    latex = render([ITEMS], PlainNotation(), "latex").splitlines()
    assert (latex[0], latex[-1], len(latex)) == (r"\begin{itemize}", r"\end{itemize}", 4)
    assert render([ITEMS], PlainNotation(), "csv") == ""
