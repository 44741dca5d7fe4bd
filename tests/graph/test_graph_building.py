"""Formulas become a graph, or every problem is told with its place."""

import pytest

from support.graphs import built, described
from tracer.errors import ConfigError
from tracer.graph import build_graph


def problems(inputs: dict[str, float], **nodes: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build_graph(described(inputs, nodes))
    return [str(problem) for problem in caught.value.problems]


def test_nodes_stay_in_the_order_of_the_file_where_that_can_be_calculated() -> None:
    graph = built({"x": 1.0}, {"c": "x + 1", "a": "x * 2", "b": "a + c"})
    assert list(graph.nodes) == ["c", "a", "b"]


def test_a_node_may_be_written_before_those_that_it_uses() -> None:
    graph = built({"x": 1.0}, {"total": "late + x", "first": "x", "late": "first * 2"})
    assert list(graph.nodes) == ["first", "late", "total"]


def test_the_output_is_the_node_written_last_even_when_others_use_it() -> None:
    assert built({"x": 1.0}, {"total": "late + x", "late": "x * 2"}).output == "late"


def test_a_long_chain_written_backwards_is_sorted() -> None:
    count = 3000
    nodes = {f"n{k}": f"n{k - 1} + 1" for k in range(count, 0, -1)}
    graph = built({"n0": 0.0}, nodes)
    assert list(graph.nodes) == [f"n{k}" for k in range(1, count + 1)]


def test_a_syntax_error_has_its_line_and_column_and_a_caret_below_the_formula() -> None:
    (problem,) = problems({"x": 1.0}, y="x + 1", z="x^2")
    assert problem == (
        "g.yaml:5:10: graph.nodes.z: unexpected '^'; write ** for a power\n    x^2\n     ^"
    )


def test_an_unknown_name_is_pointed_at_and_a_near_one_suggested() -> None:
    (problem,) = problems({"apples": 1.0, "exp": 2.0}, y="exp(exp) * aples")
    assert problem == (
        "g.yaml:4:20: graph.nodes.y: there is no input or node 'aples'; did you mean 'apples'?\n"
        "    exp(exp) * aples\n"
        "               ^"
    )


def test_without_a_near_name_all_are_listed() -> None:
    (problem,) = problems({"x": 1.0}, y="qqq + x")
    assert "there is no input or node 'qqq'; there are x, y\n" in problem


def test_all_problems_are_told_at_once() -> None:
    found = problems({"x": 1.0}, a="x +", b="c * 2", c="b", d="lost")
    assert [problem.split(":")[1] for problem in found] == ["4", "5", "7"]


def test_a_cycle_is_spelled_out() -> None:
    (problem,) = problems({"x": 1.0}, c="a + x", a="b * 2", b="x + c", d="a")
    assert "g.yaml:5:9: graph.nodes.a: the nodes need each other: a → b → c → a" in problem


def test_every_separate_cycle_is_told() -> None:
    found = problems({"x": 1.0}, a="b", b="a", c="d", d="c + a", e="x")
    assert ["a → b → a" in found[0], "c → d → c" in found[1], len(found)] == [True, True, 2]


def test_a_node_that_uses_itself_is_pointed_at() -> None:
    (problem,) = problems({"x": 1.0}, y="x + y")
    assert problem == (
        "g.yaml:4:13: graph.nodes.y: 'y' uses itself; a graph has no way back\n    x + y\n        ^"
    )


def test_the_name_of_the_learning_rate_is_taken_only_in_training() -> None:
    from tracer.model.experiment import GraphTraining

    assert built({"lr": 1.0}, {"y": "lr * 2"}).output == "y"
    with pytest.raises(ConfigError, match="'lr' is the name of the learning rate"):
        built({"lr": 1.0}, {"y": "lr * 2"}, GraphTraining(0.1, ("lr",)))
