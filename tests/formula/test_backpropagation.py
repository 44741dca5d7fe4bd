from __future__ import annotations

import pytest
from hypothesis import given

from support.expression_trees import POINTS, SMOOTH
from tracer.formula import (
    EvaluationError,
    Expression,
    MissingValue,
    Symbol,
    backpropagate,
    derivatives,
    evaluate,
    forward,
    parse,
    replace,
)

APPLES = {
    "apple_price": "apple * apples",
    "orange_price": "orange * oranges",
    "subtotal": "apple_price + orange_price",
    "total": "subtotal * tax",
}
PRICES = {"apple": 100.0, "apples": 2.0, "orange": 150.0, "oranges": 3.0, "tax": 1.1}


def graph(texts: dict[str, str]) -> dict[str, Expression]:
    return {name: parse(text) for name, text in texts.items()}


def test_apples_and_oranges_give_the_published_gradients() -> None:
    result = backpropagate(graph(APPLES), PRICES, "total")
    gradients = {name: node.gradient for name, node in result.items()}
    assert list(gradients) == [*PRICES, *APPLES]
    assert gradients == pytest.approx(
        {
            "apple": 2.2,
            "apples": 110,
            "orange": 3.3,
            "oranges": 165,
            "tax": 650,
            "apple_price": 1.1,
            "orange_price": 1.1,
            "subtotal": 1.1,
            "total": 1,
        }
    )
    edge = result["total"].edges["subtotal"]
    assert (edge.local, edge.contribution) == (1.1, 1.1)
    assert edge.derivative == Symbol("tax")
    assert result["apple"].edges == {}


def test_forward_values_come_in_order() -> None:
    values = forward(graph(APPLES), PRICES)
    assert list(values)[-2:] == ["subtotal", "total"]
    assert values["total"] == pytest.approx(715)


def test_contributions_of_every_use_are_added_up() -> None:
    # w = (x*y + x)*x, x used three times: dw/dx = 2x(y + 1)
    nodes = graph({"a": "x*y", "b": "a + x", "w": "b*x"})
    result = backpropagate(nodes, {"x": 3.0, "y": 4.0}, "w")
    assert result["x"].gradient == 30.0
    parts = {name: result[name].edges["x"].contribution for name in nodes}
    assert parts == {"a": 12.0, "b": 3.0, "w": 15.0}


def test_uses_within_one_formula_make_one_edge() -> None:
    result = backpropagate(graph({"w": "(x*y + x)*x"}), {"x": 3.0, "y": 4.0}, "w")
    assert result["w"].edges["x"].local == 30.0
    assert result["w"].edges["x"].contribution == 30.0
    assert result["x"].gradient == 30.0


def test_what_the_output_does_not_depend_on_has_no_gradient() -> None:
    result = backpropagate(graph({"a": "2*x", "b": "3*x"}), {"x": 1.0, "spare": 5.0}, "a")
    assert result["b"].gradient == 0.0
    assert (result["b"].edges["x"].local, result["b"].edges["x"].contribution) == (3.0, 0.0)
    assert result["spare"].gradient == 0.0
    assert result["x"].gradient == 2.0


def test_a_failing_node_is_named() -> None:
    with pytest.raises(EvaluationError, match=r"^bad: division by zero") as caught:
        backpropagate(graph({"zero": "x - x", "bad": "1/zero"}), {"x": 1.0}, "bad")
    assert caught.value.node == "bad"


def test_a_node_cannot_use_a_later_one() -> None:
    with pytest.raises(MissingValue, match="later"):
        backpropagate(
            graph({"early": "later + 1", "later": "x"}), {"x": 1.0, "later": 2.0}, "early"
        )


def test_an_unknown_output_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        backpropagate(graph({"a": "x"}), {"x": 1.0}, "b")


@given(SMOOTH, SMOOTH, POINTS)
def test_node_by_node_agrees_with_the_derivative_of_the_whole(
    inner: Expression, outer: Expression, values: dict[str, float]
) -> None:
    nodes = {"hidden": inner, "result": replace(outer, {"y": Symbol("hidden")})}
    result = backpropagate(nodes, values, "result")
    whole = replace(nodes["result"], {"hidden": inner})
    for name, slope in derivatives(whole).items():
        exact = evaluate(slope, values)
        assert result[name].gradient == pytest.approx(exact, rel=1e-9, abs=1e-12), (name, exact)
