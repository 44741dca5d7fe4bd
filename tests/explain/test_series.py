"""Series: the numbers on the way through training that curves are drawn from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.graphs import timeline as graph_timeline
from support.networks import diverging, shipped
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trainable import Timeline
from tracer.engine.training import train
from tracer.errors import UnknownNameError, UsageError
from tracer.explain.series import LOSS, Extremes, Norm, Recorder, Series, subjects
from tracer.model.experiment import Experiment, GraphTraining, Stop, Training


def recorded(timeline: Timeline, names: list[str], total: int, looks: int = 1000) -> Recorder:
    recorder = Recorder(timeline, subjects(timeline, names), total, looks)
    run = train(timeline, total, watch=recorder)
    recorder.end(run.state, run.done)
    return recorder


def network(experiment: Experiment | str) -> NetworkTimeline:
    return NetworkTimeline(shipped(experiment) if isinstance(experiment, str) else experiment)


def online(name: str) -> Experiment:
    """The experiment with one sample a batch, so that no batch's loss is that of all the data."""
    return replace(shipped(name), training=Training(0.5, batch=1))


@pytest.mark.parametrize("experiment", [shipped("xor"), online("xor")])
def test_the_loss_is_that_over_all_of_the_data(experiment: Experiment) -> None:
    timeline = network(experiment)
    points = recorded(timeline, [LOSS], 30).of(LOSS)
    assert [k for k, _ in points] == list(range(31))
    expected = [timeline.forward(k).loss for k in range(31)]
    assert [x for _, x in points] == pytest.approx(expected, rel=1e-12)


def test_quantities_are_those_of_a_pass_after_so_many_updates() -> None:
    timeline = network("mazur")
    names = ["out_o1", "w5", "dE/dw1", "delta_h1"]
    recorder = recorded(timeline, names, 12)
    for name, series in zip(names, recorder.series, strict=True):
        traces = [timeline.forward(k) for k in range(13)]
        expected = [(k, t.value(t.find(name))) for k, t in enumerate(traces)]
        assert series.points == expected


def test_gradients_are_the_norm_of_each_layer() -> None:
    timeline = network("mazur")
    recorder = recorded(timeline, ["gradients"], 3)
    assert [series.subject for series in recorder.series] == [Norm(1), Norm(2)]
    trace = timeline.forward(3)
    weights = [trace.value(trace.find(f"dE/dw{n}")) for n in range(1, 5)]
    expected = sum(x * x for x in weights) ** 0.5
    assert recorder.of(Norm(1))[-1][1] == pytest.approx(expected, rel=1e-12)


def test_long_runs_have_few_points_and_both_ends() -> None:
    recorder = recorded(network("mazur"), [LOSS, "w5"], 5003, looks=100)
    for series in recorder.series:
        assert 90 <= len(series.points) <= 104
        assert (series.points[0][0], series.points[-1][0]) == (0, 5003)
        updates = [k for k, _ in series.points]
        assert updates == sorted(set(updates))


def test_no_state_is_kept_for_a_look() -> None:
    timeline = network("mazur")
    recorded(timeline, ["w5"], 500)
    assert set(timeline.kept) == {0, 500}


def test_watching_changes_no_number() -> None:
    watched, plain = network("zhou-training"), network("zhou-training")
    recorded(watched, [LOSS, "w1"], 50)
    assert train(watched, 50).state.numbers() == train(plain, 50).state.numbers()


def test_a_single_high_loss_is_never_lost() -> None:
    series = Series(LOSS)
    extremes = Extremes(series, 100)
    values = [1.0 + k * 1e-6 for k in range(1000)]
    values[637], values[638] = 50.0, 0.001
    for begin in range(0, 1000, 33):
        extremes.extend(values[begin : begin + 33])
    extremes.end()
    assert {(637, 50.0), (638, 0.001), (0, 1.0)} <= set(series.points)
    assert len(series.points) <= 21


def test_what_there_is_of_a_diverging_run_is_there() -> None:
    timeline = network(diverging())
    recorder = Recorder(timeline, [LOSS], 10_000)
    run = train(timeline, 10_000, watch=recorder)
    recorder.end(run.state, run.done)
    points = recorder.of(LOSS)
    assert run.diverged
    assert points[-1][0] <= run.done
    assert points[-1][1] > 1e100 * points[0][1]


def test_a_run_that_stops_is_shown_to_its_end() -> None:
    training = Training(0.5, stop=Stop(loss_below=0.01, window=1))
    timeline = network(replace(shipped("mazur"), training=training))
    recorder = Recorder(timeline, subjects(timeline, [LOSS, "w5"]), 100_000)
    run = train(timeline, 100_000, watch=recorder)
    recorder.end(run.state, run.done)
    assert run.ended == "stopped"
    assert [series.points[-1][0] for series in recorder.series] == [run.done] * 2


def test_a_graph_has_its_output_nodes_and_derivatives() -> None:
    timeline = graph_timeline({"x": 3.0}, {"y": "x**2"}, GraphTraining(0.1, ("x",)))
    recorder = recorded(timeline, ["loss", "x", "dy/dx"], 2)
    expected = [[9.0, 5.76, 3.6864], [3.0, 2.4, 1.92], [6.0, 4.8, 3.84]]
    for series, numbers in zip(recorder.series, expected, strict=True):
        assert [k for k, _ in series.points] == [0, 1, 2]
        assert [x for _, x in series.points] == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("w99", UnknownNameError, "w99"),
        ("w5@3", UsageError, "a curve shows every iteration; leave out @: w5"),
        ("v_w5", UnknownNameError, "keeps nothing"),
    ],
)
def test_names_that_mean_nothing_are_refused(name: str, error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        subjects(network("mazur"), [name])


def test_a_graph_has_no_layers() -> None:
    timeline = graph_timeline({"x": 3.0}, {"y": "x**2"})
    with pytest.raises(UsageError, match="a graph has no layers"):
        subjects(timeline, ["gradients"])
