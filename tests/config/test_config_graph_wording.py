"""Problems of a computation graph's configuration, word by word."""

from __future__ import annotations

import pytest

from support.configs import GRAPH, problems, spoiled

_TRAINING = "training: {learning_rate: 0.1, trainable: [x]}\n"

_CASES = {
    "no nodes": (
        ("\n    product: x * y\n    total: product + 1", " {}"),
        "net.yaml:3:10: graph.nodes: found an empty mapping, expected at least one",
    ),
    "no formula": (
        ("product: x * y", "product:"),
        "net.yaml:4:5: graph.nodes.product: found nothing, expected a formula",
    ),
    "a list for a formula": (
        ("product: x * y", "product: [x, y]"),
        "net.yaml:4:14: graph.nodes.product: found a list, expected a formula",
    ),
    "text for an input": (
        ("y: 3", "y: three"),
        "net.yaml:2:21: graph.inputs.y: found 'three', expected a number",
    ),
    "an input that is a node too": (
        ("total:", "x:"),
        "net.yaml:5:5: graph.nodes.x: 'x' is an input already; choose another name",
    ),
    "a name that isn't one": (
        ("total:", "1st:"),
        "net.yaml:5:5: graph.nodes.1st: '1st' can't be a name in a formula; "
        "names are made of letters, digits and _, without a digit in front",
    ),
    "a name with a sign in it": (
        ("total:", "to·tal:"),
        "net.yaml:5:5: graph.nodes.to·tal: 'to·tal' can't be a name in a formula; "
        "names are made of letters, digits and _, without a digit in front",
    ),
    "a reserved word": (
        ("total:", "lambda:"),
        "net.yaml:5:5: graph.nodes.lambda: 'lambda' is a reserved word; choose another name",
    ),
    "a name that formulas read as another one": (
        ("x: 2, y: 3", "x: 2, y: 3, é: 1, e\u0301: 2"),
        "net.yaml:2:30: graph.inputs.e\u0301: 'e\u0301' is the same as 'é' in a formula; "
        "choose another name",
    ),
    "the name of the learning rate": (
        ("graph:\n  inputs: {x: 2, y: 3}", f"{_TRAINING}graph:\n  inputs: {{x: 2, y: 3, lr: 1}}"),
        "net.yaml:3:24: graph.inputs.lr: 'lr' is the name of the learning rate; "
        "choose another name",
    ),
    "the same node twice": (
        ("total:", "product:"),
        "net.yaml:5:5: graph.nodes.product: duplicate key 'product'; it first stands in line 4",
    ),
    "a trainable that is no input": (
        ("graph:", spoiled(("[x]", "[x, yy]"), text=_TRAINING) + "graph:"),
        "net.yaml:1:47: training.trainable[1]: 'yy' is not an input; did you mean 'y'?",
    ),
    "a trainable that stands twice": (
        ("graph:", spoiled(("[x]", "[x, x]"), text=_TRAINING) + "graph:"),
        "net.yaml:1:47: training.trainable[1]: 'x' stands twice; leave one of them out",
    ),
    "a trainable with no input near": (
        ("graph:", spoiled(("[x]", "[x, total]"), text=_TRAINING) + "graph:"),
        "net.yaml:1:47: training.trainable[1]: 'total' is not an input; there are x, y",
    ),
    "a key of networks": (
        ("graph:", "loss: squared_error\ngraph:"),
        "net.yaml:1:1: loss: unknown key 'loss'; known here: title, source, expected, graph, "
        "training",
    ),
}


@pytest.mark.parametrize(("change", "problem"), _CASES.values(), ids=list(_CASES))
def test_a_problem_of_a_graph(change: tuple[str, str], problem: str) -> None:
    assert problems(spoiled(change, text=GRAPH)) == [problem]


def test_a_state_of_another_length_counts_the_trainable_inputs() -> None:
    training = (
        "training: {learning_rate: 0.1, trainable: [x], optimizer: momentum, state: {v: [1, 2]}}\n"
    )
    assert problems(GRAPH + training) == [
        "net.yaml:6:80: training.state.v: 2 numbers for 1 trainable input; "
        "they stand in the order x"
    ]
