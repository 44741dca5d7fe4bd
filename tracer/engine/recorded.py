"""One iteration as straight-line NumPy, for many iterations of a network too large for formulas.

The engine's own operations are written down, and then done as they are, to the last bit, or in fewer
and cheaper calls (`tracer.arrays`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from tracer.arrays import Compiled, Listing, RecordedArray, Recorder
from tracer.arrays.recording import ROWS
from tracer.engine.forward import cost, forward
from tracer.engine.passes import backward, step
from tracer.engine.programs import looped
from tracer.engine.rule import Moment, Rule
from tracer.engine.stages import UNTOUCHED, Observer
from tracer.immutable import immutable
from tracer.model.activations import Array
from tracer.model.network import FloatArray, Network, State
from tracer.model.quantity import Stage

NARROW = 48
"""Neurons a layer up to which arrays with the samples along the last axis were measured to win."""


@immutable
class _Later:
    """The observer that has the program call an observer when it runs."""

    observe: Observer

    @property
    def detail(self) -> bool:
        """As that observer wants it."""
        return self.observe.detail

    def __call__(self, stage: Stage, array: Array) -> Array:
        """A call of it in the program."""
        return array.whole(partial(self.observe, stage))


def recorded_step(
    network: Network,
    rule: Rule,
    state: State,
    batch: tuple[FloatArray, FloatArray],
    *,
    with_losses: bool,
    observe: Observer = UNTOUCHED,
) -> Listing:
    """The operations of one iteration, recorded on a batch; they serve all batches of that size.

    They go from the state's arrays to the state's arrays (see `State.arrays`); a batch is
    (inputs, targets). `with_losses`: also the iteration's loss.
    """
    recorder = Recorder(len(batch[0]))
    rows = slice(ROWS if observe is UNTOUCHED else None)  # who observes may know single samples
    inputs, targets = (recorder.given(array[rows]) for array in batch)
    before = state.with_arrays([recorder.given(array) for array in state.arrays()])
    observe = observe if observe is UNTOUCHED else _Later(observe)
    moment, varying = rule.moment(1), list[RecordedArray]()
    if rule.varies:
        rate, t = varying = [recorder.given(moment.learning_rate), recorder.given(moment.t)]
        moment = Moment(rate, t, moment.settings)
    passed = forward(network, before.parameters, inputs, observe)
    loss = cost(network, rule, passed, targets, observe, moment) if with_losses else None
    after = backward(network, rule, before, passed, targets, observe, moment)
    return recorder.listing(before.arrays(), after.arrays(), (inputs, targets), varying, loss)


def as_recorded(listing: Listing) -> Compiled:
    """The program that does a listing's operations one by one, to the last bit."""
    lines, scope = listing.source()
    old, new, row, varying = (
        [f"v{value}" for value in values]
        for values in (listing.state, listing.after, listing.batch, listing.moment)
    )
    end = [f"{', '.join(old)}, = {', '.join(new)},"]
    if listing.loss is not None:
        end.append(f"losses.append(float(v{listing.loss}))")
    return Compiled(looped(scope, old, row, [*lines, *end], moment=varying))


def compiled_step(
    network: Network,
    rule: Rule,
    state: State,
    batch: tuple[FloatArray, FloatArray],
    *,
    with_losses: bool,
    observe: Observer = UNTOUCHED,
) -> Compiled:
    """The program of one iteration for batches of that size, in as few calls as it can be done.

    Its numbers are the engine's but for the last bits, and always the same ones; what only the engine's
    own operations can do, and whatever is observed, is done by these. It appends each iteration's
    loss to the list that it gets, if `with_losses`.
    """
    listing = recorded_step(network, rule, state, batch, with_losses=with_losses, observe=observe)
    if observe is not UNTOUCHED:
        return as_recorded(listing)
    from tracer.arrays.compiling import compiled
    from tracer.arrays.facts import UnsupportedError

    try:
        return compiled(listing, batch_last=max(network.sizes) <= NARROW)
    except UnsupportedError:
        return as_recorded(listing)


def walked(network: Network, rule: Rule, state: State, observe: Observer = UNTOUCHED) -> Compiled:
    """The same iteration without a program: nothing to write first, which pays for a few updates.

    It appends no losses.
    """

    def program(arrays: Any, batches: Iterable[Any], _losses: list[float]) -> list[FloatArray]:
        now = state.with_arrays(arrays)
        first = rule.moment(1)
        for given in batches:
            batch, moment = given, first
            if rule.varies:
                batch, rate, t = given
                moment = Moment(rate, t, first.settings)
            inputs, targets = batch
            now = step(network, rule, now, inputs, targets, observe, moment)
        return list(now.arrays())

    return Compiled(program)
