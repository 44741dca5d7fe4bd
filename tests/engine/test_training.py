"""Training: what it keeps, how it stops, and that pieces give the bits of the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from support.networks import build, random_parameters, shipped
from support.traces import traced
from tracer.engine.batches import Batches
from tracer.engine.training import continued, trace_iterations, train
from tracer.errors import UsageError
from tracer.model.experiment import Data, Experiment, Stop, Training
from tracer.model.network import Bias, flatten


def wide(training: Training) -> Experiment:
    """A network too large to be compiled."""
    rng = np.random.default_rng(1)
    network, _ = build([6, 8, 3], ["tanh", "identity"], [Bias.EACH] * 2, "half_squared_error")
    data = Data(rng.normal(0, 1, (10, 6)), rng.normal(0, 1, (10, 3)), (None,) * 10)
    return Experiment(
        "wide", network, random_parameters(network, rng), data=data, training=training
    )


@pytest.mark.parametrize("batch", [None, 1, 4])
@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("small", [True, False])
def test_two_runs_give_the_bits_of_one(batch: int | None, shuffle: bool, small: bool) -> None:
    training = Training(0.1, batch=batch, shuffle=shuffle, seed=5)
    experiment = wide(training)
    if small:
        zhou = shipped("zhou-training")
        experiment = replace(zhou, training=replace(training, batch=batch and min(batch, 3)))
    whole = train(experiment, 23)
    first = train(experiment, 9)
    second = train(continued(experiment, first), 14)
    assert flatten(second.parameters) == flatten(whole.parameters)


def test_the_stop_criterion_survives_a_break() -> None:
    experiment = replace(
        shipped("mazur"), training=Training(0.5, stop=Stop(loss_below=0.01, window=50))
    )
    whole = train(experiment, 5000)
    assert whole.ended == "stopped"
    first = train(experiment, whole.done - 7)
    second = train(continued(experiment, first), 5000)
    assert first.done + second.done == whole.done
    assert flatten(second.parameters) == flatten(whole.parameters)


def test_training_stops_at_the_first_window_whose_mean_is_below_the_bound() -> None:
    experiment = replace(shipped("mazur"), training=Training(0.5, stop=Stop(0.1, window=10)))
    run = train(experiment, 5000)
    _, traces = trace_iterations(
        replace(experiment, training=Training(0.5)), range(1, run.done + 1)
    )
    losses = [trace.loss for trace in traces]
    assert np.mean(losses[-10:]) < 0.1 <= np.mean(losses[-11:-1])


def test_tracing_does_not_change_what_is_calculated() -> None:
    experiment = shipped("mazur")
    _, traces = trace_iterations(experiment, [3, 40])
    assert flatten(traces[1].before) == flatten(train(experiment, 39).parameters)
    assert traces[0]["w1+"] == flatten(train(experiment, 3).parameters)[0]


def test_each_epoch_draws_every_sample_once() -> None:
    batches = Batches(10, Training(0.1, batch=4, shuffle=True, seed=2))
    epochs = [[n for k in range(3) for n in batches.numbers(3 * e + k)] for e in range(3)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert [batches.size_of(k) for k in range(6)] == [4, 4, 2, 4, 4, 2]


@pytest.mark.parametrize("compiled", [True, False])
def test_divergence_names_the_first_quantity_that_went_wrong(compiled: bool) -> None:
    size = 1 if compiled else 12
    network, _ = build([size, 1], ["identity"], [Bias.NONE], "half_squared_error")
    samples = 1 if compiled else 12
    data = Data(np.ones((samples, size)), np.zeros((samples, 1)), (None,) * samples)
    weights = ((np.ones((1, size)), None),)
    experiment = Experiment("d", network, weights, data=data, training=Training(100.0))
    run = train(experiment, 10_000)
    assert run.ended == "diverged"
    assert run.diverged is not None
    assert run.diverged.quantity == "E_o1"
    assert run.diverged.iteration == run.done + 1
    assert all(np.isfinite(flatten(run.parameters)))
    assert "learning rate" in str(run.diverged)


def test_an_interrupt_keeps_what_was_done() -> None:
    def interrupt(done: int) -> None:
        if done >= 100:
            raise KeyboardInterrupt

    experiment = shipped("mazur")
    run = train(experiment, 10_000, progress=interrupt)
    assert run.ended == "interrupted"
    assert 100 <= run.done < 10_000
    assert flatten(run.parameters) == flatten(train(experiment, run.done).parameters)


def test_without_training_there_is_one_iteration_and_no_update() -> None:
    experiment = replace(shipped("mazur"), training=None)
    trace = traced(experiment)
    assert "w1+" not in trace
    assert trace["dE/dw1"] == pytest.approx(0.00043856773447434685, rel=1e-14)
    with pytest.raises(UsageError, match="only iteration 1"):
        trace_iterations(experiment, [2])
