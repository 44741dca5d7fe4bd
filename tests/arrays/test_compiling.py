"""Compiled programs: the engine's numbers in fewer calls, whatever the network and its training."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.networks import build, experiments, random_parameters, random_targets, shipped
from tracer.arrays import Compiled, Recorder
from tracer.arrays.compiling import compiled
from tracer.arrays.facts import UnsupportedError
from tracer.engine.passes import step
from tracer.engine.recorded import recorded_step
from tracer.engine.rule import Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.model.clipping import Clip
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.losses import LOSSES
from tracer.model.network import Bias, State, zeros_like
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.penalties import Penalty

SMOOTH = sorted(set(OPTIMIZERS) - {"adagrad", "rmsprop", "adam", "adamw"})
"""Those that don't divide by the size of a gradient, which makes much of a last bit of a small one."""


def started(experiment: Experiment) -> tuple[Rule, State]:
    rule, parameters = Rule.of(experiment), experiment.parameters
    return rule, State(parameters, rule.optimizer.start(lambda: zeros_like(parameters), {}))


def by_the_engine(experiment: Experiment, updates: int) -> State:
    assert experiment.data is not None
    rule, state = started(experiment)
    inputs, targets = experiment.data.inputs, experiment.data.targets
    for k in range(1, updates + 1):
        state = step(experiment.network, rule, state, inputs, targets, moment=rule.moment(k))
    return state


def program_of(
    experiment: Experiment, *, batch_last: bool, losses: bool = False, most: int | None = None
) -> Compiled:
    assert experiment.data is not None
    batch = experiment.data.inputs, experiment.data.targets
    rule, state = started(experiment)
    listing = recorded_step(experiment.network, rule, state, batch, with_losses=losses)
    return compiled(listing, batch_last=batch_last, most=most)


def by_the_program(experiment: Experiment, updates: int, work: Compiled) -> State:
    assert experiment.data is not None
    rule, state = started(experiment)
    gathered = work.gathered((experiment.data.inputs, experiment.data.targets))
    pieces: Iterable[object] = repeat(work.piece(gathered, slice(len(experiment.data))), updates)
    if rule.varies:
        moments = rule.timed(range(1, updates + 1))
        pieces = ((piece, *moment) for piece, moment in zip(pieces, moments, strict=True))
    return state.with_arrays(work.program(state.arrays(), pieces, []))


def apart(one: State, other: State) -> float:
    """The largest difference, relative to numbers of size 1."""
    pairs = zip(one.arrays(), other.arrays(), strict=True)
    return max(float(np.max(np.abs(a - b) / (1 + np.abs(a)), initial=0)) for a, b in pairs)


@given(
    experiments(),
    st.booleans(),
    st.sampled_from(sorted(OPTIMIZERS)),
    st.sampled_from([None, Clip("value", 0.5), Clip("norm", 0.5)]),
    st.sampled_from([None, Penalty(0.1), Penalty(0.1, "l1", of="parameters")]),
    st.sampled_from([None, 1, 2, 3]),
)
def test_any_training_comes_to_the_engines_numbers(
    experiment: Experiment,
    batch_last: bool,
    optimizer: str,
    clip: Clip | None,
    penalty: Penalty | None,
    most: int | None,
) -> None:
    assert experiment.training is not None
    if clip and clip.waits and experiment.training.update_order == "output_first":
        clip = None
    row = OPTIMIZERS[optimizer]()
    training = replace(experiment.training, optimizer=row, clip=clip, learning_rate=0.05)
    experiment = replace(experiment, training=training, penalty=penalty)
    with np.errstate(all="ignore"):
        try:
            work = program_of(experiment, batch_last=batch_last, most=most)
        except UnsupportedError:
            return
        found, expected = by_the_program(experiment, 4, work), by_the_engine(experiment, 4)
    assert apart(expected, found) < (1e-13 if optimizer in SMOOTH else 1e-8)


