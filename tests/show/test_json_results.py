"""JSON: the contract's object, validated against the published schema, numbers in full."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest

from support.networks import build, diverging, shipped, shipped_networks
from support.schema import SCHEMA, validate
from support.sparing import small_first
from support.traces import named, traced, trained
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train_through
from tracer.errors import UsageError
from tracer.model.experiment import Data, Experiment, Resume, Training
from tracer.model.network import Bias
from tracer.show.formats.objects import write
from tracer.show.reports.run_objects import run_json
from tracer.show.reports.step import history_iterations
from tracer.show.reports.step_objects import step_json


def written(result: Any, **options: Any) -> Any:
    stream = io.StringIO()
    write(result, stream, **options)
    return json.loads(stream.getvalue(), parse_constant=pytest.fail)


def run_object(experiment: Experiment, iterations: int = 1, sample: int | None = None) -> Any:
    wanted = range(1, iterations + 1)
    run = train_through(NetworkTimeline(experiment), wanted)
    traces = map(run.timeline.trace, run.reached(wanted))
    return written(run_json(experiment, run, traces, sample))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "name", small_first([*shipped_networks(), "zhou-neuron", "zhou-feedforward"])
)
def test_every_bundled_network_gives_what_the_schema_says(name: str) -> None:
    experiment = shipped(name)
    iterations = 2 if experiment.training else 1
    result = run_object(experiment, iterations)
    validate(result, "run")
    assert len(result["iterations"]) == iterations
    if experiment.training is None:
        return
    shown = history_iterations(3)
    run = trained(experiment, 3, shown)
    validate(written(step_json(experiment, run, shown)), "step")


def test_the_classic_example_as_the_contract_has_it() -> None:
    result = run_object(shipped("mazur"))
    assert result["conventions"] == {
        "loss": "half_squared_error",
        "reduction": "mean",
        "update_order": "simultaneous",
        "gradient": "exact",
        "freeze": ["b1", "b2"],
        "optimizer": "sgd",
        "learning_rate": 0.5,
    }
    (iteration,) = result["iterations"]
    assert iteration["loss"] == 0.2983711087600027
    quantities = iteration["samples"][0]["quantities"]
    assert quantities["i1"] == 0.05
    assert quantities["delta_o1"] == pytest.approx(0.13849856162855698, rel=1e-14)
    assert quantities["dE/dw1"] == iteration["parameters"]["w1"]["gradient"]
    assert iteration["parameters"]["w1"]["after"] == pytest.approx(0.1497807161327628, rel=1e-14)
    assert result["final"]["loss"] == pytest.approx(0.29102777369359933, rel=1e-14)
    assert result["final"]["parameters"]["w1"] == iteration["parameters"]["w1"]["after"]


def test_every_quantity_of_a_sample_stands_under_its_bare_name() -> None:
    experiment = shipped("two-layer-net")
    trace = traced(experiment)
    second = run_object(experiment)["iterations"][0]["samples"][1]
    assert second["sample"] == 2
    own = {trace.names.bare(q): trace.value(q) for q in trace.quantities(sample=1)}
    assert second["quantities"] == own
    numbers = named(trace)
    assert own["dE/dw1"] == numbers["dE/dw1#2"] != numbers["dE/dw1"]
    assert own["dout_o1/dnet_o2"] == numbers["dout_o1/dnet_o2#2"]


def test_a_sample_can_be_picked() -> None:
    samples = run_object(shipped("zhou-training"), 2, sample=2)["iterations"]
    assert [part["sample"] for it in samples for part in it["samples"]] == [2]
    assert samples[1]["samples"][0]["name"] == "Bob"
    with pytest.raises(UsageError, match="there is no sample 9"):
        run_object(shipped("zhou-training"), sample=9)


def test_means_of_the_batch_stand_beside_the_samples() -> None:
    experiment = shipped("cubes-batch-means")
    numbers = named(traced(experiment))
    iteration = run_object(experiment)["iterations"][0]
    assert iteration["means"]["mean_delta_h1"] == numbers["mean_delta_h1"]
    assert "delta_h1" not in iteration["samples"][0]["quantities"]
    assert len(iteration["samples"]) == 128


def test_without_training_nothing_comes_after() -> None:
    result = run_object(replace(shipped("mazur"), training=None))
    validate(result, "run")
    assert set(result["conventions"]) == {"loss", "reduction"}
    assert set(result["iterations"][0]["parameters"]["w1"]) == {"before", "gradient"}
    assert result["final"]["loss"] == result["iterations"][0]["loss"]


def test_predictions_bear_their_names() -> None:
    predictions = run_object(shipped("zhou-training"))["final"]["predictions"]
    assert [row["name"] for row in predictions] == ["Emily", "Frank"]
    assert predictions[0]["inputs"] == [-7, -3]


def test_the_history_has_the_rows_of_the_table() -> None:
    experiment = shipped("mazur")
    shown = [0, 1, 10]
    run = trained(experiment, 10, shown)
    result = written(step_json(experiment, run, shown))
    assert [row["iteration"] for row in result["history"]] == shown
    assert result["history"][-1]["loss"] == result["final"]["loss"]
    assert result["history"][-1]["outputs"] == result["final"]["outputs"]
    xor = shipped("xor")
    assert "outputs" not in written(step_json(xor, trained(xor, 1), [0, 1]))["history"][0]


def test_earlier_updates_are_counted_apart() -> None:
    experiment = replace(shipped("mazur"), training=Training(0.5, resume=Resume(100)))
    final = run_object(experiment)["final"]
    assert (final["iterations"], final["earlier_iterations"]) == (1, 100)


def test_numbers_that_are_not_finite_are_left_out() -> None:
    network, _ = build([1, 1], ["identity"], [Bias.NONE], "half_squared_error")
    data = Data(np.array([[1e200]]), np.array([[0.0]]), (None,))
    experiment = Experiment("huge", network, ((np.array([[1e200]]), None),), data=data)
    result = run_object(experiment)
    validate(result, "run")
    assert "loss" not in result["iterations"][0]
    assert "net_o1" not in result["iterations"][0]["samples"][0]["quantities"]
    assert result["final"]["outputs"] == [[None]]


def test_a_diverged_training_says_where() -> None:
    experiment = diverging()
    result = written(step_json(experiment, trained(experiment, 500), [0, 500]))
    validate(result, "step")
    assert result["final"]["ended"] == "diverged"
    assert result["final"]["diverged"]["iteration"] == result["final"]["iterations"] + 1


def test_writing_takes_from_iterators_as_it_goes() -> None:
    stream = io.StringIO()

    def parts() -> Any:
        yield {"k": 1}
        assert '"k": 1' in stream.getvalue()
        yield {"k": iter(())}

    write({"parts": parts()}, stream)
    assert json.loads(stream.getvalue()) == {"parts": [{"k": 1}, {"k": []}]}


def test_names_beyond_ascii_are_kept_or_escaped() -> None:
    for ascii in (True, False):
        stream = io.StringIO()
        write([{"δ": 0.1}], stream, ascii=ascii)
        assert stream.getvalue().isascii() is ascii
        assert json.loads(stream.getvalue()) == [{"δ": 0.1}]
