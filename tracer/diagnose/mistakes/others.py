"""Slips of the pen with other numbers: a neighbour's written here, two answers swapped, a given one
misread.

What was given is looked for among the numbers that the wrong one depends on, first by the slope
∂wrong/∂given, and then calculated: everything after a misread number follows from what it was read as.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.diagnose.mistakes.copying import misreadings
from tracer.diagnose.mistakes.match import MistakeMatch
from tracer.digits.numbers import shortest
from tracer.engine.trace import IterationTrace
from tracer.formula import EvaluationError, symbols
from tracer.model.quantity import Identity, Kind, Quantity

NEIGHBOUR, SWAPPED, MISREAD = "value_of_a_neighbour", "answers_swapped", "given_number_misread"
HELP = {
    NEIGHBOUR: "This is the number of a neighbour, written in the wrong place.",
    SWAPPED: "This number and another one have changed places.",
    MISREAD: "A given number was misread; everything after it follows from what it was read as.",
}
"""The sentences, by name, in the order of the search."""

_NEAR = 1 / 200
_MOST_NEIGHBOURS = 64
_MOST_GIVEN = 40
_MOST_STEPS = 60
_AS_ESTIMATED = 0.3
"""How far from what the slope says, relatively, what comes of a misread number may lie."""
_READ = frozenset({Kind.INPUT, Kind.TARGET, Kind.WEIGHT, Kind.BIAS, Kind.LEARNING_RATE})


def other_numbers(
    carried: Carried,
    identity: Identity,
    answer: Answer,
    uncertainties: Mapping[Identity, float],
) -> Iterator[MistakeMatch]:
    """Where the answer is the right number of another place."""
    own, right = carried.own, carried.exact.value(identity)
    for other, doubt in uncertainties.items():
        there = carried.exact.value(other)
        is_here = abs(own[other] - right) <= doubt < abs(right) * _NEAR
        told_apart = other != identity and abs(there - right) > 2 * doubt
        if is_here and told_apart and _is(answer, there):
            yield MistakeMatch(SWAPPED, HELP[SWAPPED], there, other=other)
            return
    for other in _neighbours(carried, identity):
        there = carried.exact.value(other)
        if _is(answer, there) or (other in own and _is(answer, own[other])):
            yield MistakeMatch(NEIGHBOUR, HELP[NEIGHBOUR], there, other=other, is_resort=True)
            return


def _is(answer: Answer, value: float) -> bool:
    """Whether the answer is that number, to digits enough."""
    return abs(answer.value - value) <= answer.slack(value) < abs(value) * _NEAR


def _neighbours(carried: Carried, identity: Identity) -> Iterator[Quantity]:
    """The numbers of the same kind, layer and sample."""
    trace = carried.exact.trace
    if not isinstance(trace, IterationTrace) or not isinstance(identity, Quantity):
        return
    array = trace.arrays.get(identity.stage)
    if array is None or array.size > _MOST_NEIGHBOURS:
        return
    for other in trace.batch.quantities(identity.stage, array.shape, None):
        if other.sample == identity.sample and other.index != identity.index:
            yield other


def misread_numbers(
    carried: Carried, identity: Identity, explains: Callable[[float, Carried], bool], value: float
) -> Iterator[MistakeMatch]:
    """The given numbers that, read otherwise, lead to `value`; `explains` judges what they lead to."""
    given = _given(carried, identity)
    try:
        right = carried.recalculated(identity)
        base = Carried(carried.exact, {**{key: carried[key] for key in given}, **carried.own})
        slopes = base.sensitivities(identity) if given else {}
    except (EvaluationError, ArithmeticError):
        return
    for key in given:
        for text in _readings(carried, key):
            change = slopes.get(key, 0.0) * (float(text) - carried[key])
            if abs(right + change - value) > _AS_ESTIMATED * abs(value - right):
                continue
            read = Carried(carried.exact, {**carried.own, key: float(text)})
            try:
                found = read.recalculated(identity)
            except (EvaluationError, ArithmeticError):
                continue
            if explains(found, read):
                formula = read.formula(identity)
                yield MistakeMatch(MISREAD, HELP[MISREAD], found, formula, read, key, read_as=text)


def _given(carried: Carried, identity: Identity) -> list[Quantity]:
    """The given numbers that the number is made of, where nothing supplied lies between."""
    if carried.is_long([identity]):
        return []
    steps = [identity, *carried.before(identity)]
    if len(steps) > _MOST_STEPS:
        return []
    formulas = (carried.formula(step) for step in steps)
    used = dict.fromkeys(key for formula in formulas if formula for key in symbols(formula))
    found = [
        key
        for key in used
        if isinstance(key, Quantity)
        and key.kind in _READ
        and key not in carried.own
        and carried.formula(key) is None
    ]
    return found if len(found) <= _MOST_GIVEN else []


def _values(carried: Carried, some: Iterable[Identity]) -> Iterator[float]:
    """The numbers that there are with those supplied."""
    for identity in some:
        try:
            yield carried[identity]
        except (EvaluationError, ArithmeticError):
            continue


def _readings(carried: Carried, key: Quantity) -> Iterator[str]:
    """What it may be taken for, each once."""
    text = shortest(carried[key])
    texts = [] if "e" in text else list(misreadings(text))
    if key.kind in (Kind.INPUT, Kind.TARGET, Kind.BIAS):
        texts += [shortest(value) for value in _values(carried, _neighbours(carried, key))]
    yield from dict.fromkeys(shortest(float(read)) for read in texts)
