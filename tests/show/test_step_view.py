"""The document of `step`: the history, how training ended, what it made of the parameters."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.documents import remarks, spelled, tables
from support.networks import build, diverging, shipped
from support.traces import trained
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train
from tracer.model.experiment import Data, Experiment, Resume, Stop, Training
from tracer.model.network import Bias
from tracer.show.document import Block, Text, Warn
from tracer.show.reports.step import history_iterations, step_document


def blocks_after(
    experiment: Experiment, total: int, shown: Sequence[int] | None = None
) -> list[Block]:
    shown = history_iterations(total) if shown is None else shown
    run = trained(experiment, total, shown)
    return spelled(experiment, step_document(experiment, run, shown))


def test_the_history_looks_at_round_numbers() -> None:
    assert history_iterations(100) == [0, 1, 2, 5, 10, 20, 50, 100]
    assert history_iterations(7) == [0, 1, 2, 5, 7]
    assert history_iterations(1) == [0, 1]
    assert history_iterations(0) == [0]


def test_the_history_looks_every_so_often() -> None:
    assert list(history_iterations(10, every=4)) == [0, 4, 8, 10]
    assert list(history_iterations(3, every=5)) == [0, 3]


def test_the_history_has_as_many_rows_as_asked_for() -> None:
    assert history_iterations(10000, rows=6) == [0, 1, 10, 100, 1000, 10000]
    assert history_iterations(3, rows=50) == [0, 1, 2, 3]
    assert history_iterations(100, rows=2) == [0, 100]
    assert history_iterations(100, rows=1) == [100]


@given(total=st.integers(1, 10**7), rows=st.integers(1, 300))
def test_rows_are_different_and_end_at_the_last(total: int, rows: int) -> None:
    shown = history_iterations(total, rows=rows)
    assert shown == sorted(set(shown))
    assert shown[-1] == total
    assert len(shown) == min(rows, total + 1)


def test_loss_and_few_outputs_are_shown_on_the_way() -> None:
    history = tables(blocks_after(shipped("mazur"), 10000))["history"]
    assert list(history[0][:2]) == pytest.approx([0, 0.29837110876], abs=1e-12)
    last = [10000, 3.510187782979e-05, 0.015913620444, 0.984064273515]
    assert list(history[-1]) == pytest.approx(last, abs=1e-11)


def test_many_outputs_stand_in_the_end_only() -> None:
    shown = tables(blocks_after(shipped("xor"), 20))
    assert {len(row) for row in shown["history"]} == {2}
    assert [len(row) for row in shown["outputs"]] == [5] * 4
    assert len(tables(blocks_after(shipped("cubes"), 2))["outputs"]) == 21


def test_of_many_outputs_the_largest_is_shown() -> None:
    network, _ = build([1, 6], ["softmax"], [Bias.NONE], "cross_entropy")
    data = Data(np.array([[1.0]]), np.eye(6)[:1], (None,))
    W = np.array([[0.0], [0.0], [3.0], [0.0], [0.0], [0.0]])
    experiment = Experiment("six", network, ((W, None),), data=data, training=Training(0.0))
    (row,) = tables(blocks_after(experiment, 1))["outputs"]
    assert row[:2] == (1, "o3")
    assert row[2] == pytest.approx(np.exp(3) / (np.exp(3) + 5))


def test_predictions_bear_their_names() -> None:
    shown = tables(blocks_after(shipped("zhou-training"), 4000))
    (emily, frank) = shown["predictions"]
    assert emily[:4] == (1, "Emily", -7.0, -3.0)
    assert emily[4] == pytest.approx(1, abs=0.1)
    assert frank[4] == pytest.approx(0, abs=0.1)


def test_parameters_before_and_after() -> None:
    shown = tables(blocks_after(shipped("mazur"), 1))["parameters"]
    assert shown[0][:3] == ("w1", "i1 → h1", 0.15)
    assert shown[0][3] == pytest.approx(0.149780716132763)
    assert shown[-1] == ("b2", "shared: o1 o2", 0.6, 0.6)


def test_how_training_ended_is_said() -> None:
    mazur = shipped("mazur")
    assert "Finished: 1 update." in remarks(blocks_after(mazur, 1), Text)
    resumed = replace(mazur, training=Training(0.5, resume=Resume(5000)))
    finished = remarks(blocks_after(resumed, 3), Text)
    assert "Finished: 3 updates (5003 with the 5000 before)." in finished


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (Stop(0.25), "Stopped after 5 updates: the loss is below 0.25."),
        (
            Stop(0.25, 3),
            "Stopped after 6 updates: the mean loss of the last 3 iterations is below 0.25.",
        ),
    ],
)
def test_a_stop_criterion_ends_the_history_early(stop: Stop, words: str) -> None:
    stopping = replace(shipped("mazur"), training=Training(0.5, stop=stop))
    blocks = blocks_after(stopping, 1000)
    assert words in remarks(blocks, Text)
    assert tables(blocks)["history"][-1][0] == int(words.split()[2])


def test_an_interrupted_training_shows_what_was_done() -> None:
    def interrupt(done: int) -> None:
        raise KeyboardInterrupt

    mazur = shipped("mazur")
    run = train(NetworkTimeline(mazur), 1000, [10], interrupt)
    blocks = spelled(mazur, step_document(mazur, run, [0, 10, 1000]))
    assert remarks(blocks, Warn) == [f"Interrupted after {run.done} update of 1000."]
    assert [row[0] for row in tables(blocks)["history"]] == [0, 1]


def test_a_diverged_training_names_what_went_wrong() -> None:
    experiment = diverging()
    run = trained(experiment, 500, [100])
    assert run.diverged is not None
    blocks = spelled(experiment, step_document(experiment, run, [0, 100, 500]))
    warning = f"After {run.done} updates: training diverged in iteration {run.done + 1}: "
    assert str(remarks(blocks, Warn)[0]).startswith(warning)
    assert [row[0] for row in tables(blocks)["history"]] == [0, 100, run.done]
