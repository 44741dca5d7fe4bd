"""A grid: squares on a page, signs side by side elsewhere; the signs say what colours repeat."""

from __future__ import annotations

import pytest

from support.html_pages import parsed
from support.notations import PlainNotation
from tracer.show.document import Grid, Name, Square
from tracer.show.formats import render

RIGHT, WRONG = Square("+", "right", "right"), Square("x", "wrong", "<wrong>")
GRID = Grid(
    "Who <did> what",
    tuple(Name(f"w{k}") for k in range(1, 8)),
    (("ann", (RIGHT,) * 7), ("<ben>", (RIGHT, WRONG) * 3 + (WRONG,))),
    (RIGHT, WRONG),
)


@pytest.mark.parametrize("format", ["table", "markdown", "latex"])
def test_text_has_the_signs_in_groups_and_what_they_mean(format: str) -> None:
    text = render([GRID], PlainNotation(), format)
    for part in ("+++++ ++", "+x+x+ xx", "ann", "right", "wrong"):
        assert part in text


def test_a_page_has_a_square_for_each_pair() -> None:
    html = render([GRID], PlainNotation(), "html")
    body = parsed(html)
    cells = [each for each in body.every("td") if "square" in each.attributes.get("class", "")]
    assert [cell.text for cell in cells] == ["+"] * 7 + ["+", "x"] * 3 + ["x"]
    assert {cell.attributes["title"] for cell in cells} == {"right", "<wrong>"}
    assert "<ben>" not in html
    legend = html[html.index('<ul class="legend">') :]
    assert legend.count("<li>") == 2


def test_programs_get_no_picture() -> None:
    assert render([GRID], PlainNotation(), "csv") == ""
