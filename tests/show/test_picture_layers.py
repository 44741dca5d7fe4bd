"""Where networks stand in pictures: nothing covers anything else."""

from __future__ import annotations

from itertools import combinations, pairwise, product

import pytest

from support.networks import shipped
from support.pictures import network_placed, of_yaml, traced, writing_of
from support.sparing import sparing
from tracer.show.pictures.frame import framed
from tracer.show.pictures.layers import place_layers
from tracer.show.pictures.network import network_picture
from tracer.show.pictures.placed import LINE, Box, Placed, Writing
from tracer.show.pictures.text import cut, width
from tracer.show.pictures.views import PICTURE_VIEWS
from tracer.show.symbols import escaped


def overlap(a: Box, b: Box) -> bool:
    apart_x = abs(a.x - b.x) >= (a.width + b.width) / 2
    return not apart_x and abs(a.y - b.y) < (a.height + b.height) / 2


def labels(placed: Placed, writing: Writing) -> list[tuple[float, float, float]]:
    """x, y and width of all numbers on edges."""
    return [
        (spot.x, spot.y, writing.wide(spot.figure)) for line in placed.lines for spot in line.spots
    ]


def check(placed: Placed, writing: Writing) -> None:
    for one, other in combinations(placed.boxes, 2):
        assert not overlap(one, other), (one.node.key, other.node.key)
    for (x, y, wide), (x2, y2, wide2) in combinations(labels(placed, writing), 2):
        assert abs(y - y2) > LINE - 2 or abs(x - x2) > (wide + wide2) / 2, (x, y, x2, y2)
    for x, y, wide in labels(placed, writing):
        for box in placed.boxes:
            beside = abs(x - box.x) >= (wide + box.width) / 2
            assert beside or abs(y - box.y) >= (LINE + box.height) / 2
    for box in placed.boxes:
        assert box.x - box.width / 2 >= 0
        assert box.x + box.width / 2 <= placed.width
        assert box.y - box.height / 2 >= -0.01
        assert box.y + box.height / 2 <= placed.height + 0.01


@pytest.mark.parametrize("view", ["forward", "backward", "update"])
@pytest.mark.parametrize("name", ["mazur", "zhou", "relu-bce", "xor", "four-equations"])
def test_no_number_covers_another_or_a_neuron(name: str, view: str) -> None:
    check(*network_placed(shipped(name), view))


SIZES = ((1, 1, 1), (1, 8, 1), (8, 8, 8), (3, 7, 2), (5, 1, 6), (784, 20, 10), (9, 8, 9))


@pytest.mark.parametrize(
    ("sizes", "view", "bias"),
    sparing(
        product(SIZES, ("forward", "backward"), ("0.5", "none", "{init: normal}")),
        slice(None, None, 5),
    ),
)
def test_nothing_overlaps_at_any_size(sizes: tuple[int, ...], view: str, bias: str) -> None:
    check(*network_placed(of_yaml(sizes, bias), view))


def test_long_names_stand_in_their_boxes_and_apart() -> None:
    names = ["temperature_of_the_room_in_celsius", "ш" * 40, "湿度" * 20]
    placed, writing = network_placed(of_yaml((3, 3, 1), inputs=names), "forward")
    check(placed, writing)
    for box in placed.boxes:
        assert 14 * width(writing.header(box.node)) <= box.width


@pytest.mark.parametrize("title", ["word " * 60, "x" * 300, "&" * 300])
def test_a_long_title_takes_the_lines_that_it_needs(title: str) -> None:
    placed, writing = network_placed(of_yaml((1, 1), title=title), "forward")
    frame = framed(placed, writing)
    lines = [words for _, words, kind in frame.titles if kind == "title"]
    assert "".join(lines).replace(" ", "") == title.replace(" ", "")
    assert all(17 * width(escaped(line)) <= frame.width - frame.left for line in lines)
    assert frame.top > frame.titles[-1][0]


def test_labels_of_two_and_two_stand_a_third_of_the_way() -> None:
    placed, _ = network_placed(shipped("mazur"), "forward")
    line = next(line for line in placed.lines if line.spots)
    (x0, _), (x1, _) = line.points
    assert (line.spots[0].x - x0) / (x1 - x0) == pytest.approx(1 / 3)


def test_labels_stand_on_their_edges() -> None:
    placed, _ = network_placed(shipped("relu-bce"), "backward")
    for line in placed.lines:
        (x0, y0), (x1, y1) = line.points
        for spot in line.spots:
            share = (spot.x - x0) / (x1 - x0)
            assert 0 < share < 1
            assert spot.y == pytest.approx(y0 + share * (y1 - y0))


def test_columns_are_layers_from_left_to_right_with_a_shared_bias_before_its_neurons() -> None:
    placed, _ = network_placed(shipped("mazur"), "forward")
    at = {box.node.name: box for box in placed.boxes}
    for before, after in pairwise(["i1", "h1", "o1", "E_o1", "E_total"]):
        assert at[before].x < at[after].x
    assert at["b1"].x == at["i1"].x
    assert at["b1"].y > at["i2"].y
    fed = {line.edge.target for line in placed.lines if line.edge.source == at["b1"].node.key}
    assert fed == {at["h1"].node.key, at["h2"].node.key}


def test_own_biases_and_thresholds_stand_in_their_neurons() -> None:
    for name, bias in (("zhou", "b1"), ("xor-thresholds", "theta_")):
        placed, writing = network_placed(shipped(name), "forward")
        rows = [
            writing.canonical(figure)
            for box in placed.boxes
            if box.node.shape == "neuron"
            for figure in box.node.rows
        ]
        assert any(row.startswith(bias) for row in rows), name
        assert all(box.node.shape != "bias" for box in placed.boxes)


def test_wide_layers_show_their_first_neurons_and_the_last() -> None:
    placed, _ = network_placed(of_yaml((784, 128, 10)), "forward")
    names = [box.node.name for box in placed.boxes]
    assert names[:6] == ["i1", "i2", "i3", "i4", "779 more", "i784"]
    assert "123 more" in names
    assert not any(line.spots for line in placed.lines)
    assert len(placed.lines) < 100


def test_views_of_a_network_stand_at_the_same_places() -> None:
    experiment = shipped("mazur")
    pictures = [network_picture(traced(experiment), view) for view in PICTURE_VIEWS]
    first, *others = place_layers(pictures, writing_of(experiment))
    corners = [(box.node.key, box.x, box.y, box.width, box.height) for box in first.boxes]
    for other in others:
        assert [(b.node.key, b.x, b.y, b.width, b.height) for b in other.boxes] == corners


def test_text_is_cut_with_an_ellipsis_outside_of_entities_and_tags() -> None:
    assert cut("short", 10) == "short"
    assert cut("&amp;" * 20, 5).removesuffix("…") == "&amp;" * cut("&amp;" * 20, 5).count("&")
    inside = cut('net<tspan font-size="0.72em" dy="0.3em">a_long_name_below</tspan>', 6)
    assert inside.endswith("…</tspan>")
    assert width(inside) <= 6.5
    assert width("湿度") > width("ab")
