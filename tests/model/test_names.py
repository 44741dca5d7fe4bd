"""Names of quantities in all their spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.names_page import spellings
from support.networks import build, experiments, shipped
from support.odd_names import ODD, odd_networks
from support.traces import traced
from tracer.config.neurons import reserved
from tracer.errors import UnknownNameError
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import Bias, Network, parameter_names
from tracer.model.quantity import Kind, Quantity, Stage


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(shipped("mazur").network)


@pytest.mark.parametrize(("canonical", "spelling"), spellings("Other spellings"))
def test_spellings_on_the_page_lead_to_the_canonical_name(
    names: Names, canonical: str, spelling: str
) -> None:
    assert names.name(names.parse(spelling)) == canonical
    assert names.name(names.parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ("net_h1@1#1", "net_h1"),
        ("E_total@10000", "E_total@10000"),
        ("dE/dw5#2", "dE/dw5#2"),
        (" delta_o1@2 ", "delta_o1@2"),
    ],
)
def test_iterations_and_samples(names: Names, spelling: str, canonical: str) -> None:
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
        ("net_h1@١", "counted from 1: delta_o1@2#3"),
        ("w1@-1", "counted from 1: delta_o1@2#3"),
        ("w1@2@3", "counted from 1: delta_o1@2#3"),
        (f"net_h1@{'9' * 5000}", "counted from 1: delta_o1@2#3"),
        ("w" * 10_000, "lists the names"),
        ("z_h3", "did you mean 'z_h2' or 'z_h1'?"),
        ("δ_h3", "did you mean 'delta_h2', 'delta_h1'"),
        ("∂E/∂out_h3", "did you mean 'dE/dout_h2', 'dE/dout_h1'"),
        ("dC/da_h3", "did you mean 'dC/da_h2', 'dC/da_h1'"),
        ("E'(net_h1)", "did you mean"),
        ("delta_w5", "8 weights and 2 biases"),
        ("w_1_1", "8 weights and 2 biases, counted from 1"),
        ("w^3_11", "layers are counted from 0, the inputs; they have 2, 2, 2 neurons"),
        ("b^1_3", "layers are counted from 0, the inputs; they have 2, 2, 2 neurons"),
        ("a^1", "layers are counted from 0, the inputs; they have 2, 2, 2 neurons"),
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


@pytest.mark.parametrize("neuron", ODD)
def test_odd_names_of_neurons_are_read_as_they_stand(neuron: str) -> None:
    assert not reserved(neuron)
    network = Network.build(["p"], [([neuron, "q"], "sigmoid", Bias.EACH)], "half_squared_error")
    names = Names(network)
    for before in ("net_", "out_", "delta_", "target_", "E_", "dE/dout_", "dout/dnet_"):
        assert names.name(names.parse(before + neuron)) == before + neuron
    assert names.parse(neuron) == names.parse(f"out_{neuron}")
    assert names.parse(f"∂E/∂net_{neuron}@2#3") == names.parse(f"δ_{neuron}@2#3")
    assert names.name(names.parse(f"w[{neuron},p]")) == "w1"
    assert names.name(names.parse(f"dE/db[{neuron}]")) == "dE/db1"


def test_a_neurons_name_comes_before_what_is_called_the_same() -> None:
    network = Network.build(["C", "w5_"], [(["d", "W1"], "sigmoid", Bias.EACH)], "squared_error")
    names = Names(network)
    assert [names.parse(text).kind for text in ("C", "W1", "d")] == [Kind.INPUT, Kind.OUT, Kind.OUT]
    assert names.parse("w1").kind is Kind.WEIGHT
    assert names.parse("∂C/∂w1").kind is Kind.WEIGHT_GRADIENT


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("net_h_1", "'net_h_1' may mean 'net_h1' or 'net_H1'"),
        ("Δ_h_1@2", "may mean 'delta_h1' or 'delta_H1'"),
        ("e_total", "may mean 'E_total' or 'E_Total'"),
        ("w^1_111", "may mean 'w11' or 'w111'"),
    ],
)
def test_two_loose_readings_are_none(text: str, meant: str) -> None:
    inputs = [f"i{n}" for n in range(1, 12)]
    hidden = ["h1", "H1", *(f"k{n}" for n in range(3, 12))]
    layers = [(hidden, "tanh", Bias.EACH), (["Total"], "tanh", Bias.NONE)]
    names = Names(Network.build(inputs, layers, "squared_error"))
    with pytest.raises(UnknownNameError, match=re.escape(meant)):
        names.parse(text)
    assert names.name(names.parse("w^1_{11,1}")) == "w111"
    assert names.name(names.parse("net_H1")) == "net_H1"


@pytest.mark.parametrize("text", ["W2", "dE/dW2", "dW2", "W2+", "B2@3", "W_2", "grad_W2"])
def test_a_capital_letter_may_mean_a_whole_layer(names: Names, text: str) -> None:
    with pytest.raises(
        UnknownNameError, match=r"may mean '.*[wb]2\+?' or the whole array of layer 2"
    ):
        names.parse(text)
    assert names.parse(text.replace("2", "3").replace("B", "W")).layer == 1  # there is no layer 3


def test_a_neuron_without_letters_stands_for_nothing_but_itself() -> None:
    names = Names(Network.build(["p"], [(["_", "q"], "tanh", Bias.EACH)], "squared_error"))
    assert names.name(names.parse("net__")) == "net__"
    for text in ("foo", "dE/dquux", "net_zzz"):
        with pytest.raises(UnknownNameError, match=f"there is no quantity '{text}'"):
            names.parse(text)


def test_combined_and_composed_characters_name_the_same_neuron() -> None:
    names = Names(Network.build(["p"], [(["é", "μ"], "tanh", Bias.EACH)], "squared_error"))
    assert names.name(names.parse("net_e\u0301")) == "net_é"
    assert names.name(names.parse("δ_\u00b5")) == "delta_μ"


def everything(network: Network) -> Iterator[Quantity]:
    """Quantities of every kind in a network: those of sample 1 and of the batch."""
    names = Names(network)
    yield from (names.parse(text) for text in ("E_total", "loss", "lr", "mean_E_total"))
    for parameter in parameter_names(network):
        for text in (parameter, f"{parameter}+", f"dE/d{parameter}", f"dE/d{parameter}#1"):
            yield names.parse(text)
    kinds = (Kind.NET, Kind.OUT, Kind.DE_DOUT, Kind.DELTA)
    for layer in range(network.depth + 1):
        last = layer == network.depth
        kinds_here = (
            (*kinds, *((Kind.TARGET, Kind.ERROR) if last else ())) if layer else (Kind.INPUT,)
        )
        for index, mean in product(range(network.sizes[layer]), (False, True)):
            for kind in kinds_here:
                yield Quantity(Stage(kind, layer, mean), (index,), None if mean else 0)
            coupled = layer and network.layers[layer - 1].activation.coupled
            columns = range(network.sizes[layer]) if coupled else range(bool(layer))
            for column in columns:
                place = (index, column) if coupled else (index,)
                yield Quantity(Stage(Kind.SLOPE, layer, mean), place, None if mean else 0)
            for after in range(network.sizes[layer + 1]) if layer and not last else ():
                yield Quantity(Stage(Kind.PATH, layer, mean), (index, after), None if mean else 0)


@given(odd_networks(), st.integers(1, 10**6), st.integers(0, 10**4))
def test_names_are_never_ambiguous(network: Network, iteration: int, sample: int) -> None:
    names, seen = Names(network), set()
    for first in everything(network):
        of_sample = first.stage.of_a_sample
        for quantity in (
            first,
            replace(first, iteration=iteration, sample=sample if of_sample else None),
        ):
            seen.add(quantity)
            assert names.parse(names.name(quantity)) == quantity
    assert len({names.name(quantity) for quantity in seen}) == len(seen)


@given(experiments())
def test_every_quantity_is_found_by_its_own_name(experiment: Experiment) -> None:
    trace = traced(experiment)
    for quantity in trace.quantities():
        assert trace.find(trace.names.name(quantity)) == quantity
