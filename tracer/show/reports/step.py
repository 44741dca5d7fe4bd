"""What `bptrace step` shows: the loss on the way, and what training has made of the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import count

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run
from tracer.explain.series import Points
from tracer.language import counted, say
from tracer.model.experiment import Experiment
from tracer.model.quantity import AFTER, Kind, Quantity, Stage, at
from tracer.show.document import Block, Drawing, Name, Records, Table, Text, Value, Warn
from tracer.show.pictures.curve import CurveSketch
from tracer.show.reports.ending import diverged
from tracer.show.reports.milestones import Every, reached
from tracer.show.reports.objects import finite
from tracer.show.reports.outcomes import outputs, predictions, results
from tracer.show.reports.parameters import parameter_at
from tracer.show.reports.records import quantities
from tracer.show.reports.run import head, iteration
from tracer.show.reports.selection import ROW_LIMIT, Selection
from tracer.show.reports.tables import PARAMETER, Row, cell, long_table, number_column
from tracer.show.words import worded

_FEW_ROWS = 20
OUTPUTS_SHOWN = 6
"""Up to so many outputs, over all samples, have a column in the history."""


def history_iterations(
    total: int, rows: int | None = None, every: int | None = None
) -> Sequence[int]:
    """After how many updates to look: 0 and `total`, and some between.

    Every so many, or so many rows at logarithmic distances; with neither 1, 2, 5, 10, 20, 50, ….
    """
    if every is not None:
        return Every(every, total)
    if rows is not None:
        return _spread(total, rows)
    series = (digit * 10**power for power in count() for digit in (1, 2, 5))
    between = []
    while (iteration := next(series)) < total:
        between.append(iteration)
    return sorted({0, *between, total})


def _spread(total: int, rows: int) -> list[int]:
    """So many different numbers from 0 to `total`, from 1 on about in a constant ratio."""
    if rows < 3 or total < 2:
        return sorted({0, total})[-rows:]
    shown = [0, 1]
    for left in range(min(rows, total + 1) - 2, 1, -1):
        ratio = (total / shown[-1]) ** (1 / left)
        shown.append(max(shown[-1] + 1, round(shown[-1] * ratio)))
    return [*shown, total]


def step_document(
    experiment: Experiment,
    run: Run[NetworkTimeline],
    shown: Sequence[int],
    traces: Sequence[IterationTrace] = (),
    *,
    sample: str | None = None,
    limit: int | None = ROW_LIMIT,
    curve: Points = (),
) -> Iterator[Block]:
    """The document of `bptrace step`, block by block.

    `shown` are the numbers of updates after which to look; those that training did not reach give
    way to its end. `traces` are iterations to print in full, with the first samples of their batches
    or, where `sample` is `all`, with every one. `curve`: the losses to draw, if any.
    """
    history = _history(experiment, run, shown)
    updates, *others = history.columns
    renamed = replace(history, columns=(replace(updates, header=say("iteration")), *others))
    yield quantities(traces, sample) if traces else Records(renamed)
    yield from head(experiment)
    yield history
    if curve:
        yield Drawing(CurveSketch(say("The loss as a curve"), curve), asked=True)
    yield _ended(experiment, run)
    yield from results(experiment, run.state.parameters, limit and min(limit, _FEW_ROWS))
    yield from predictions(experiment, run.state.parameters, limit)
    yield from _parameters(experiment, run, limit)
    for trace in traces:
        yield from iteration(trace, selection=Selection(sample, limit))


def losses(run: Run[NetworkTimeline], iterations: Iterable[int]) -> Iterator[float]:
    """The loss over all of the data after so many updates each."""
    return (run.timeline.whole_loss(run.timeline.state(k)) for k in iterations)


def shows_outputs(experiment: Experiment) -> bool:
    """Whether the outputs for all samples are few enough to stand in the history."""
    data = experiment.data
    return data is not None and len(data) * len(experiment.network.outputs) <= OUTPUTS_SHOWN


def _history(experiment: Experiment, run: Run[NetworkTimeline], shown: Sequence[int]) -> Table:
    """Loss, the next learning rate if it is scheduled, and outputs if they are few."""
    data, iterations = experiment.data, reached(run, shown)
    columns = [number_column(say("updates")), number_column(say("loss"))]
    if run.timeline.rule.schedule.varies:
        columns.append(number_column(Name(Kind.LEARNING_RATE)))
    few = data if data is not None and shows_outputs(experiment) else None
    named = _outputs_of(experiment, len(few)) if few else []
    columns += [number_column(Name(out)) for out in named]
    batch = Quantity(Stage(Kind.LOSS, experiment.network.depth))

    def row(k: int, loss: float) -> Row:
        of = partial(_in_iteration, run, k)
        lost, state = cell(loss, of(batch)), run.timeline.state(k)
        outs = outputs(experiment.network, state.parameters, few).ravel() if few else ()
        numbers = (cell(out, of(name)) for out, name in zip(outs, named, strict=True))
        return (k, lost, *_rate(run, k), *numbers)

    rows = map(row, iterations, losses(run, iterations))
    return Table(tuple(columns), rows, say("Loss over all of the data"), "history")


def _in_iteration(run: Run[NetworkTimeline], updates: int, number: Quantity) -> Quantity | None:
    """The number as the next iteration has it, if there is one and its batch is all of the data."""
    training = run.timeline.experiment.training
    whole = training is None or training.batch is None
    return at(number, updates + 1) if whole and updates < run.done else None


def _rate(run: Run[NetworkTimeline], updates: int) -> tuple[float | None, ...]:
    """The learning rate of the iteration after so many updates; nothing where there is but one.

    None where it is infinite: an iteration that there won't be.
    """
    rule = run.timeline.rule
    timed = rule.timed([updates + 1]) if rule.schedule.varies else ()
    return tuple(finite(rate) for rate, _ in timed)


def _outputs_of(experiment: Experiment, samples: int) -> list[Quantity]:
    """The outputs of all samples, in the order of `outputs`."""
    stage, outputs = Stage(Kind.OUT, experiment.network.depth), experiment.network.outputs
    return [
        Quantity(stage, (index,), sample)
        for sample in range(samples)
        for index in range(len(outputs))
    ]


def _ended(experiment: Experiment, run: Run[NetworkTimeline]) -> Block:
    """How training ended, and after how many updates."""
    training = experiment.training
    updates = counted(run.done, "{count} update", "{count} updates")
    earlier = training.resume.iterations if training else 0
    if earlier:
        updates = say(
            "{updates} ({total} with the {earlier} before)",
            updates=updates,
            total=earlier + run.done,
            earlier=earlier,
        )
    if run.diverged:
        return Warn(
            say("After {updates}: {reason}.", updates=updates, reason=diverged(run.diverged))
        )
    if run.ended == "interrupted":
        return Warn(say("Interrupted after {updates} of {all}.", updates=updates, all=run.asked))
    if run.ended == "stopped" and training and training.stop:
        words = counted(
            training.stop.window,
            "Stopped after {updates}: the loss is below {bound}.",
            "Stopped after {updates}: the mean loss of the last {count} iterations is below "
            "{bound}.",
            updates=updates,
        )
        return Text(worded(words, bound=Value(training.stop.loss_below, exact=True)))
    return Text(say("Finished: {updates}.", updates=updates))


def _parameters(
    experiment: Experiment, run: Run[NetworkTimeline], limit: int | None
) -> Iterator[Block]:
    """Each parameter before training and at its end."""
    network = experiment.network

    def row(number: int) -> Row:
        parameter = parameter_at(network, number)
        quantity, ends = parameter.quantity, (run.timeline.state(k) for k in (0, run.done))
        before, after = (parameter.value(end.parameters) for end in ends)
        new = Quantity(Stage(AFTER[quantity.kind], quantity.layer), quantity.index, None, run.done)
        cells = (cell(before, quantity), cell(after, new if run.done else quantity))
        return Name(quantity), parameter.connection, *cells

    columns = (*PARAMETER, number_column(say("before")), number_column(say("after")))
    title = say("Parameters before training and at its end")
    count = network.parameter_count
    yield from long_table(columns, count, row, limit, title=title, name="parameters")
