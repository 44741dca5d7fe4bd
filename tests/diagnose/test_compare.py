"""Runs side by side: the first number that differs, and how each run ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from support.cli import run_json, shown
from support.networks import shipped
from support.paths import CONFIGS
from support.traces import traced
from tracer.diagnose.compare import Comparison, compare
from tracer.engine.training import train
from tracer.errors import UsageError
from tracer.explain.sizes import layer_sizes
from tracer.model.experiment import Experiment


def side_by_side(*names: str, iterations: int | None = None) -> Comparison:
    return compare([shipped(name) for name in names], iterations)


def with_training(experiment: Experiment, **settings: Any) -> Experiment:
    assert experiment.training is not None
    return replace(experiment, training=replace(experiment.training, **settings))


def test_update_orders_part_at_the_hidden_deltas() -> None:
    comparison = side_by_side("mazur", "mazur-as-published")
    found = comparison.first_difference
    assert found is not None
    assert (found.name, found.iteration) == ("dE/dout_h1:o1", 1)
    assert found.values == pytest.approx((0.055399425, 0.049709416), abs=1e-9)
    assert comparison.differing == {"update_order": ("simultaneous", "output_first")}
    assert not comparison.agree


def test_a_run_agrees_with_itself() -> None:
    comparison = side_by_side("relu-bce", "relu-bce", iterations=50)
    assert comparison.agree
    assert comparison.iterations == 50
    assert comparison.differing == {}


def test_a_shared_bias_is_laid_beside_each_of_its_neurons() -> None:
    comparison = side_by_side("mazur-shared-biases", "mazur-free-biases")
    found = comparison.first_difference
    assert found is not None
    assert found.name == "dE/db2"
    assert found.values[0] == pytest.approx(0.138498562 - 0.038098237, abs=1e-9)


def test_numbers_that_part_late_are_found_there() -> None:
    experiment = with_training(shipped("zhou-training"), iterations=2500, epochs=None)
    data = experiment.data
    assert data is not None
    targets = data.targets.copy()
    targets[3] = 0.5  # online: sample 4 is first seen in iteration 4
    changed = replace(experiment, data=replace(data, targets=targets))
    found = compare([experiment, changed]).first_difference
    assert found is not None
    assert (found.name, found.iteration) == ("target_o1@4#4", 4)
    assert found.values == (1.0, 0.5)


@pytest.mark.parametrize("iteration", [2, 1024, 1025, 2200])
def test_a_difference_is_found_in_the_iteration_where_it_begins(iteration: int) -> None:
    experiment = with_training(shipped("mazur"), iterations=3000)
    data = experiment.data
    assert data is not None
    count = 2300
    rows = replace(
        data,
        inputs=np.repeat(data.inputs, count, axis=0),
        targets=np.repeat(data.targets, count, axis=0),
        names=(None,) * count,
    )
    online = with_training(replace(experiment, data=rows), batch=1, iterations=count)
    inputs = rows.inputs.copy()
    inputs[iteration - 1, 0] = 0.06
    changed = replace(online, data=replace(rows, inputs=inputs))
    found = compare([online, changed]).first_difference
    assert found is not None
    assert (found.name, found.iteration) == (f"i1@{iteration}#{iteration}", iteration)


def test_last_bits_are_no_difference() -> None:
    """Over two outputs the mean is the ½, calculated in another order."""
    experiment = shipped("mazur")
    network = experiment.network
    layers = [(x.neurons, x.activation.name, x.bias) for x in network.layers]
    mean = type(network).build(network.inputs, layers, "mean_squared_error")
    assert compare([experiment, replace(experiment, network=mean)], 200).agree


def test_networks_of_other_shapes_have_no_counterparts() -> None:
    comparison = side_by_side("mazur", "xor", iterations=5)
    assert not comparison.same_shape
    assert comparison.first_difference is None
    assert not comparison.agree


def test_both_ends_are_passes_over_all_the_data() -> None:
    experiment = shipped("cubes")
    outcome = compare([experiment, experiment], 30).runs[0]
    run = train(experiment, 30)
    ended = with_training(replace(experiment, parameters=run.parameters), batch=None)
    trace = traced(ended)
    assert outcome.last.updates == 30
    assert outcome.last.loss == pytest.approx(trace.loss, rel=1e-13)
    assert [s.mean for s in outcome.last.sizes] == pytest.approx(
        [s.mean for s in layer_sizes(trace)], rel=1e-13
    )


def test_sizes_go_from_the_outputs_back_with_ratios_to_the_layer_above() -> None:
    trace = traced(shipped("mazur"))
    above, below = layer_sizes(trace)
    assert (above.layer, below.layer) == (2, 1)
    assert above.mean == pytest.approx((0.138498562 + 0.038098237) / 2, abs=1e-9)
    assert above.largest == pytest.approx(0.138498562, abs=1e-9)
    assert above.mean_ratio is None
    assert below.mean_ratio == pytest.approx(below.mean / above.mean)
    weights = [trace[f"dE/dw{number}"] for number in range(1, 5)]
    assert below.gradient == pytest.approx(np.sqrt(np.sum(np.square(weights))))


def test_a_run_that_stops_early_ends_there() -> None:
    comparison = side_by_side("cubes-relu", "cubes-relu", iterations=2000)
    assert comparison.runs[0].ended == "stopped"
    assert comparison.runs[0].last.updates < 2000


def test_without_training_there_is_one_pass() -> None:
    experiment = replace(shipped("mazur"), training=None)
    assert compare([experiment, experiment]).agree
    found = compare([experiment, shipped("mazur-free-biases")]).first_difference
    assert found is not None
    with pytest.raises(UsageError, match="nothing to compare"):
        compare([experiment, replace(experiment, data=None)])


def test_the_command_exits_with_1_where_numbers_differ() -> None:
    output = shown("compare", "mazur", "mazur-as-published", code=1)
    assert "∂E/∂out_h1:o1  0.055399425  0.049709416" in output
    assert "None: every number is the same" in shown("compare", "mazur", "mazur", code=0)
    assert "not of the same shape" in shown("compare", "mazur", "xor", "-n", "5", code=1)


def test_the_command_takes_files_and_more_than_two() -> None:
    paths = [str(CONFIGS / f"{name}.yaml") for name in ("cubes", "cubes-relu", "cubes-batch-means")]
    output = shown("compare", *paths, "--iterations", "20", code=1)
    assert "(3) cubes-batch-means.yaml: " in output
    assert "batch_means" in output


def test_one_configuration_cannot_be_compared() -> None:
    assert "name another one" in shown("compare", "mazur", code=2)


def test_the_commands_json_is_the_contract() -> None:
    result = run_json("compare", "mazur", "mazur-free-biases", code=1)
    assert result["first_difference"]["name"] == "dE/db2"
    assert result["first_difference"]["iteration"] == 1
    assert result["first_difference"]["values"][1] == pytest.approx(0.138498562, abs=1e-9)
    first = result["runs"][0]
    assert first["conventions"]["freeze"] == "b1 b2"
    assert [layer["layer"] for layer in first["last"]["layers"]] == [2, 1]
    assert first["last"]["layers"][0]["mean_delta_ratio"] is None
