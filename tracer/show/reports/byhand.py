"""What `--round` shows: the exact numbers, the same as done by hand, and how far those drift."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TypeAlias

from tracer.digits.rounding import Rounding
from tracer.engine.trace import IterationTrace
from tracer.explain.byhand import Drift, drifts
from tracer.language import decimals, message, say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import STATES, Identity, Phase, Quantity
from tracer.show.document import (
    Block,
    Column,
    Content,
    Heading,
    Name,
    Note,
    Records,
    Table,
    Text,
    Value,
)
from tracer.show.reports.objects import finite
from tracer.show.reports.records import PLACE
from tracer.show.reports.run import check_sample, head
from tracer.show.reports.selection import ROW_LIMIT, Selection, sample_heading
from tracer.show.reports.tables import Row, cell, local, number_column, suffix, table
from tracer.show.words import worded

_COLUMNS = (
    Column(message("quantity")),
    number_column(message("exact")),
    number_column(message("by hand")),
    number_column(message("drift")),
    number_column(message("in units")),
)
NUMBERS = ("exact", "by_hand", "drift", "units")
"""What records and objects have of each quantity, as `Drift` calls it."""
_Groups: TypeAlias = Mapping[str, tuple[Phase, ...]]
_OF_A_SAMPLE: _Groups = {
    message("Forward"): (Phase.FORWARD,),
    message("Errors"): (Phase.ERRORS,),
    message("Backward"): (Phase.BACKWARD,),
}
_OF_THE_BATCH: _Groups = {
    message("Gradients and updates"): (Phase.GRADIENTS, Phase.UPDATES),
    message("Loss"): (Phase.ERRORS,),
}

NO_VALUE = message("no value")
"""Stands where rounded numbers have no result."""

WITHOUT_VALUE = message(
    "No value: the rounded numbers lead to the logarithm of 0, to a division by 0 or beyond float64; "
    "more digits keep an output from being rounded to 0 or 1."
)

VANISHED = message(
    "A state of the optimiser that isn't 0 is rounded to 0; with --round 4sf it would not be."
)

Pair = tuple[IterationTrace, IterationTrace]
"""An iteration calculated exactly, and by hand."""


_PARAMETERS = message("the parameters")


def by_hand_document(
    pairs: Iterable[Pair],
    rounding: Rounding,
    *,
    sample: int | str | None = None,
    limit: int | None = ROW_LIMIT,
) -> Iterator[Block]:
    """Iteration by iteration, the quantities in groups, exact beside by hand.

    `sample` is a number counted from 1, or `all`; None shows the first samples of each batch.

    Raises:
        UsageError: the data have no such sample.
    """
    pairs = iter(pairs)
    for place, (exact, hand) in enumerate(pairs):
        if not place:
            check_sample(exact.experiment, sample)
            yield _records(chain([(exact, hand)], pairs), rounding, sample)
            yield from head(exact.experiment)
            yield how_rounded(rounding)
        yield from _iteration(exact, hand, rounding, Selection(sample, limit))


def _records(pairs: Iterable[Pair], rounding: Rounding, sample: int | str | None) -> Records:
    """Every number both ways; of the samples all, or only the one with this number."""
    row = None if sample in (None, "all") else int(sample) - 1
    rows = (
        _record(exact.number, found)
        for exact, hand in pairs
        for found in drifts(exact, hand, rounding)
        if row is None or found.quantity.sample in (None, row)
    )
    return Records(Table((*PLACE, *map(number_column, NUMBERS)), rows, name="drifts"))


def _record(iteration: int, found: Drift[Quantity]) -> Row:
    sample = None if found.quantity.sample is None else found.quantity.sample + 1
    name = Name(replace(found.quantity, iteration=1, sample=None))
    return (iteration, sample, name, *numbers_of(found).values())


def numbers_of(found: Drift[Any]) -> dict[str, float | None]:
    """The `NUMBERS` of one quantity."""
    return {name: finite(getattr(found, name)) for name in NUMBERS}


def how_rounded(rounding: Rounding, carried: str = _PARAMETERS) -> Text:
    """What by hand means, in words; `carried`: what goes on into the next iteration, if anything."""
    done = _done(rounding)
    if carried:
        return Text(
            say(
                "By hand: every calculated number is {rounded} before it is used, and {carried} go "
                "on so into the next iteration. What is given stays as it is.",
                rounded=done,
                carried=say(carried),
            )
        )
    return Text(
        say(
            "By hand: every calculated number is {rounded} before it is used. What is given stays "
            "as it is.",
            rounded=done,
        )
    )


def carried(experiment: Experiment | GraphExperiment) -> str:
    """What goes on into the next iteration; empty for a graph without training."""
    if isinstance(experiment, Experiment):
        return _PARAMETERS
    if experiment.training is None:
        return ""
    if experiment.training.optimizer.slots:
        return message("the trainable inputs and what the optimiser keeps")
    return message("the trainable inputs")


def _done(rounding: Rounding) -> str:
    return rounding.done if rounding.mode == "cut" else f"{rounding.done} ({rounding.mode})"


def _iteration(
    exact: IterationTrace, hand: IterationTrace, rounding: Rounding, selection: Selection
) -> Iterator[Block]:
    found = list(drifts(exact, hand, rounding))
    yield Heading(say("Iteration {number}", number=exact.number), 2)
    for position in selection.positions(exact):
        row = exact.rows[position]
        yield from sample_heading(exact, position)
        own = [drift for drift in found if drift.quantity.sample == row]
        groups = _OF_A_SAMPLE
        if selection.with_parts(exact):
            groups = {**groups, message("Its parts of the gradients"): (Phase.GRADIENTS,)}
        mark = suffix(exact.number, row + 1)
        yield from _tables(groups, own, selection.limit, mark)
    yield from selection.remark(exact)
    of_batch = [drift for drift in found if drift.quantity.sample is None]
    mark = suffix(exact.number)
    if exact.rule.batch_means:
        yield from _tables(
            {message("Batch means"): tuple(Phase)}, _means(of_batch), selection.limit, mark
        )
    yield from _tables(_OF_THE_BATCH, of_batch, selection.limit, mark)
    yield from drift_remarks(found, rounding)


def drift_remarks(found: Sequence[Drift[Any]], rounding: Rounding) -> Iterator[Block]:
    """The largest drift of an iteration, and what to say of numbers that rounding has spoilt."""
    yield Text(_largest(found, rounding))
    if not all(math.isfinite(drift.by_hand) for drift in found):
        yield Note(WITHOUT_VALUE)
    if any(_is_state(drift.quantity) and drift.exact and not drift.by_hand for drift in found):
        yield Note(VANISHED)


def _is_state(identity: Identity) -> bool:
    return isinstance(identity, Quantity) and identity.kind in STATES


def _means(found: list[Drift[Quantity]]) -> list[Drift[Quantity]]:
    return [drift for drift in found if drift.quantity.stage.mean]


def _tables(
    groups: _Groups,
    found: Sequence[Drift[Quantity]],
    limit: int | None,
    mark: str,
) -> Iterator[Block]:
    for title, phases in groups.items():
        own = [drift for drift in found if drift.quantity.kind.phase in phases]
        yield from drift_table(title, own, limit, mark)


def drift_table(
    title: str, found: Sequence[Drift[Any]], limit: int | None, mark: str
) -> Iterator[Block]:
    """The numbers both ways, a row each; nothing where there are none."""
    if found:
        rows = list(map(_row, found))
        name = title.split(maxsplit=1)[0].lower() + mark
        yield from table(_COLUMNS, rows, limit, title=title, name=name)


def _row(drift: Drift[Any]) -> Row:
    exact = cell(drift.exact, drift.quantity)
    if not math.isfinite(drift.by_hand):
        return (local(drift.quantity), exact, NO_VALUE, None, None)
    hand = on_paper(drift.by_hand, drift.unit)
    if not math.isfinite(drift.units):
        return (local(drift.quantity), exact, hand, None, None)
    units = f"{round(drift.units, 2) + 0.0:+.2f}"
    return (local(drift.quantity), exact, hand, cell(drift.drift), units)


def on_paper(value: float, unit: float) -> Value | str:
    """The number with all the digits that it was rounded to, 0.6000, as one would write it.

    `unit` is the worth of one unit of the last of them.
    """
    if not math.isfinite(value):
        return NO_VALUE
    value += 0.0  # no minus before a zero
    return Value(value, written=f"{value:.{max(0, -round(math.log10(unit)))}f}")


def _largest(found: Sequence[Drift[Any]], rounding: Rounding) -> Content:
    known = (drift for drift in found if math.isfinite(drift.units))
    worst = max(known, key=lambda drift: abs(drift.units))
    return worded(
        say(
            "The largest drift is {units} units of the last of {digits}, in {name}.",
            units=decimals(f"{abs(worst.units):.2f}"),
            digits=rounding.words,
        ),
        name=local(worst.quantity),
    )
