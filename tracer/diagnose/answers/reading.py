"""A file of answers, or the configuration's own `expected:`, as answers; every problem at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tracer.config.files import decode
from tracer.diagnose.answers.arrays import elements, find_stage
from tracer.diagnose.answers.dialect import dialect_of
from tracer.diagnose.answers.model import Answer, Entry, Leaf, Spot, Tolerance, is_machine
from tracer.diagnose.answers.moments import Moment, outline
from tracer.diagnose.answers.npz import read_npy, read_npz
from tracer.diagnose.answers.table import read_table
from tracer.diagnose.answers.tree import read_tree
from tracer.digits.numbers import Written
from tracer.engine.trace import IterationTrace
from tracer.errors import ConfigError, Problem, UnknownNameError, UsageError
from tracer.explain.calculation import Calculation
from tracer.explain.worksheet import title_line
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, Quantity

_NPZ = b"PK\x03\x04"
_NPY = b"\x93NUMPY"
_MANY = 3
"""From so many names on that don't exist, most of all, the answers are another exercise's."""
_ITERATION = re.compile(r"@(\d{1,15})(#\d+)?$")


def read_answers(
    content: bytes,
    file: str,
    experiment: Experiment | GraphExperiment,
    tolerance: Tolerance | None = None,
) -> tuple[Answer, ...]:
    """The answers in a file's content; `file` is its name in problems, and an `.npy` array's name.

    `tolerance`, where given, holds for every number, also for those with few digits.

    Raises:
        ConfigError: all the problems at once: names that don't exist, with the nearest ones; numbers
            that aren't; arrays of the wrong shape; quantities that are supplied twice; no number at
            all, as on a worksheet that nobody has filled in.
    """
    entries, problems = _entries(content, file)
    answers = _understood(entries, problems, experiment, tolerance)
    if not answers:
        hint = "put one behind each name that you have: net_h1: 0.3775"
        raise ConfigError([Spot(file).problem("there are no numbers in it", hint)])
    return answers


def _entries(content: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of a file of whatever kind, and what is wrong with the rest of it."""
    if content.startswith(_NPZ):
        return read_npz(content, file)
    if content.startswith(_NPY):
        return read_npy(content, file)
    if b"\0" in content:
        hint = "answers are YAML, CSV or JSON as text in UTF-8, or arrays as .npz or .npy"
        raise ConfigError([Spot(file).problem("neither text nor arrays", hint)])
    text = decode(content, file)
    dialect = dialect_of(text, file)
    return read_table(text, file, dialect) if dialect else read_tree(text, file)


def foreign_title(content: bytes, experiment: Experiment | GraphExperiment) -> str:
    """The heading of a file made by `bptrace worksheet --answers` for another title; or empty."""
    own = title_line(experiment.title)
    first = content[: len(own) + 1000].decode("utf-8-sig", "replace").partition("\n")[0].rstrip()
    return first if first.startswith(title_line("")) and first != own else ""


def published_answers(
    experiment: Experiment | GraphExperiment, file: str, tolerance: Tolerance | None = None
) -> tuple[Answer, ...]:
    """The answers of the configuration's own `expected:`.

    Raises:
        UsageError: it has none.
        ConfigError: names that don't exist, or not in that iteration.
    """
    if not experiment.expected:
        raise UsageError(
            f"{file} has no `expected:` numbers", "name a file of answers behind the configuration"
        )
    entries = [
        Entry(name, spot, (Leaf(written.text, spot),), moment=moment)
        for index, block in enumerate(experiment.expected)
        for moment in [Moment(block.iteration, block.after)]
        for name, written in block.values.items()
        for spot in [Spot(file, path=f"expected[{index}].values.{name}")]
    ]
    return _understood(entries, [], experiment, tolerance)


