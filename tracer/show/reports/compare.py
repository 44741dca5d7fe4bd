"""What `bptrace compare` shows: settings that differ, where the numbers part, how each run ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracer.diagnose.compare import Comparison, Outcome
from tracer.language import counted, message, say
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Content,
    Heading,
    Items,
    Records,
    Table,
    Text,
    Value,
)
from tracer.show.reports.objects import finite
from tracer.show.reports.tables import LAYER, Row, cell, local, number_column
from tracer.show.words import worded

_ENDED = {
    "finished": message("finished"),
    "stopped": message("stopped by its criterion"),
    "diverged": message("diverged"),
    "interrupted": message("interrupted"),
}


def _columns() -> tuple[Column, ...]:
    return (
        number_column(say("run")),
        number_column(say("updates")),
        LAYER,
        number_column(say("mean |delta|")),
        number_column(say("ratio")),
        number_column(worded(say("norm of ∂{ERROR}/∂W"))),
        number_column(say("ratio")),
    )


def compare_document(comparison: Comparison, labels: Sequence[str]) -> Iterator[Block]:
    """The runs, numbered; `labels` are the configurations as the user named them."""
    yield _records(comparison, labels)
    yield Heading(say("Runs side by side"))
    titles = [run.title for run in comparison.runs]
    yield Items(
        tuple(
            f"({number}) {label}: {title}"
            for number, (label, title) in enumerate(zip(labels, titles, strict=True), 1)
        )
    )
    yield from _settings(comparison)
    yield Heading(say("First difference"), 2)
    yield from _first_difference(comparison)
    yield Heading(say("How they end"), 2)
    yield Table(_numbered("", comparison), list(_endings(comparison.runs)), name="runs")
    yield from _sizes(comparison.runs)


def _records(comparison: Comparison, labels: Sequence[str]) -> Records:
    """A row a run: how it began and how it ended."""
    columns = ("run", "configuration", "title", "updates", "ended", "first_loss", "last_loss")
    rows = (
        (
            number,
            label,
            run.title,
            run.last.updates,
            run.ended,
            finite(run.first.loss),
            finite(run.last.loss),
        )
        for number, (label, run) in enumerate(zip(labels, comparison.runs, strict=True), 1)
    )
    return Records(Table(tuple(map(Column, columns)), rows, name="outcomes"))


def _numbered(first: str, comparison: Comparison) -> tuple[Column, ...]:
    return (
        Column(first),
        *(number_column(f"({number})") for number in range(1, len(comparison.runs) + 1)),
    )


def _settings(comparison: Comparison) -> Iterator[Block]:
    if not comparison.differing:
        yield Text(say("All settings are the same."))
        return
    rows: list[Row] = [
        (name, *map(_setting, values)) for name, values in comparison.differing.items()
    ]
    yield Table(
        _numbered(say("setting"), comparison), rows, say("Settings that differ"), "settings"
    )


def _setting(value: object) -> Cell:
    if value is None:
        return say("none")
    if isinstance(value, float):
        return Value(value, exact=True)
    return value if isinstance(value, str | int) else str(value)


def _first_difference(comparison: Comparison) -> Iterator[Block]:
    found, compared = comparison.first_difference, comparison.iterations
    if not comparison.same_shape:
        yield Text(
            say("The networks are not of the same shape: their numbers have no counterparts.")
        )
    elif found is None:
        yield Text(
            counted(
                compared,
                "None: every number is the same in {count} iteration, to 12 digits.",
                "None: every number is the same in {count} iterations, to 12 digits.",
            )
        )
    else:
        yield Text(_where(found.quantity.iteration))
        row: Row = (local(found.quantity), *map(cell, found.values))
        yield Table(_numbered(say("quantity"), comparison), [row], name="first_difference")


def _where(iteration: int) -> Content:
    return say(
        "In iteration {number}; every number before it is the same, to 12 digits.", number=iteration
    )


def _endings(runs: Sequence[Outcome]) -> Iterator[Row]:
    yield (say("updates"), *(run.last.updates for run in runs))
    yield (say("ended"), *(_ENDED[run.ended] for run in runs))
    yield (say("loss at the start"), *(cell(run.first.loss) for run in runs))
    yield (say("loss at the end"), *(cell(run.last.loss) for run in runs))


def _sizes(runs: Sequence[Outcome]) -> Iterator[Block]:
    rows: list[Row] = []
    for number, run in enumerate(runs, 1):
        ends = (run.first, run.last) if run.last.updates else (run.first,)
        for end in ends:
            for size in end.sizes:
                numbers = (size.mean, size.mean_ratio, size.gradient, size.gradient_ratio)
                cells = (None if n is None else cell(n) for n in numbers)
                rows.append((number, end.updates, size.layer, *cells))
    yield Table(_columns(), rows, say("Sizes of deltas and gradients, over all samples"), "sizes")
    yield Text(say("Ratios are to the layer above, one step nearer the outputs."))