def dense(
    activation: str, bias: Bias, batch: int = 12, loss: str = "half_squared_error"
) -> Experiment:
    """A 3-4-3-2 network with a batch."""
    last = LOSSES[loss].matched or activation
    network, _ = build([3, 4, 3, 2], [activation, activation, last], [bias] * 3, loss)
    rng = np.random.default_rng(1)
    inputs = rng.normal(0, 1, (batch, 3))
    data = Data(inputs, random_targets(loss, (batch, 2), rng), (None,) * batch)
    parameters = random_parameters(network, rng)
    return Experiment("dense", network, parameters, data=data, training=Training(0.05))


@pytest.mark.parametrize("bias", Bias)
@pytest.mark.parametrize("batch_last", [True, False])
@pytest.mark.parametrize("most", [None, 4, 5, 11])
def test_a_thousand_updates_stay_within_the_last_digits(
    bias: Bias, batch_last: bool, most: int | None
) -> None:
    experiment = dense("tanh", bias)
    work = program_of(experiment, batch_last=batch_last, most=most)
    assert work.block == {None: None, 4: 4, 5: 4, 11: 6}[most]
    found = by_the_program(experiment, 1000, work)
    assert apart(by_the_engine(experiment, 1000), found) < 1e-13


@pytest.mark.parametrize("optimizer", sorted(OPTIMIZERS))
@pytest.mark.parametrize("loss", ["half_squared_error", "cross_entropy"])
@pytest.mark.parametrize("batch_last", [True, False])
def test_a_batch_in_blocks_comes_to_the_engines_numbers(
    optimizer: str, loss: str, batch_last: bool
) -> None:
    experiment = dense("sigmoid", Bias.EACH, batch=13, loss=loss)
    assert experiment.training is not None
    training = replace(experiment.training, optimizer=OPTIMIZERS[optimizer]())
    experiment = replace(experiment, training=training, penalty=Penalty(0.01))
    work = program_of(experiment, batch_last=batch_last, most=5)
    assert work.block == 5
    found = by_the_program(experiment, 1000, work)
    expected = by_the_engine(experiment, 1000)
    assert apart(expected, found) < (1e-13 if optimizer in SMOOTH else 1e-8)


def test_what_a_sample_needs_of_all_others_is_done_on_the_whole_batch() -> None:
    experiment = dense("tanh", Bias.EACH)
    assert experiment.training is not None
    training = replace(experiment.training, update_order="output_first")
    experiment = replace(experiment, training=training)
    work = program_of(experiment, batch_last=True, most=4)
    assert work.block is None
    found = by_the_program(experiment, 100, work)
    assert apart(by_the_engine(experiment, 100), found) < 1e-13


def test_a_large_batch_is_cut_by_itself_and_trains_in_pieces_to_the_same_bits() -> None:
    experiment = dense("tanh", Bias.EACH, batch=20_011)
    whole, parts = NetworkTimeline(experiment), NetworkTimeline(experiment)
    assert program_of(experiment, batch_last=True).block is not None
    state = parts.start
    for done, count in ((0, 1), (1, 3), (4, 6)):
        state = parts.advance(state, done, count)
    found = whole.advance(whole.start, 0, 10)
    assert found.numbers() == state.numbers()
    assert apart(by_the_engine(experiment, 10), found) < 1e-13


def test_what_the_layers_have_in_common_is_done_in_one_call() -> None:
    calls = [len(lines_of(dense("tanh", Bias.EACH, batch))) for batch in (12, 60)]
    assert calls[0] == calls[1]
    one_more = dense("sigmoid", Bias.EACH)
    assert len(lines_of(one_more)) < len(recorded_lines(one_more)) / 2


def recorded_lines(experiment: Experiment) -> list[str]:
    assert experiment.data is not None
    batch = experiment.data.inputs, experiment.data.targets
    rule, state = started(experiment)
    listing = recorded_step(experiment.network, rule, state, batch, with_losses=False)
    return listing.source()[0]


def lines_of(experiment: Experiment) -> list[str]:
    """What an iteration does where nothing is saturated."""
    lines = program_of(experiment, batch_last=True).lines
    return [line for line in lines if not line.startswith(" ")]


def test_saturated_neurons_get_their_own_slopes() -> None:
    experiment = dense("sigmoid", Bias.EACH)
    assert experiment.data is not None
    data = replace(experiment.data, inputs=experiment.data.inputs * 40)
    experiment = replace(experiment, data=data)
    work = program_of(experiment, batch_last=True)
    assert apart(by_the_engine(experiment, 50), by_the_program(experiment, 50, work)) < 1e-13


