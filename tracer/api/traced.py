"""A calculation that can be asked for any of its numbers: what `tracer.trace` gives back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from itertools import islice
from typing import Any, Literal

from tracer.api.arguments import text, whole, whole_or_all, whole_or_none
from tracer.api.arrays import Arrays
from tracer.api.experiments import Configured
from tracer.api.explained import Explained, explain
from tracer.api.frames import DataFrame
from tracer.api.iterations import Iterations
from tracer.api.picture import Picture
from tracer.api.shown import Shown, cell, folded, one_line
from tracer.api.table import Table, records_of, table_of
from tracer.digits.numbers import NumberFormat
from tracer.engine.training import Run
from tracer.errors import UsageError
from tracer.graph.names import GraphNames
from tracer.language import say
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.show.document import Document
from tracer.show.formats.objects import write
from tracer.show.pictures.views import DEFAULT_PICTURE
from tracer.show.reports.runs import picture_of, run_blocks, run_objects
from tracer.show.reports.selection import ROW_LIMIT
from tracer.show.reports.views import DEFAULT

MOST_COMPLETED = 2000
"""So many names are offered for completion."""


@dataclass(frozen=True, eq=False, repr=False)
class Numbers(Configured, Mapping[str, float]):
    """A mapping from names to numbers, of every iteration and sample, calculated when asked for."""

    _iterations: Iterations
    _first: int
    """The iteration that a name without `@` means."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __getitem__(self, name: str) -> float:
        calculation, identity = self._iterations.find(name, self._first)
        return float(calculation.value(identity))

    def __contains__(self, name: object) -> bool:
        """Whether something is called so in an iteration that there is; nothing is trained for that."""
        return isinstance(name, str) and self._iterations.has(name, self._first)

    def at(self, iteration: int) -> Traced:
        """One iteration, trained up to it: names without `@` mean that one.

        >>> import tracer
        >>> tracer.trace("mazur").at(10_000)["E_total"]
        3.51...e-05

        Raises:
            UsageError: training doesn't come to it, or the configuration has none.
            DivergedError: training meets an overflow before it.
        """
        number = whole("iteration", iteration, 1)
        self._iterations.through([number])
        return Traced(self.experiment, self._iterations, number, (number,))

    def explain(
        self, *names: str, depth: int | Literal["all"] = 1, full: bool = False
    ) -> Explained:
        """The formulas of these numbers, with the numbers put in.

        `depth`: how many formulas deep to go; `full`: long sums are not shortened.

        >>> import tracer
        >>> tracer.trace("mazur").explain("dE/dw1")
        <dE/dw1 = delta_h1*i1 = 0.00877135468...*0.05 = 0.00043856773...>

        Raises UnknownNameError where nothing is called so.
        """
        return explain(self._iterations, self._first, names, depth, full=full)

    def _ipython_key_completions_(self) -> list[str]:
        return list(islice(self, MOST_COMPLETED))

    @property
    def _names(self) -> Names | GraphNames:
        names: Names | GraphNames = self._iterations.names
        return names


