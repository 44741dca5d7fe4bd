"""Values, gradients and formulas of graphs, by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.graphs import shipped_graphs, traced_graph
from support.traces import named
from tracer.errors import UnknownNameError
from tracer.formula import evaluate
from tracer.formula.plain import plain
from tracer.graph.building import build_graph
from tracer.graph.calculation import GraphValueError
from tracer.graph.trace import GraphTrace
from tracer.model.quantity import Derivative, Identity

GRAPHS = shipped_graphs()
OPERATIONS = ("{a} + {b}", "{a} * {b}", "{a} - {b}", "tanh({a}) * {b}", "{a} / (2 + sin({b}))")


@pytest.mark.parametrize("name", GRAPHS)
def test_each_formula_gives_its_number_from_the_other_numbers(name: str) -> None:
    assert_formulas_hold(GraphTrace(build_graph(GRAPHS[name])))


def assert_formulas_hold(trace: GraphTrace) -> None:
    known: dict[Identity, float] = {}
    for identity in trace.order():
        formula = trace.formula(identity)
        if formula is not None:
            # Only what comes before it is known: the order is one of calculation.
            assert evaluate(formula, known) == pytest.approx(
                trace.value(identity), rel=1e-12, abs=1e-12
            )
        known[identity] = trace.value(identity)


@st.composite
def random_traces(draw: st.DrawFn) -> GraphTrace:
    inputs = {"x": draw(st.floats(-2, 2)), "y": draw(st.floats(-2, 2))}
    names, nodes = [*inputs], {}
    for number in range(draw(st.integers(1, 6))):
        a, b = (draw(st.sampled_from(names)) for _ in range(2))
        nodes[f"n{number}"] = draw(st.sampled_from(OPERATIONS)).format(a=a, b=b)
        names.append(f"n{number}")
    return traced_graph(inputs, **nodes)


@given(random_traces())
def test_formulas_of_random_graphs_hold(trace: GraphTrace) -> None:
    assert_formulas_hold(trace)


@given(random_traces())
def test_gradients_are_the_sums_of_their_contributions(trace: GraphTrace) -> None:
    for quantity, node in trace.gradients.items():
        arriving = [
            other.edges[quantity].contribution
            for other in trace.gradients.values()
            if quantity in other.edges
        ]
        seed = 1.0 if quantity == trace.graph.output else 0.0
        assert node.gradient == pytest.approx(seed + sum(arriving), rel=1e-12, abs=1e-12)


def test_a_name_used_three_times_adds_up_three_contributions() -> None:
    trace = traced_graph({"x": 3.0, "y": 4.0}, p="x * y", s="p + x", w="s * x")
    formula = trace.formula(trace.find("dw/dx"))
    assert formula is not None
    assert plain(formula, symbol=trace.names.name) == "dw/dw*s + dw/ds + dw/dp*y"
    assert named(trace)["dw/dx"] == 30


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        ("tanh(x)", "dz/dy*(1 - y**2)"),
        ("sigmoid(x)", "dz/dy*(y*(1 - y))"),
        ("exp(x)", "dz/dy*y"),
        ("2 * exp(x)", "dz/dy*y"),
        ("x", "dz/dy"),
        ("tanh(x) * 2", "dz/dy*(2*(1 - tanh(x)**2))"),
    ],
)
def test_a_derivative_uses_what_its_node_has_calculated(function: str, derivative: str) -> None:
    trace = traced_graph({"x": 0.5}, y=function, z="3 * y")
    formula = trace.formula(trace.find("dz/dx"))
    assert formula is not None
    assert plain(formula, symbol=trace.names.name) == derivative


def test_what_the_output_does_not_depend_on_has_gradient_zero() -> None:
    numbers = named(traced_graph({"x": 3.0, "z": 1.0}, unused="x * 2", y="x + 1"))
    assert (numbers["dy/dz"], numbers["dy/dunused"], numbers["dy/dx"]) == (0, 0, 1)


@pytest.mark.parametrize(
    "text",
    ["dtotal/dapple", "∂total/∂apple", "d total/d apple", " dtotal / dapple ", "dtotal/dapple@1"],
)
def test_spellings_of_a_gradient(text: str) -> None:
    trace = GraphTrace(build_graph(GRAPHS["apples"]))
    assert trace.names.name(trace.find(text)) == "dtotal/dapple"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "dtotal/daple",
            "there is no number 'dtotal/daple' in this graph; did you mean 'dtotal/dapple'",
        ),
        ("total#2", "a graph has no samples"),
        ("total@2", "this is iteration 1"),
        ("total@0", "counted from 1"),
        ("", "there is no number ''"),
    ],
)
def test_unknown_names_say_what_there_is(text: str, message: str) -> None:
    trace = GraphTrace(build_graph(GRAPHS["apples"]))
    with pytest.raises(UnknownNameError) as caught:
        trace.find(text)
    assert message in str(caught.value)


def test_a_trace_is_a_mapping_of_all_its_numbers() -> None:
    trace = GraphTrace(build_graph(GRAPHS["apples"]))
    assert dict(trace) == {identity: trace.value(identity) for identity in trace.order()}
    assert len(trace) == len(set(trace)) == 10
    output, apple = trace.graph.output, next(iter(trace.graph.inputs))
    assert Derivative(output, apple) in trace
    assert Derivative(apple, output) not in trace


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("1 / (x - 2)", "g.yaml:4:9: graph.nodes.y: division by zero: 1/(x - 2) with x = 2"),
        ("3 + log(1 - x)", "not positive: log(1 - x) with x = 2"),
        ("exp(x * 400)", "overflow: the result is too large"),
        ("(-x) ** 0.5", "with x = 2"),
        ("1 / 0", "division by zero: 1/0"),
    ],
)
def test_a_node_without_a_value_is_named_with_the_values_in_it(formula: str, message: str) -> None:
    with pytest.raises(GraphValueError) as caught:
        _ = traced_graph({"x": 2.0}, y=formula).result
    assert message in str(caught.value)


def test_values_of_nodes_are_told_as_well_as_those_of_inputs() -> None:
    trace = traced_graph({"x": 2.0}, a="x - 2", b="5 / a")
    with pytest.raises(GraphValueError, match=r"g\.yaml:5:9: .*5/a with a = 0$"):
        named(trace)["b"]


def test_a_derivative_without_a_value_is_told_apart_from_the_value() -> None:
    trace = traced_graph({"x": 0.0}, y="sqrt(x)")
    assert trace.result == 0
    with pytest.raises(GraphValueError, match=r"graph\.nodes\.y: no derivative: division by zero"):
        named(trace)["dy/dx"]


def test_a_gradient_beyond_float64_is_an_error() -> None:
    trace = traced_graph({"x": 1e-250}, a="x * 1e200", b="a * 1e200")
    assert trace.result == pytest.approx(1e150)
    with pytest.raises(GraphValueError, match="gradient is too large"):
        named(trace)["db/dx"]
