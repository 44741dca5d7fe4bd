"""A training and what became of it: what `tracer.train` gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from itertools import starmap
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tracer.api.arguments import refused, whole_or_none
from tracer.api.frames import DataFrame, data_frame
from tracer.api.iterations import Iterations
from tracer.api.notebook import bar
from tracer.api.picture import Curve
from tracer.api.shown import Shown, cell, folded, one_line
from tracer.api.source import AnyExperiment
from tracer.api.table import Table, table_of
from tracer.api.traced import Numbers, as_json
from tracer.config.writing import dump
from tracer.digits.numbers import NumberFormat
from tracer.engine.training import Run
from tracer.engine.training import train as train_on
from tracer.errors import UsageError
from tracer.explain.calculation import timeline_of
from tracer.explain.series import LOSS, Recorder
from tracer.language import say
from tracer.model.experiment import Experiment
from tracer.model.network import State
from tracer.show.document import Document
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.outcomes import outputs
from tracer.show.reports.plots import Recorded, output_of, run_plot
from tracer.show.reports.runs import step_blocks, step_objects
from tracer.show.reports.step import history_iterations

Progress: TypeAlias = bool | Callable[[int], None] | None


class Loss(NamedTuple):
    """The loss over all of the data after so many updates; of a graph its output."""

    updates: int
    loss: float


@dataclass(frozen=True, eq=False, repr=False)
class Trained(Numbers, Shown):
    """A network or a graph after its training; also a mapping, as what `tracer.trace` gives back.

    >>> import tracer
    >>> run = tracer.train("mazur", 10_000)
    >>> run
    <training of 'A step by step backpropagation example': 10000 updates, finished, loss 0.000035102>
    >>> run.outputs
    array([[0.01591362, 0.98406427]])
    >>> run.parameters["w5"], run["w5+@10000"], run["w5"]
    (-3.892977..., -3.892977..., 0.4)
    """

    updates: int
    """How many updates were made."""
    ended: str
    """`finished`, or `stopped` by the configuration's criterion."""
    _recorder: Recorder
    _run: Run[Any]

    @cached_property
    def loss(self) -> float:
        """The loss over all of the data at the end; of a graph its output."""
        return self._iterations.timeline.whole_loss(self._state)

    @cached_property
    def outputs(self) -> NDArray[np.float64]:
        """What comes out for the samples at the end, a row each; of a graph its output alone."""
        if not isinstance(self.experiment, Experiment):
            return np.array([self.loss])
        assert self.experiment.data is not None, "checked before training"
        network = self.experiment.network
        return np.array(outputs(network, self._state.parameters, self.experiment.data))

    @cached_property
    def parameters(self) -> dict[str, float]:
        """The weights and biases at the end, by their names; of a graph its trainable inputs."""
        found: dict[str, float] = self.json()["final"]["parameters"]
        return found

    @cached_property
    def history(self) -> tuple[Loss, ...]:
        """The loss on the way, at about 1000 places: `plt.plot(*zip(*run.history))`."""
        return tuple(starmap(Loss, self._recorder.of(LOSS)))

    @property
    def continued(self) -> str:
        """The configuration from which a training goes on bit for bit, as the text of a file."""
        run = self._run
        return dump(run.timeline.continued(run.done, tuple(run.losses)))

    def table(self, name: str = "history") -> Table:
        """One of the tables: `history`, `parameters`, …; UsageError where there is no such table."""
        return table_of(self._document(), name, self._names)

    def to_dataframe(self) -> DataFrame:
        """The history as a data frame; UsageError where pandas is not installed."""
        return data_frame(Loss._fields, self.history)

    def curve(self) -> Curve:
        """The loss on the way, drawn.

        >>> import tracer
        >>> tracer.train("mazur", 100).curve().svg[:4]
        '<svg'
        """
        timeline = self._iterations.timeline
        written = QuantityNotation(self._names)
        recorded = Recorded("", self._recorder, written, output_of(timeline))
        return Curve(run_plot(self.title, recorded))

    def json(self) -> dict[str, Any]:
        """The object that `bptrace step --format json` prints."""
        return as_json(step_objects(self._run, history_iterations(self.updates)))

    def __iter__(self) -> Iterator[str]:
        return iter(self.at(1))

    def __len__(self) -> int:
        return len(self.at(1))

    def __repr__(self) -> str:
        what = f"training of {self.title!r}" if self.title else "training"
        loss = f"loss {NumberFormat().text(self.loss)}"
        return one_line(what, f"{self.updates} updates", self.ended, loss)

    def _document(self) -> Document:
        return step_blocks(self._run, history_iterations(self.updates))

    def _blocks(self, numbers: NumberFormat) -> Document:
        return self._document()

    def _repr_html_(self) -> str:
        """The curve, and the tables to unfold."""
        return cell(f"{self.curve().svg}\n{folded(say('Every table'), self.html())}")

    @property
    def _state(self) -> State:
        return self._iterations.timeline.state(self.updates)


def train(experiment: AnyExperiment, iterations: int | None, progress: Progress) -> Trained:
    """The experiment after so many updates, by itself as many as the configuration says."""
    asked = whole_or_none("iterations", iterations, 0)
    if not (progress is None or isinstance(progress, bool) or callable(progress)):
        raise refused("progress", progress, "True, False, None or a function")
    if experiment.training is None:
        raise UsageError("there is no `training`", "`tracer.trace` shows the passes")
    total = experiment.training.iterations if asked is None else asked
    timeline = timeline_of(experiment)
    recorder = Recorder(timeline, [LOSS], total)
    with _reporting(progress, total) as report:
        run: Run[Any] = train_on(timeline, total, history_iterations(total), report, recorder)
    run.raise_end()
    recorder.end(run.state, run.done)
    return Trained(experiment, Iterations(experiment, run), 1, run.done, run.ended, recorder, run)


def _reporting(
    progress: Progress, total: int
) -> AbstractContextManager[Callable[[int], None] | None]:
    """Whom to tell how far training has come: by itself a bar, in a notebook."""
    if progress is None or progress is True:
        return bar(total)
    return nullcontext(progress or None)
