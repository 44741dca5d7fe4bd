"""What a program of single numbers is to do: of a network or a graph, in no language yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from tracer.code.plan import Block, Line
from tracer.formula import Expression, Symbol
from tracer.immutable import immutable
from tracer.model.experiment import Stop
from tracer.model.quantity import Identity


class Updates:
    """The key of the number of updates made before this one, as a schedule counts them."""


UPDATES = Symbol(Updates)


@immutable
class Samples:
    """`columns`: whose numbers stand in the rows."""

    columns: tuple[Identity, ...]
    rows: Sequence[Sequence[float]]
    names: tuple[str | None, ...]


@immutable
class Batching:
    """`size` samples in each iteration, `pieces` batches an epoch; `earlier` updates were made before.

    `orders`: the rows of each epoch in the order in which they are drawn, where they are.
    """

    size: int
    pieces: int
    earlier: int = 0
    orders: tuple[tuple[int, ...], ...] = ()


@immutable
class Change:
    """What an update makes of a number, `before` and `after`; `parameter`: it isn't a state."""

    before: Identity
    after: Identity
    parameter: bool


@immutable
class Task:
    """One calculation.

    `given`: parameters, states and a graph's inputs, at the start; `settings`: the options of the
    training. `iterations` None: forward and backward once, nothing is trained. `counted`: the updates
    that optimiser and schedule have counted before. `outputs`: what is printed of each sample after the
    training, by the lines `forward`; of a graph nothing. `told`: what is printed without a training.
    """

    head: tuple[str, ...]
    given: Mapping[Identity, float]
    blocks: tuple[Block, ...]
    loss: Identity | None
    bare: Callable[[Any], str]
    safe: Callable[[Any], str]
    iterations: int | None = None
    changes: tuple[Change, ...] = ()
    settings: Mapping[Identity, float] = field(default_factory=dict)
    rate: Expression | None = None
    counted: int = 0
    stop: Stop | None = None
    losses: tuple[float, ...] = ()
    data: Samples | None = None
    predicted: Samples | None = None
    batching: Batching | None = None
    forward: tuple[Line, ...] = ()
    outputs: tuple[Identity, ...] = ()
    told: tuple[Identity, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
