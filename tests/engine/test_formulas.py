"""The formula of every quantity, evaluated on the named values, is the engine's number."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given

from support.networks import experiments, shipped, shipped_networks
from support.sparing import small_first
from support.traces import traced
from tracer.engine.trace import IterationTrace
from tracer.explain.chain import chain_rule, is_no_gradient
from tracer.formula import Expression, derivative, evaluate, symbols
from tracer.model.experiment import Experiment
from tracer.model.quantity import Derivative, Identity, Kind, Phase, Quantity

LARGE = 2_000
"""Shipped networks with more numbers than this are checked on every seventh of them."""

GIVEN = {kind for kind in Kind if kind.phase is Phase.GIVEN}


def assert_same(found: float, engine: float, name: str) -> None:
    assert found == pytest.approx(engine, rel=1e-12, abs=1e-12), name


def check(trace: IterationTrace, every: int = 1) -> None:
    values = dict(trace)
    for quantity in list(trace.quantities())[::every]:
        name = trace.names.name(quantity)
        for shortcut in (False, True):
            formula = trace.formula(quantity, shortcut=shortcut)
            assert (formula is None) == (quantity.kind in GIVEN and not quantity.stage.mean), name
            if formula is not None:
                assert_same(evaluate(formula, values), values[quantity], name)


@pytest.mark.no_cover
@pytest.mark.parametrize("name", small_first(shipped_networks()))
def test_formulas_give_the_numbers_of_every_shipped_network(name: str) -> None:
    trace = traced(shipped(name))
    check(trace, every=7 if len(trace) > LARGE else 1)


@given(experiments())
def test_formulas_give_the_numbers_of_any_network(experiment: Experiment) -> None:
    trace = traced(experiment)
    check(trace)


def spelled(trace: IterationTrace, identity: Identity) -> str:
    """The name of a number; of a factor of a chain, its two: `dnet_o1/dw5`."""
    if isinstance(identity, Derivative):
        return f"d{trace.names.bare(identity.upper)}/d{trace.names.bare(identity.lower)}"
    return trace.names.bare(identity)


def chain_values(trace: IterationTrace, quantity: Quantity) -> tuple[float, dict[Identity, float]]:
    chain = chain_rule(trace, quantity)
    assert chain is not None
    values = {factor.identity: factor.value for factor in chain.factors}
    assert set(values) == set(symbols(chain.expression))
    return evaluate(chain.expression, values), values


def check_chains(trace: IterationTrace) -> int:
    """Every chain gives the engine's number, and every factor's formula its value."""
    numbers, checked = dict(trace), 0
    for quantity in trace.quantities():
        chain = chain_rule(trace, quantity)
        if chain is None:
            continue
        checked += 1
        value, _ = chain_values(trace, quantity)
        assert_same(value, trace.value(quantity), spelled(trace, chain.identity))
        for factor in chain.factors:
            assert factor.formula is not None
            name = spelled(trace, factor.identity)
            assert_same(evaluate(factor.formula, numbers), factor.value, name)
    return checked


@given(experiments())
def test_the_chain_rule_gives_the_numbers_of_any_network(experiment: Experiment) -> None:
    trace = traced(experiment)
    check_chains(trace)


def test_every_derivative_of_the_loss_has_a_chain() -> None:
    assert check_chains(traced(shipped("mazur"))) == 2 + 2 + 5 + 4 + 2 + 2 + 5


def local(trace: IterationTrace, net: str, by: str) -> Expression:
    """∂net/∂by, from the formula of the net input: not what the chain goes by."""
    formula = trace.formula(trace.find(net))
    assert formula is not None
    return derivative(formula, trace.find(by))


@pytest.mark.parametrize(
    ("asked", "factor", "net", "by"),
    [
        ("dE/dw5", "dnet_o1/dw5", "net_o1", "w5"),
        ("dE/dw1", "dnet_h1/dw1", "net_h1", "w1"),
        ("dE/db2", "dnet_o2/db2", "net_o2", "b2"),
        ("dE/dout_h1", "dnet_o2/dout_h1", "net_o2", "out_h1"),
        ("dE/dout_h1:o1", "dnet_o1/dout_h1", "net_o1", "out_h1"),
    ],
)
def test_local_factors_are_the_derivatives_of_the_net_inputs(
    asked: str, factor: str, net: str, by: str
) -> None:
    trace = traced(shipped("mazur"))
    chain = chain_rule(trace, trace.find(asked))
    assert chain is not None
    found = {spelled(trace, f.identity): f.formula for f in chain.factors}
    assert found[factor] == local(trace, net, by)


def test_the_chain_of_an_output_weight_is_that_of_the_classic_post() -> None:
    trace = traced(shipped("mazur"))
    _, factors = chain_values(trace, trace.find("dE/dw5"))
    values = {spelled(trace, identity): value for identity, value in factors.items()}
    published: Mapping[str, float] = {
        "dE_total/dout_o1": 0.74136507,
        "dout_o1/dnet_o1": 0.186815602,
        "dnet_o1/dw5": 0.593269992,
    }
    assert list(values) == list(published)
    assert values == pytest.approx(published, abs=5e-10)


@pytest.mark.parametrize(
    ("config", "name", "why"),
    [
        ("mazur-as-published", "dE/dout_h1", "output_first"),
        ("mazur-as-published", "dE/dw1", "output_first"),
        ("cubes-batch-means", "dE/dw1", "batch_means"),
        ("cubes-batch-means", "mean_delta_h1", "batch_means"),
    ],
)
def test_what_is_no_gradient_has_no_chain(config: str, name: str, why: str) -> None:
    trace = traced(shipped(config))
    quantity = trace.find(name)
    assert is_no_gradient(trace, quantity) == why
    assert chain_rule(trace, quantity) is None


def test_output_first_leaves_the_output_layer_a_gradient() -> None:
    trace = traced(shipped("mazur-as-published"))
    assert chain_rule(trace, trace.find("dE/dw5")) is not None
