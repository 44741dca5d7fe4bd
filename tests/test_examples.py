"""The worked examples against their published numbers, to the digits printed there."""

from __future__ import annotations

import pytest

from support.paths import EXAMPLES
from support.traces import traced
from tracer.config import load
from tracer.digits.agreement import agreement
from tracer.engine.passes import forward
from tracer.engine.training import trace, train
from tracer.graph import GraphTrace, build_graph
from tracer.model.experiment import Expected, Experiment, GraphExperiment
from tracer.model.names import Names

WRONG = {
    ("mazur", 1, None, "dE/dout_h1:o2"): -0.0190491182582781,
    ("mazur", None, 1, "E_total"): 0.291027773693599,
    ("mazur", None, 10000, "E_total"): 3.51018778297885e-05,
    ("mazur", None, 10000, "out_o1"): 0.0159136204435506,
    ("mazur", None, 10000, "out_o2"): 0.984064273514624,
}
"""Published numbers that are wrong, and the right ones, calculated by an independent program."""

LOADED = [(path.stem, load(path)) for path in EXAMPLES]
PUBLISHED = [
    (name, experiment, block) for name, experiment in LOADED for block in experiment.expected
]


def calculated(experiment: Experiment | GraphExperiment, block: Expected) -> dict[str, float]:
    """The right values of everything that the block names."""
    if isinstance(experiment, GraphExperiment):
        graph = GraphTrace(build_graph(experiment))
        return {name: graph.value(graph.find(name)) for name in block.values}
    if block.after is not None:
        run = train(experiment, block.after + 1, keep=[block.after])
        after = trace(experiment, run, block.after + 1)
        return {name: after[name] for name in block.values}
    iteration = block.iteration or 1
    found = traced(experiment, iteration)
    return {name: found[name] for name in block.values}


@pytest.mark.parametrize(
    ("name", "experiment", "block"), PUBLISHED, ids=lambda value: str(value)[:20]
)
def test_published_numbers_come_out_to_their_digits(
    name: str, experiment: Experiment | GraphExperiment, block: Expected
) -> None:
    for quantity, right in calculated(experiment, block).items():
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
    run = train(network(name), 4000)
    assert run.ended == "stopped"
    assert run.done > 1000


def test_the_trained_neurons_tell_the_new_people_apart() -> None:
    experiment = network("zhou-training")
    assert experiment.predict is not None
    parameters = train(experiment, 4000).parameters
    out = forward(experiment.network, parameters, experiment.predict.inputs).outs[-1]
    assert out[0, 0] > 0.9
    assert out[1, 0] < 0.15


def test_names_in_expected_blocks_exist() -> None:
    for _, experiment, block in PUBLISHED:
        if isinstance(experiment, Experiment):
            for quantity in block.values:
                Names(experiment.network).parse(quantity)