@pytest.mark.parametrize("most", [None, 5])
def test_losses_are_told_as_the_engine_has_them(most: int | None) -> None:
    experiment = dense("tanh", Bias.EACH)
    assert experiment.data is not None
    work = program_of(experiment, batch_last=True, losses=True, most=most)
    _, state = started(experiment)
    piece = work.piece(
        work.gathered((experiment.data.inputs, experiment.data.targets)), slice(None)
    )
    losses: list[float] = []
    work.program(state.arrays(), [piece] * 3, losses)
    told = [NetworkTimeline(experiment).whole_loss(by_the_engine(experiment, k)) for k in range(3)]
    assert losses == pytest.approx(told, rel=1e-14)


def test_the_given_state_is_left_alone_and_the_new_one_is_its_owners() -> None:
    experiment = dense("tanh", Bias.EACH)
    before = [array.copy() for array in started(experiment)[1].arrays()]
    work = program_of(experiment, batch_last=True)
    first = by_the_program(experiment, 1, work)
    kept = [array.copy() for array in first.arrays()]
    by_the_program(experiment, 5, work)
    for now, then in zip(first.arrays(), kept, strict=True):
        assert np.array_equal(now, then)
    for now, then in zip(started(experiment)[1].arrays(), before, strict=True):
        assert np.array_equal(now, then)


@pytest.mark.parametrize("shuffle", [False, True])
def test_training_in_pieces_gives_the_bits_of_training_in_one(shuffle: bool) -> None:
    experiment = shipped("cubes")
    assert experiment.training is not None
    training = replace(experiment.training, shuffle=shuffle, batch=64, stop=None)
    experiment = replace(experiment, training=training)
    whole, parts = NetworkTimeline(experiment), NetworkTimeline(experiment)
    assert not whole.compiled
    state = parts.start
    for done, count in ((0, 1), (1, 7), (8, 32)):
        state = parts.advance(state, done, count)
    assert whole.advance(whole.start, 0, 40).numbers() == state.numbers()


def test_what_it_cannot_do_is_left_to_the_recorded_operations() -> None:
    network, _ = build([2, 2], ["softmax"], [Bias.EACH], "half_squared_error")
    rng = np.random.default_rng(0)
    data = Data(rng.random((60, 2)), rng.random((60, 2)), (None,) * 60)
    experiment = Experiment(
        "coupled", network, random_parameters(network, rng), data=data, training=Training(0.1)
    )
    with pytest.raises(UnsupportedError):
        program_of(experiment, batch_last=True)
    timeline = NetworkTimeline(experiment)
    found = timeline.advance(timeline.start, 0, 3)
    assert found.numbers() == by_the_engine(experiment, 3).numbers()


def test_batches_are_told_their_rate_and_number() -> None:
    experiment = dense("tanh", Bias.EACH)
    assert experiment.training is not None
    adam = replace(experiment.training, optimizer=OPTIMIZERS["adam"]())
    timeline = NetworkTimeline(replace(experiment, training=adam))
    found = timeline.advance(timeline.start, 0, 10)
    expected = by_the_engine(timeline.experiment, 10)
    assert apart(expected, found) < 1e-9
    assert list(islice(timeline.rule.timed([1, 2]), 2)) == [(0.05, 1.0), (0.05, 2.0)]


def test_what_all_blocks_need_stays_until_the_last_one() -> None:
    rng = np.random.default_rng(0)
    W, X, T = rng.random((2, 3)), rng.random((6, 3)), rng.random((6, 2))
    recorder = Recorder(6)
    w, x, t = map(recorder.given, (W, X[:2], T[:2]))
    net = x @ (w * w).T
    delta = (net * net + net) * t
    listing = recorder.listing([w], [w - delta.T @ x], [x, t])
    work = compiled(listing, batch_last=True, most=3)  # a layer's arrays are as large as W
    assert work.block == 3
    [found] = work.program([W], [work.piece(work.gathered((X, T)), slice(6))], [])
    nets = X @ (W * W).T
    assert found == pytest.approx(W - ((nets * nets + nets) * T).T @ X, rel=1e-13)