def _understood(
    entries: Iterable[Entry],
    problems: list[Problem],
    experiment: Experiment | GraphExperiment,
    tolerance: Tolerance | None,
) -> tuple[Answer, ...]:
    collector = _Collector(experiment, tolerance, problems)
    answers = [answer for entry in entries for answer in collector.answers(entry)]
    strangers = collector.strangers
    if len(strangers) >= _MANY and len(strangers) > collector.entries / 2:
        listed = ", ".join(strangers[:_MANY])
        more = f" and {len(strangers) - _MANY} more" if len(strangers) > _MANY else ""
        message = f"these look like answers to another exercise: this one has no {listed}{more}"
        spot = Spot(problems[0].file)
        problems.append(spot.problem(message, "is CONFIG the one that they belong to?"))
    if problems:
        raise ConfigError(problems)
    return tuple(answers)


@dataclass(slots=True)
class _Collector:
    """Turns entries into answers; what is wrong goes to `problems`.

    `strangers` are the names that don't exist, among so many `entries`.
    """

    experiment: Experiment | GraphExperiment
    tolerance: Tolerance | None
    problems: list[Problem]
    outlines: dict[Moment, Calculation] = field(default_factory=dict)
    seen: dict[tuple[Moment, Identity], Spot] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)
    entries: int = 0

    def answers(self, entry: Entry) -> Iterator[Answer]:
        """The answers of one entry."""
        self.entries += 1
        try:
            moment, found = self._array(entry) if entry.shape else self._number(entry)
            leaves = list(entry.leaves)
        except UnknownNameError as error:
            self.strangers.append(entry.name)
            self._complain(entry.spot, error.message, entry.hint or error.hint)
            return
        except UsageError as error:
            self._complain(entry.spot, error.message, error.hint)
            return
        except ConfigError as error:
            self.problems += error.problems
            return
        except ValueError as error:
            self._complain(entry.spot, str(error), "a row is a neuron or a sample")
            return
        for identity, leaf in zip(found, leaves, strict=True):
            answer = self._answer(moment, identity, leaf, entry.floating)
            if answer is not None:
                yield answer

    def _number(self, entry: Entry) -> tuple[Moment, Iterator[Identity]]:
        moment = self._moment(entry)
        identity: Identity = self._outline(moment).trace.find(entry.name)
        self._refuse_what_is_not(moment, identity)
        return moment, iter([identity])

    def _array(self, entry: Entry) -> tuple[Moment, Iterator[Identity]]:
        moment = self._moment(entry)
        trace = self._outline(moment).trace
        if not isinstance(trace, IterationTrace):
            raise UsageError("a list of numbers", "a graph has only single numbers")
        stage = find_stage(entry.name.partition("@")[0], trace)
        return moment, elements(stage, entry.shape, trace)

    def _moment(self, entry: Entry) -> Moment:
        """The moment of the block that the entry stands in, or that its `@` says."""
        match = _ITERATION.search(entry.name)
        if match is None:
            return entry.moment or Moment()
        moment = Moment(max(int(match[1]), 1))
        if entry.moment not in (None, moment):
            raise UsageError(
                f"'{entry.name}' stands among other numbers: {entry.moment.words}",
                "leave out the '@'",
            )
        return moment

    def _outline(self, moment: Moment) -> Calculation:
        if moment not in self.outlines:
            self.outlines[moment] = outline(self.experiment, moment)
        return self.outlines[moment]

    def _refuse_what_is_not(self, moment: Moment, identity: Identity) -> None:
        """A name may be right, and this calculation have no such number: no targets, no update."""
        trace = self._outline(moment).trace
        if not isinstance(trace, IterationTrace) or not isinstance(identity, Quantity):
            return
        try:
            trace.value(identity)
        except UnknownNameError as error:
            raise UsageError(error.message, error.hint) from error

    def _answer(
        self, moment: Moment, identity: Identity, leaf: Leaf, floating: bool
    ) -> Answer | None:
        try:
            written = Written.parse(leaf.text)
        except ValueError as error:
            self._complain(leaf.spot, str(error))
            return None
        before = self.seen.setdefault((moment, identity), leaf.spot)
        if before is not leaf.spot:
            first = f"it first stands in line {before.line}" if before.line else before.path
            self._complain(leaf.spot, "this quantity has two numbers", first)
            return None
        full = floating or is_machine(written)
        tolerance = self.tolerance or (Tolerance() if full else None)
        return Answer(moment, identity, written, tolerance)

    def _complain(self, spot: Spot, message: str, hint: str = "") -> None:
        self.problems.append(spot.problem(message, hint))
