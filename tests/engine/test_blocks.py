"""Blocks of a recording have the numbers of each iteration's trace, to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.descents import descents
from support.graphs import shipped_graph
from support.networks import experiments, shipped
from tracer.engine.recording import NetworkRecording, Recording
from tracer.engine.timeline import NetworkTimeline
from tracer.explain.calculation import timeline_of
from tracer.graph.recording import GraphRecording
from tracer.graph.timeline import GraphTimeline
from tracer.model.experiment import Experiment
from tracer.model.quantity import Kind, at


def taken(recording: Recording, *updates: int) -> list[int]:
    """The iterations that come of asking so far, one after the other."""
    found: list[int] = []
    for reach in updates:
        for block in recording.blocks(reach):
            found += block.iterations
            recording.take(block)
    return found


def assert_same_bits(experiment: Experiment, *, every: int = 1, compiled: bool = True) -> None:
    timeline = NetworkTimeline(experiment)
    timeline.compiled &= compiled
    recording = NetworkRecording(timeline, every)
    for block in recording.blocks(4 * every):
        for place, iteration in enumerate(block.iterations):
            trace = timeline.trace(iteration)
            own = {s: a for s, a in trace.arrays.items() if s.kind is not Kind.SETTING}
            assert tuple(block.rows[place]) == trace.rows
            assert list(own) == list(block.arrays)
            for stage, array in own.items():
                np.testing.assert_array_equal(block.arrays[stage][place], array, err_msg=str(stage))
        recording.take(block)


@given(experiments(), st.booleans())
def test_a_block_has_the_bits_of_its_iterations(experiment: Experiment, compiled: bool) -> None:
    assert_same_bits(experiment, compiled=compiled)


def test_so_it_has_with_every_optimiser_penalty_clipping_and_schedule() -> None:
    for number, experiment in enumerate(descents(48)):
        assert_same_bits(experiment, every=1 + number % 2, compiled=number % 3 > 0)


@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_of_another_size_begin_another_block(shuffle: bool) -> None:
    experiment = shipped("four-equations")  # 5 samples
    assert experiment.training
    training = replace(experiment.training, batch=2, shuffle=shuffle)
    recording = NetworkRecording(NetworkTimeline(replace(experiment, training=training)))
    sizes = []
    for block in recording.blocks(7):
        sizes += [(k, block.rows.shape[1]) for k in block.iterations]
        recording.take(block)
    assert sizes == [(1, 2), (2, 2), (3, 1), (4, 2), (5, 2), (6, 1), (7, 2)]
    assert_same_bits(replace(experiment, training=training))


def test_every_iteration_comes_once_however_it_is_asked_for() -> None:
    timeline = NetworkTimeline(shipped("mazur"))
    assert taken(NetworkRecording(timeline), 0, 3, 3, 10) == list(range(1, 11))
    assert taken(NetworkRecording(timeline, 4), 3, 9, 16) == [4, 8, 12, 16]


def test_a_block_that_was_not_taken_comes_again() -> None:
    recording = NetworkRecording(NetworkTimeline(shipped("mazur")))
    first = next(iter(recording.blocks(5)))
    again = next(iter(recording.blocks(5)))
    assert first.iterations == again.iterations == range(1, 6)


@pytest.mark.parametrize("name", ["descent-rmsprop", "cs231n-adam", "lstm-two-steps"])
@pytest.mark.parametrize("every", [1, 2])
def test_a_graph_is_recorded_to_the_last_bit(name: str, every: int) -> None:
    timeline = timeline_of(shipped_graph(name))
    assert isinstance(timeline, GraphTimeline)
    recording = GraphRecording(timeline, every)
    for block in recording.blocks(4):
        for place, iteration in enumerate(block.iterations):
            trace = timeline.trace(iteration)
            for key, array in block.arrays.items():
                assert array[place] == trace.value(at(key, iteration)), trace.names.bare(key)
        recording.take(block)
