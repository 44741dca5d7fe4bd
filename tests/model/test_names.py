"""Names of quantities in all their spellings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from support.networks import build, experiments, shipped
from support.traces import traced
from tracer.errors import UnknownNameError
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import Bias, Network
from tracer.model.quantity import Kind


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(shipped("mazur").network)


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("z_h1", "net_h1"),
        ("a_h1", "out_h1"),
        ("out_i1", "i1"),
        ("y_o1", "target_o1"),
        ("δ_o1", "delta_o1"),
        ("dE/dnet_o1", "delta_o1"),
        ("dE/dz_o1", "delta_o1"),
        ("∂E/∂w5", "dE/dw5"),
        ("∂E_total/∂w5", "dE/dw5"),
        ("dC/dw5", "dE/dw5"),
        ("grad_w5", "dE/dw5"),
        ("w5_new", "w5+"),
        ("w[h1,i1]", "w1"),
        ("w[o2, h1]", "w7"),
        ("dE/dw[o2,h1]", "dE/dw7"),
        ("w[o2,h1]+", "w7+"),
        ("b[h2]", "b1"),
        ("J", "loss"),
        ("∂E_total/∂out_h1", "dE/dout_h1"),
        ("∂E_o1/∂out_h1", "dE/dout_h1:o1"),
        ("∂E_o1/∂out_o1", "dE/dout_o1"),
        ("∂out_h1/∂net_h1", "dout/dnet_h1"),
        ("da/dz_h1", "dout/dnet_h1"),
        ("∂net_o1/∂w5", "out_h1"),
        ("∂net_o1/∂out_h1", "w5"),
        ("learning_rate", "lr"),
        ("η", "lr"),
        ("net_h1@1#1", "net_h1"),
        ("delta_o1@2#3", "delta_o1@2#3"),
        ("E_total@10000", "E_total@10000"),
        ("dE/dw5#2", "dE/dw5#2"),
    ],
)
def test_spellings_lead_to_the_canonical_name(names: Names, spelling: str, canonical: str) -> None:
    assert names.name(names.parse(spelling)) == canonical


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("delta_o3", "did you mean 'delta_o2', 'delta_o1' or 'delta_h2'?"),
        ("dleta_h1", "did you mean 'delta_h1',"),
        ("w9", "8 weights and 2 biases, counted from 1"),
        ("net_i1", "did you mean"),
        ("target_h1", "did you mean 'target_o1'"),
        ("nonsense", "`bptrace explain CONFIG` lists the names"),
        ("", "`bptrace explain CONFIG` lists the names"),
        ("net_h1@0", "counted from 1"),
        ("w5#2", "leave out the '#'"),
        ("dout_o1/dnet_o2", "did you mean"),
    ],
)
def test_unknown_names_get_a_hint(names: Names, wrong: str, hint: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        names.parse(wrong)
    assert hint in str(caught.value)


def test_softmax_has_slopes_off_the_diagonal() -> None:
    network, _ = build([2, 3], ["softmax"], [Bias.NONE], "cross_entropy")
    quantity = Names(network).parse("∂out_o1/∂net_o3")
    assert quantity.kind is Kind.SLOPE
    assert quantity.index == (0, 2)
    assert Names(network).name(Names(network).parse("dout_o2/dnet_o2")) == "dout/dnet_o2"


def test_neurons_may_have_odd_names() -> None:
    network = Network.build(
        ["[red]", "猫"], [(["y", "w_1"], "sigmoid", Bias.EACH)], "half_squared_error"
    )
    names = Names(network)
    for name in ("[red]", "猫", "net_y", "delta_w_1", "dE/dout_y"):
        assert names.name(names.parse(name)) == name
    assert names.name(names.parse("w[y,[red]]")) == "w1"
    assert names.name(names.parse("w[w_1,猫]")) == "w4"


@settings(deadline=None, max_examples=60)
@given(experiments())
def test_every_quantity_is_found_by_its_own_name(experiment: Experiment) -> None:
    trace = traced(experiment)
    for quantity in trace.quantities():
        assert trace.find(trace.names.name(quantity)) == quantity
