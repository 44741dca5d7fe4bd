"""Plots as SVG: what stands in the file is what was calculated."""

from __future__ import annotations

import re
from itertools import product
from xml.etree import ElementTree

import pytest

from tracer.show.pictures.axes import Axis
from tracer.show.pictures.plot import Curve, Panel, Plot
from tracer.show.pictures.plot_svg import LEFT, RIGHT, WIDTH, plot_svg

NS = {"svg": "http://www.w3.org/2000/svg"}
FALLING = [(k, 0.5**k) for k in range(21)]
RISING = [(k, 3.0 * k - 1) for k in range(15)]


def parsed(plot: Plot) -> ElementTree.Element:
    return ElementTree.fromstring(plot_svg(plot))


def one(*curves: Curve) -> Plot:
    return Plot("A title", "How it was made", (Panel("loss", curves),))


def path(curve: ElementTree.Element) -> str:
    line = curve.find("svg:path[@class='line']", NS)
    assert line is not None
    return line.attrib["d"]


def places(found: ElementTree.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", path(found))]


def curves(root: ElementTree.Element) -> list[ElementTree.Element]:
    return root.findall(".//svg:g[@class='curve']", NS)


def labelled(root: ElementTree.Element, anchor: str) -> dict[str, float]:
    """Where the ticks with these labels stand: across for `middle`, down for `end`."""
    side = "x" if anchor == "middle" else "y"
    return {
        tick.text or "": float(tick.attrib[side])
        for tick in root.findall(".//svg:text[@class='tick']", NS)
        if tick.attrib["text-anchor"] == anchor
    }


def test_points_stand_between_the_ticks_as_their_numbers_do() -> None:
    root = parsed(one(Curve("a", RISING)))
    across, down = labelled(root, "middle"), labelled(root, "end")
    x0, x10 = across["0"], across["10"]
    y0, y40 = down["0"], down["40"]
    for (k, value), (x, y) in zip(RISING, places(curves(root)[0]), strict=True):
        assert x == pytest.approx(x0 + (x10 - x0) * k / 10, abs=0.02)
        assert y + 4.5 == pytest.approx(y0 + (y40 - y0) * value / 40, abs=0.02)


def test_a_logarithmic_axis_is_said_to_be_one_and_is_one() -> None:
    root = parsed(one(Curve("a", FALLING)))
    assert "".join(root.find(".//svg:text[@class='panel-title']", NS).itertext()) == (  # type: ignore[union-attr]
        "loss (log axis)"
    )
    down = labelled(root, "end")
    decade = (down["0.0001"] - down["0.01"]) / 2
    for (k, _), (_, y) in zip(FALLING, places(curves(root)[0]), strict=True):
        assert y + 4.5 == pytest.approx(down["0.01"] + (k * 0.3010299957 - 2) * decade, abs=0.02)


def test_what_has_no_place_on_a_logarithmic_axis_is_a_gap_and_told() -> None:
    root = parsed(one(Curve("a", [(0, 1.0), (1, 0.01), (2, 0.0), (3, 0.1)])))
    assert path(curves(root)[0]).count("M") == 2
    assert "zeros have no place on it" in "".join(root.itertext())


def test_everything_stands_within_the_picture() -> None:
    root = parsed(one(Curve("a", FALLING), Curve("b", [(0, 1e300), (9, 1e-300)], 1)))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert width == WIDTH
    for x, y in (place for curve in curves(root) for place in places(curve)):
        assert LEFT <= x <= WIDTH - RIGHT
        assert 0 < y < height


def test_curves_differ_in_more_than_colour() -> None:
    made = [Curve(f"run {n}", FALLING, n) for n in range(40)]
    looks = [(curve.dash, curve.marker) for curve in made]
    assert len({(c.dash, c.marker, c.color) for c in made}) == 40
    assert len(set(looks)) == 35
    root = parsed(one(*made[:3]))
    strokes = [curve.find("svg:path[@class='line']", NS) for curve in curves(root)]
    assert (
        len({re.sub(r"stroke:[^;]*;?", "", s.attrib["style"]) for s in strokes if s is not None})
        == 3
    )
    marks = [curve.findall("svg:path[@class='mark']", NS) for curve in curves(root)]
    assert all(len(found) >= 5 for found in marks)
    shapes = {re.sub(r"^M[\d. ]+", "", found[0].attrib["d"]) for found in marks}
    assert len(shapes) == 3


def test_the_legend_has_each_curve_with_its_line_and_its_mark() -> None:
    root = parsed(one(*(Curve(f"a rather long name of run {n}", FALLING, n) for n in range(5))))
    keys = root.findall(".//svg:g[@class='key']", NS)
    assert [key.findtext("svg:text", "", NS) for key in keys] == [
        f"a rather long name of run {n}" for n in range(5)
    ]
    assert all(len(key.findall("svg:path", NS)) == 2 for key in keys)
    spots = {(key[0].attrib["d"].split("h")[0]) for key in keys}
    assert len(spots) == 5
    assert not parsed(one(Curve("alone", FALLING))).findall(".//svg:g[@class='key']", NS)


def test_it_is_a_picture_with_a_name_and_a_description() -> None:
    root = parsed(one(Curve("out_o1", [(0, 0.5), (1000, 0.25)])))
    assert root.attrib["role"] == "img"
    ids = root.attrib["aria-labelledby"].split()
    named = {element.attrib["id"]: element.text for element in root if "id" in element.attrib}
    assert [named[each] for each in ids] == [
        "A title",
        "How it was made. out_o1: 0.5 after 0 updates, 0.25 after 1,000.",
    ]
    style = root.findtext("svg:style", "", NS)
    assert "prefers-color-scheme:dark" in style


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a & b", "\"'", "]]>", "\x1b[31m\u202e"]
)
def test_text_of_people_is_text(text: str) -> None:
    plot = Plot(text, text, (Panel(text, (Curve(text, FALLING, 0, text), Curve(text, RISING, 1))),))
    root = parsed(plot)
    assert {element.tag.partition("}")[2] for element in root.iter()} <= {
        "svg", "title", "desc", "style", "rect", "text", "tspan", "g", "path",
    }  # fmt: skip
    shown = text.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    assert root.findtext("svg:title", "", NS) == shown
    assert [curve.attrib["data-curve"] for curve in curves(root)] == [shown] * 2


def test_panels_stand_below_one_another_over_the_same_updates() -> None:
    panels = tuple(
        Panel(name, (Curve(name, [(0, 1.0), (last, 2.0)]),)) for name, last in (("a", 5), ("b", 10))
    )
    first, second = curves(parsed(Plot("t", "d", panels)))
    assert max(y for _, y in places(first)) < min(y for _, y in places(second))
    (begin, _), (half, _) = places(first)
    assert half - begin == pytest.approx((places(second)[1][0] - begin) / 2, abs=0.02)


@pytest.mark.parametrize("points", [[], [(0, 0.25)], [(0, 0.0), (5, 0.0)]])
def test_even_a_little_can_be_drawn(points: list[tuple[int, float]]) -> None:
    root = parsed(one(Curve("a", points)))
    assert len(places(curves(root)[0])) == len(points)
    assert len(curves(root)[0].findall("svg:path[@class='mark']", NS)) == (len(points) == 1)


def test_an_axis_has_a_place_for_its_ends() -> None:
    for low, high in product((-2.0, 0.5), (1.0, 7.0)):
        axis = Axis(low, high, ())
        assert (axis.place(low), axis.place(high)) == (0.0, 1.0)
