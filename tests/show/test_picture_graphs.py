"""Computation graphs in pictures: from left to right, the graph's own numbers, few crossings."""

from __future__ import annotations

from itertools import combinations

import pytest

from support.cli import run
from support.graphs import built, shipped_graph, shipped_graphs
from support.pictures import elements, words
from tracer.errors import UsageError
from tracer.graph.building import build_graph
from tracer.graph.structure import Graph
from tracer.graph.trace import GraphTrace
from tracer.show.notation.notation import QuantityNotation
from tracer.show.pictures.graph import MOST, graph_picture
from tracer.show.pictures.placed import Placed, Writing
from tracer.show.pictures.ranks import place_ranks
from tracer.show.pictures.svg import drawings


def placed(graph: Graph) -> Placed:
    notation = QuantityNotation(graph.names, target="svg")
    return place_ranks([graph_picture(GraphTrace(graph))], Writing(notation))[0]


@pytest.mark.parametrize("name", shipped_graphs())
def test_every_number_of_a_shipped_graph_is_in_its_picture(name: str) -> None:
    trace = GraphTrace(build_graph(shipped_graph(name)))
    (svg,) = drawings([graph_picture(trace)], QuantityNotation(trace.names, target="svg"))
    seen = {n.attrib["data-quantity"]: words(n) for n in elements(svg, "text", "number")}
    for node, value in trace.forward.items():
        assert _number(seen.pop(trace.names.bare(node))) == pytest.approx(value, rel=1e-3, abs=1e-9)
        gradient = trace.names.bare(trace.graph.gradient(node))
        expected = trace.gradients[node].gradient
        assert _number(seen.pop(gradient)) == pytest.approx(expected, rel=1e-3, abs=1e-9)
        for child, edge in trace.gradients[node].edges.items():
            local = f"d{trace.names.bare(node)}/d{trace.names.bare(child)}:local"
            assert _number(seen.pop(local)) == pytest.approx(edge.local, rel=1e-3, abs=1e-9)
    assert not seen


@pytest.mark.parametrize("name", shipped_graphs())
def test_nodes_stand_apart_and_right_of_what_they_use(name: str) -> None:
    found = placed(build_graph(shipped_graph(name)))
    at = {box.node.key: box for box in found.boxes}
    for line in found.lines:
        assert at[line.edge.source].x < at[line.edge.target].x
    for one, other in combinations(found.boxes, 2):
        beside = abs(one.x - other.x) >= (one.width + other.width) / 2
        assert beside or abs(one.y - other.y) >= (one.height + other.height) / 2 + 20


def test_crossings_that_need_not_be_are_undone() -> None:
    graph = built(
        {"a": 1, "b": 2, "c": 3, "d": 4},
        {"p": "a + d", "q": "b + c", "r": "q * 2", "s": "p * 3", "out": "r + s"},
    )
    found = placed(graph)
    at = {box.node.key: box for box in found.boxes}
    assert abs(at["a"].y - at["d"].y) < abs(at["a"].y - at["c"].y) + abs(at["d"].y - at["b"].y)
    assert (at["p"].y < at["q"].y) == (at["s"].y < at["r"].y)
    assert (at["a"].y < at["b"].y) == (at["p"].y < at["q"].y)


def test_an_input_stands_just_before_its_first_user() -> None:
    graph = built({"x": 1, "late": 2}, {"a": "x + 1", "b": "a * 2", "c": "b * late"})
    at = {box.node.key: box.x for box in placed(graph).boxes}
    assert at["late"] == at["b"]


def test_a_long_edge_ends_where_its_nodes_are() -> None:
    found = placed(built({"x": 1}, {"a": "x * 2", "b": "a * 2", "c": "b * x"}))
    at = {box.node.key: box for box in found.boxes}
    line = next(line for line in found.lines if (line.edge.source, line.edge.target) == ("x", "c"))
    assert line.points[0] == (at["x"].x + at["x"].width / 2, at["x"].y)
    assert line.points[-1] == (at["c"].x - at["c"].width / 2, at["c"].y)
    assert len(line.points) % 3 == 1


def test_an_output_that_is_used_directly_and_by_a_detour_has_two_numbers_for_it() -> None:
    trace = GraphTrace(built({"x": 2}, {"a": "x * 3", "out": "a * x"}))
    (svg,) = drawings([graph_picture(trace)], QuantityNotation(trace.names, target="svg"))
    seen = {n.attrib["data-quantity"]: words(n) for n in elements(svg, "text", "number")}
    assert _number(seen["dout/dx"]) == 12
    assert _number(seen["dout/dx:local"]) == 6


def test_nodes_bear_their_names_and_formulas() -> None:
    svg = run("graph", "apples-oranges", "--format", "svg").stdout
    assert "total" in [group.get("data-node") for group in elements(svg, "g", "node")]
    assert "apple · apples" in [words(text) for text in elements(svg, "text", "formula")]


def test_a_graph_that_nobody_could_read_is_refused() -> None:
    nodes = {f"n{k}": f"n{k - 1} + 1" if k else "x + 1" for k in range(MOST)}
    with pytest.raises(UsageError, match="can't be read"):
        graph_picture(GraphTrace(built({"x": 1}, nodes)))


def test_a_graph_of_one_node_is_drawn() -> None:
    assert len(placed(built({}, {"a": "1 + 1"})).boxes) == 1


def _number(text: str) -> float:
    return float(text.replace("−", "-"))