@dataclass(frozen=True, eq=False, repr=False)
class Traced(Numbers, Shown):
    """The numbers of some iterations, the first unless others were asked for.

    A mapping: `t["dE/dw5"]`, `t["delta_h1@2#3"]` (iteration 2, sample 3), in any spelling that the
    command line takes. What lies in other iterations is trained for when it is asked for.

    >>> import tracer
    >>> t = tracer.trace("mazur")
    >>> t
    <trace of 'A step by step backpropagation example': iteration 1, loss 0.298371109>
    >>> t["dE/dw5"], t["E_total@2"]
    (0.082167040..., 0.291027773...)
    """

    iterations: tuple[int, ...]

    def __iter__(self) -> Iterator[str]:
        seen: set[str] = set()
        for number in self.iterations:
            trace = self._iterations.trace(number)
            for name in map(trace.names.name, trace.order()):
                if name not in seen:
                    seen.add(name)
                    yield name

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def arrays(self) -> Arrays:
        """Matrices and vectors by the names that `check` reads, of every iteration shown.

        Weights have a row for each neuron, what belongs to samples a row for each sample.

        >>> import tracer
        >>> tracer.trace("mazur").arrays["dW2"].round(4)
        array([[ 0.0822,  0.0827],
               [-0.0226, -0.0227]])
        """
        return Arrays(self._iterations, self.iterations)

    def table(self, name: str) -> Table:
        """One of the tables: `forward`, `backward`, `updates`, …; of a graph `nodes`, `edges`, ….

        >>> import tracer
        >>> tracer.trace("mazur").table("backward")[0]
        (2, 'o1', 0.741365069..., 0.186815601..., 0.138498561...)

        Raises UsageError where there is no such table; it says which there are.
        """
        return table_of(self._document(limit=None), name, self._names)

    def to_dataframe(self) -> DataFrame:
        """All numbers in one data frame, a row each; UsageError where pandas is not installed."""
        sample = "all" if isinstance(self.experiment, Experiment) else None
        return records_of(self._document(sample=sample), self._names).to_dataframe()

    def view(self, name: str = DEFAULT, *, sample: int | Literal["all"] | None = None) -> View:
        """The same seen otherwise: `matrix`, `paths`, `layers`, or of another sample.

        >>> import tracer
        >>> print(tracer.trace("mazur").view("matrix"))
        A step by step backpropagation example
        ...

        Raises UsageError where there is no such view or sample.
        """
        found = View(self, text("view", name), whole_or_all("sample", sample))
        found._made()
        return found

    def picture(self, view: str = DEFAULT_PICTURE, *, sample: int | None = None) -> Picture:
        """The network with its numbers drawn: `forward`, `backward` or `update`; or the graph.

        >>> import tracer
        >>> tracer.trace("mazur").picture("backward").svg[:4]
        '<svg'

        Raises UsageError where there is no such view or sample, or too much to draw.
        """
        trace = self._iterations.trace(self.iterations[-1])
        shown = whole_or_none("sample", sample, 1)
        return Picture(picture_of(trace, text("view", view), shown), self._names)

    def json(self, *, sample: int | Literal["all"] | None = None) -> dict[str, Any]:
        """The object that `bptrace run --format json` prints."""
        shown = whole_or_all("sample", sample)
        return as_json(run_objects(self._run, self.iterations, shown))

    @property
    def _run(self) -> Run[Any]:
        return self._iterations.run_to(self.iterations[-1])

    def _document(
        self,
        view: str = DEFAULT,
        sample: int | str | None = None,
        limit: int | None = ROW_LIMIT,
    ) -> Document:
        return run_blocks(self._run, self.iterations, view=view, sample=sample, limit=limit)

    def _blocks(self, numbers: NumberFormat) -> Document:
        return self._document()

    def __repr__(self) -> str:
        first, last = self.iterations[0], self.iterations[-1]
        which = f"iteration {first}" if first == last else f"iterations {first} to {last}"
        what = f"trace of {self.title!r}" if self.title else "trace"
        return one_line(what, which, self._outcome(last))

    def _outcome(self, iteration: int) -> str:
        """The loss, or what the graph's output comes to."""
        trace = self._iterations.trace(iteration)
        if not isinstance(self.experiment, Experiment):
            output = trace.names.bare(trace.graph.output)
            return f"{output} {NumberFormat().brief(trace.result).text(trace.result)}"
        if self.experiment.data is None:
            return "forward passes only"
        return f"loss {NumberFormat().text(trace.loss)}"

    def _repr_html_(self) -> str:
        """The picture, where there can be one, and the tables to unfold."""
        try:
            drawn = self.picture().svg
        except UsageError:
            return cell(self.html())
        return cell(f"{drawn}\n{folded(say('Every number'), self.html())}")


@dataclass(frozen=True, eq=False, repr=False)
class View(Shown):
    """Iterations seen in another way."""

    _traced: Traced
    name: str
    sample: int | str | None

    def table(self, name: str) -> Table:
        """One of its tables; UsageError where it has none of that name."""
        return table_of(self._made(limit=None), name, self._names)

    def _made(self, limit: int | None = ROW_LIMIT) -> Document:
        return self._traced._document(self.name, self.sample, limit)

    @property
    def _names(self) -> Names | GraphNames:
        return self._traced._names

    def _blocks(self, numbers: NumberFormat) -> Document:
        return self._made()

    def __repr__(self) -> str:
        sample = None if self.sample is None else f"sample {self.sample}"
        return one_line(f"view {self.name} of {self._traced.title!r}", sample)


def as_json(result: Mapping[str, Any]) -> dict[str, Any]:
    """The objects of a report as Python's dicts and lists."""
    stream = StringIO()
    write(result, stream)
    found: dict[str, Any] = json.loads(stream.getvalue())
    return found
