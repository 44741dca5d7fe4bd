"""Verdicts on somebody's numbers: what `check` gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from tracer.api.arguments import real, refused, rounding_of, yes_or_no
from tracer.api.shown import Several, one_line
from tracer.api.source import Answers, AnyExperiment, Rounding, is_text
from tracer.api.table import Table, records_of
from tracer.config.files import read_bytes
from tracer.diagnose.answers import (
    Supplied,
    Tolerance,
    plain_answers,
    published_answers,
    read_answers,
)
from tracer.diagnose.check import CheckedAnswers, with_reasons
from tracer.diagnose.check import check as judge
from tracer.diagnose.finding import Finding
from tracer.diagnose.judging import Wanted
from tracer.digits.numbers import NumberFormat
from tracer.errors import Problem
from tracer.graph.names import GraphNames
from tracer.immutable import immutable
from tracer.model.names import Names
from tracer.show.document import Document
from tracer.show.formats.common import plain
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.check import check_document, summary
from tracer.show.reports.check_objects import check_json


@immutable
class Verdict:
    """What is said of one number.

    `given`: as it was supplied; `exact` the right value, `carried` what follows from the numbers
    supplied before it (None where the right values are hidden). `verdict`: right, rounding, follows,
    mistake, wrong or coarse; `mistakes`: the known ones that give the number; `follows_from`: what it
    follows from. `iteration` is None for a number that stands `after` so many updates.
    """

    name: str
    given: str
    verdict: str
    exact: float | None
    carried: float | None
    mistakes: tuple[str, ...] = ()
    follows_from: tuple[str, ...] = ()
    iteration: int | None = 1
    after: int | None = None

    @property
    def right(self) -> bool:
        """Whether it is right, be it within rounding."""
        return self.verdict in ("right", "rounding")


@dataclass(frozen=True, eq=False, repr=False)
class Checked(Several[Verdict]):
    """The verdicts in the order of the calculation; shows itself as `bptrace check` does.

    >>> import tracer
    >>> checked = tracer.trace("mazur").check({"out_h1": "0.5933", "out_h2": "0.62"})
    >>> [(verdict.name, verdict.verdict) for verdict in checked]
    [('out_h1', 'right'), ('out_h2', 'wrong')]
    """

    _checked: CheckedAnswers
    reveal: bool = True
    remarks: tuple[str, ...] = ()
    """What was passed over: arrays of a program that are none of this calculation."""

    @cached_property
    def _items(self) -> tuple[Verdict, ...]:
        return tuple(map(_verdict, self.json()["verdicts"]))

    @property
    def all_right(self) -> bool:
        """Whether nothing is wrong, or follows from what is wrong."""
        return self._checked.all_right

    @property
    def counts(self) -> dict[str, int]:
        """How many numbers got each verdict."""
        counts: dict[str, int] = self.json()["counts"]
        return counts

    @property
    def first_wrong(self) -> Verdict | None:
        """The first number that is wrong by itself; None where none is."""
        first = self._checked.first_wrong
        if first is None:
            return None
        found = (f for section in self._checked.sections for f in section.numbers)
        return next(v for v, finding in zip(self, found, strict=True) if _same(finding, first))

    def table(self) -> Table:
        """The verdicts of all moments as one table."""
        return records_of(self._blocks(NumberFormat()), self._names)

    def json(self) -> dict[str, Any]:
        """The object that `bptrace check --format json` prints."""
        return check_json(self._checked, reveal=self.reveal)

    def __repr__(self) -> str:
        words = plain(summary(self._checked), QuantityNotation(self._names))
        return one_line("check", words)

    @property
    def _names(self) -> Names | GraphNames:
        names: Names | GraphNames = self._checked.names
        return names

    def _blocks(self, numbers: NumberFormat) -> Document:
        return check_document(self._checked, numbers, reveal=self.reveal)


def _same(one: Finding, other: Finding) -> bool:
    return one.identity == other.identity and one.answer.moment == other.answer.moment


def _verdict(found: Mapping[str, Any]) -> Verdict:
    after = found.get("after")
    return Verdict(
        found["name"],
        found["given"],
        found["verdict"],
        found.get("exact"),
        found.get("carried"),
        tuple(found["mistakes"]),
        tuple(found.get("follows_from", ())),
        None if after is not None else found.get("iteration", 1),
        after,
    )


def check(
    experiment: AnyExperiment,
    answers: Answers | None,
    tolerance: str | float | None,
    round: str | None,
    rounding: Rounding,
    digits_required: str | None,
    *,
    reveal: bool,
) -> Checked:
    """The verdicts on the answers, with the conventions that give wrong totals."""
    yes_or_no(reveal=reveal)
    how = rounding_of(round, rounding)
    required = rounding_of(digits_required, word="digits_required")
    within = None if tolerance is None else _tolerance(tolerance)
    aside: list[Problem] = []
    given = _supplied(answers, experiment, within, aside.append)
    checked = with_reasons(judge(experiment, given, wanted=Wanted(how, required)))
    return Checked(checked, reveal, tuple(map(str, aside)))


def _supplied(
    answers: Answers | None,
    experiment: AnyExperiment,
    within: Tolerance | None,
    remark: Callable[[Problem], None],
) -> tuple[Supplied, ...]:
    match answers:
        case None:
            return published_answers(experiment, experiment.title or "the configuration", within)
        case str() if is_text(answers):
            return read_answers(answers.encode(), "<text>", experiment, within, remark=remark)
        case str() | PathLike():
            path = fspath(answers)
            content = read_bytes(Path(path), path)
            return read_answers(content, path, experiment, within, remark=remark)
        case Mapping() | list() | tuple():
            return plain_answers(answers, experiment, within, remark=remark)
    raise refused("answers", answers, "a dict, a list of moments, a path or text")


def _tolerance(tolerance: str | float) -> Tolerance:
    written = tolerance if isinstance(tolerance, str) else repr(real("tolerance", tolerance))
    return Tolerance.parse(written)
