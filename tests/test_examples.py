"""The worked examples against their published numbers, to the digits printed there."""

from __future__ import annotations

import pytest

from support.graphs import shipped_graph
from support.paths import EXAMPLES
from support.traces import named, traced, trained
from tracer.config import load
from tracer.digits.agreement import agreement
from tracer.engine.forward import forward
from tracer.graph.building import build_graph
from tracer.graph.timeline import GraphTimeline
from tracer.model.experiment import Expected, Experiment, GraphExperiment
from tracer.model.names import Names

WRONG = {
    ("mazur", 1, None, "dE/dout_h1:o2"): -0.0190491182582781,
    ("mazur", None, 1, "E_total"): 0.291027773693599,
    ("mazur", None, 10000, "E_total"): 3.51018778297885e-05,
    ("mazur", None, 10000, "out_o1"): 0.0159136204435506,
    ("mazur", None, 10000, "out_o2"): 0.984064273514624,
    ("recurrent-two-steps", 1, None, "E1"): 0.002870219548125666,
    ("recurrent-two-steps", 1, None, "h2"): 0.7803291850392821,
    ("recurrent-two-steps", 1, None, "y2"): 1.5606583700785641,
    ("recurrent-two-steps", 1, None, "E2"): 0.09651053389101197,
    ("recurrent-two-steps", 1, None, "dE/dy2"): -0.4393416299214359,
    ("recurrent-two-steps", 1, None, "dE/dh2"): -0.8786832598428718,
    ("recurrent-two-steps", 1, None, "dE/da2"): -0.3436410402997827,
    ("recurrent-two-steps", 1, None, "dE/dWx_2"): -0.6872820805995654,
    ("recurrent-two-steps", 1, None, "dE/dWh_2"): -0.15880242066120803,
    ("lstm-two-steps", 1, None, "out1"): 0.7719811057588907,
    ("adam-by-hand", 3, None, "df/dtheta"): 9.600115513737714,
    ("adam-by-hand", 3, None, "theta+"): 4.700213291333392,
}
"""Published numbers that are wrong, and the right ones, calculated by an independent program."""

OF_ERRORS = {"appendix-b": ("delta_",), "xor-thresholds": ("delta_", "dE/dout_")}
"""Examples whose sources have errors, −delta and target − out, and what those are called here."""

LOADED = [(path.stem, load(path)) for path in EXAMPLES]
PUBLISHED = [
    (name, experiment, block) for name, experiment in LOADED for block in experiment.expected
]


def calculated(experiment: Experiment | GraphExperiment, block: Expected) -> dict[str, float]:
    """The right values of everything that the block names."""
    if isinstance(experiment, GraphExperiment):
        line = GraphTimeline(experiment, build_graph(experiment))
        number = block.iteration or 1
        graph = named(line.forward(block.after) if block.after else line.trace(number))
        suffix = f"@{block.after + 1 if block.after else number}"
        return {name: graph[name + suffix] for name in block.values}
    if block.after is not None:
        run = trained(experiment, block.after + 1, keep=[block.after])
        after = named(run.timeline.trace(block.after + 1))
        return {name: after[name] for name in block.values}
    iteration = block.iteration or 1
    found = named(traced(experiment, iteration))
    return {name: found[name] for name in block.values}


@pytest.mark.parametrize(
    ("name", "experiment", "block"), PUBLISHED, ids=lambda value: str(value)[:20]
)
def test_published_numbers_come_out_to_their_digits(
    name: str, experiment: Experiment | GraphExperiment, block: Expected
) -> None:
    for quantity, here in calculated(experiment, block).items():
        right = -here if quantity.startswith(OF_ERRORS.get(name, ())) else here
        written, key = block.values[quantity], (name, block.iteration, block.after, quantity)
        if key in WRONG:
            assert agreement(written, right) is None, "no longer wrong?"
            assert right == pytest.approx(WRONG[key], rel=1e-12)
        else:
            assert agreement(written, right) is not None, f"{quantity}: {written.text}, {right}"


def test_every_wrong_number_is_still_quoted() -> None:
    quoted = {
        (name, block.iteration, block.after, quantity)
        for name, _, block in PUBLISHED
        for quantity in block.values
    }
    assert quoted >= WRONG.keys()


def network(name: str) -> Experiment:
    experiment = dict(LOADED)[name]
    assert isinstance(experiment, Experiment)
    return experiment


@pytest.mark.parametrize("name", ["cubes", "cubes-relu"])
def test_the_right_rule_separates_the_cubes_within_4000_updates(name: str) -> None:
    run = trained(network(name), 4000)
    assert run.ended == "stopped"
    assert run.done > 1000


def test_the_trained_neurons_tell_the_new_people_apart() -> None:
    experiment = network("zhou-training")
    assert experiment.predict is not None
    parameters = trained(experiment, 4000).state.parameters
    out = forward(experiment.network, parameters, experiment.predict.inputs).outs[-1]
    assert out[0, 0] > 0.9
    assert out[1, 0] < 0.15


def test_names_in_expected_blocks_exist() -> None:
    for _, experiment, block in PUBLISHED:
        if isinstance(experiment, Experiment):
            for quantity in block.values:
                Names(experiment.network).parse(quantity)


EXACT = {
    "recurrent-two-steps": {
        "E": 0.0993807534,
        "dE/dWx": -0.8334791555,
        "dE/dWh": -0.1588024207,
        "dE/dWy": -0.3778437192,
    },
    "lstm-two-steps": {
        **{"state0": 0.785726148, "out1": 0.771981106},
        **{"Wa1+": 0.45267162, "Wa2+": 0.25922011, "Wi1+": 0.95022037, "Wi2+": 0.80066386},
        **{"Wf1+": 0.70031533, "Wf2+": 0.45189196, "Wo1+": 0.60259241, "Wo2+": 0.41626039},
        **{"Ua+": 0.15103961, "Ui+": 0.80005983, "Uf+": 0.10033823, "Uo+": 0.25296999},
        **{"ba+": 0.20364084, "bi+": 0.65027615, "bf+": 0.15063065, "bo+": 0.10536130},
    },
}
"""What the unrolled networks give, calculated by an independent program."""


@pytest.mark.parametrize("name", EXACT)
def test_unrolled_networks_give_the_exact_numbers(name: str) -> None:
    experiment = shipped_graph(name)
    found = named(GraphTimeline(experiment, build_graph(experiment)).trace(1))
    for quantity, value in EXACT[name].items():
        assert found[quantity] == pytest.approx(value, abs=5.1e-9 if "+" in quantity else 5.1e-10)


def test_the_descent_ends_where_the_book_says() -> None:
    experiment = shipped_graph("descent")
    assert experiment.training is not None
    line = GraphTimeline(experiment, build_graph(experiment))
    ends = line.state(experiment.training.iterations).numbers()
    assert list(ends) == pytest.approx([-0.9434666458139824, -7.312316880125978e-05], rel=1e-13)


def test_the_textbooks_numbers_are_right_but_for_rounded_factors() -> None:
    assert named(traced(network("appendix-b")))["delta_o6"] == pytest.approx(
        -0.1311690782, rel=1e-9
    )
