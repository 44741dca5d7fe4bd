"""The convention of its training that a whole sheet of a graph's numbers follows.

Each alternative is calculated, and the one adopted under which the most numbers agree to the digits
written that don't as stated; two at least must, and none that agreed may be lost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.conventions import conventions_of
from tracer.diagnose.evidence import knows
from tracer.diagnose.variant import Alternative, Variant
from tracer.digits.agreement import agreement
from tracer.errors import BptraceError
from tracer.explain.calculation import Calculation
from tracer.model.experiment import GraphExperiment

_AT_LEAST = 2
"""So many numbers make a convention; a single one may be a slip."""


def followed_by_graph(
    experiment: GraphExperiment, answers: Collection[Answer], stated: Mapping[Moment, Calculation]
) -> tuple[str, Alternative] | None:
    """The convention's name and the alternative; None where the stated ones hold, or no one does."""
    right = _right(answers, stated)
    if len(answers) - len(right) < _AT_LEAST:
        return None
    best, most = None, len(right) + _AT_LEAST - 1
    for name, alternative in changes_of_graph(experiment):
        under = _under(experiment, alternative, stated)
        if not all(knows(under, answer.moment, answer.identity) for answer in answers):
            continue
        found = _right(answers, under)
        if right <= found and len(found) > most:
            best, most = (name, alternative), len(found)
    return best


def changes_of_graph(experiment: GraphExperiment) -> Iterator[tuple[str, Alternative]]:
    """The changes of a graph's training that a whole sheet may follow, each with its name."""
    for row in conventions_of(experiment):
        if row.of_descent:
            yield from ((row.name, one) for one in row.alternatives(experiment))


def _under(
    experiment: GraphExperiment, alternative: Alternative, stated: Mapping[Moment, Calculation]
) -> Mapping[Moment, Calculation]:
    """The numbers of each moment; nothing where they can't be calculated."""
    try:
        return traced(alternative.apply(Variant(experiment)).experiment, stated)
    except BptraceError:
        return {}


def _right(answers: Collection[Answer], found: Mapping[Moment, Calculation]) -> set[int]:
    """The places of the answers that agree, to the digits written."""
    right = set()
    for place, answer in enumerate(answers):
        calculation = found.get(answer.moment)
        try:
            value = calculation.value(answer.identity) if calculation else float("nan")
        except (BptraceError, ArithmeticError, KeyError):
            continue
        if agreement(answer.written, value) is not None:
            right.add(place)
    return right
