"""A network as a scalar graph: two ways of calculating, the same gradients."""

import pytest
from hypothesis import given

from support.networks import experiments, shipped, shipped_networks
from support.sparing import LARGE, sparing
from support.traces import named, traced
from tracer.formula import Number, Symbol, children
from tracer.formula.nodes import Call
from tracer.graph.from_network import network_graph
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import Experiment
from tracer.model.network import parameter_names


def assert_same_gradients(experiment: Experiment, *, fine: bool) -> None:
    trace = traced(experiment)
    graph = GraphTrace(network_graph(trace, fine=fine))
    assert graph.result == pytest.approx(trace.loss, rel=1e-12)
    gradients, numbers = named(graph), named(trace)
    for name in parameter_names(experiment.network):
        found = gradients[f"dloss/d{name}"]
        assert found == pytest.approx(numbers[f"dE/d{name}"], rel=1e-12, abs=1e-13), name


EXACT = [
    name
    for name in shipped_networks()
    if not (training := shipped(name).training)
    or (training.gradient, training.update_order) == ("exact", "simultaneous")
]


WIDE = ("cs231n-two-layer", "cubes")
"""Such networks take long, and the finer graph of each has all that the other has."""


CASES = [
    (name, fine) for name in EXACT for fine in (False, True) if fine or not name.startswith(WIDE)
]


@pytest.mark.parametrize(
    ("name", "fine"), sparing(CASES, [case for case in CASES if case[0] not in LARGE])
)
def test_gradients_of_shipped_networks_are_the_engines(name: str, fine: bool) -> None:
    assert_same_gradients(shipped(name), fine=fine)


@given(experiments(exact=True))
def test_gradients_of_random_networks_are_the_engines(experiment: Experiment) -> None:
    assert_same_gradients(experiment, fine=False)
    assert_same_gradients(experiment, fine=True)


def test_every_inner_gradient_is_the_engines_too() -> None:
    trace = traced(shipped("mazur"))
    gradients, numbers = named(GraphTrace(network_graph(trace))), named(trace)
    for neuron in ("h1", "h2", "o1", "o2"):
        for lower, of_engine in (("net", "delta"), ("out", "dE/dout")):
            found = gradients[f"dloss/d{lower}_{neuron}"]
            assert found == pytest.approx(numbers[f"{of_engine}_{neuron}"], rel=1e-12)


def test_where_update_order_is_not_simultaneous_the_graph_has_the_true_gradient() -> None:
    gradients = named(GraphTrace(network_graph(traced(shipped("mazur-as-published")))))
    assert gradients["dloss/dw1"] == pytest.approx(named(traced(shipped("mazur")))["dE/dw1"])


def test_a_sample_alone_gives_its_own_part_of_the_gradient() -> None:
    trace = traced(shipped("relu-bce"))
    graph = network_graph(trace, 2)
    assert graph.names.bare(graph.output) == "E_total#3"
    names = map(graph.names.bare, graph.quantities)
    assert not any(name.endswith("#2") or name == "loss" for name in names)
    found = named(GraphTrace(graph))["dE_total#3/dw13"]
    assert found == pytest.approx(named(trace)["dE/dw13#3"], rel=1e-12)


def test_fine_nodes_are_one_operation_each() -> None:
    graph = network_graph(traced(shipped("two-layer-net")), fine=True)
    for node in graph.nodes.values():
        choice = isinstance(node, Call) and node.function == "if_positive"
        assert choice or all(isinstance(part, Symbol | Number) for part in children(node))


def test_fine_nodes_share_what_is_calculated_twice() -> None:
    """Each exp(net) of a softmax is one node, though every output of the layer uses it."""
    graph = network_graph(traced(shipped("xor")), fine=True)
    exponentials = [n for n in graph.nodes.values() if isinstance(n, Call) and n.function == "exp"]
    assert len(exponentials) == len(set(exponentials)) == 4 * 2
