"""What can be said of a moment's answers before any is judged: what comes of them, within which ends.

Between a calculation carried from a learner's numbers (`tracer.diagnose.carried`) and the verdicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.diagnose.enclosed import Enclosed
from tracer.diagnose.manners import Manner
from tracer.digits.agreement import Agreement, agreement, same
from tracer.digits.rounding import Rounding
from tracer.engine.forward import reduced
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, Expression, Interval, Symbol, total
from tracer.immutable import immutable
from tracer.model.quantity import DATA_OF, GRADIENT_OF, PART_OF, PARTS, Identity, Quantity, Stage

if TYPE_CHECKING:
    from tracer.diagnose.arrays.judge import JudgedArrays

_FEW = 3
"""From so many significant digits on, a number is not rough."""
_UNITS = 10
"""Off by no more than so many units of the sheet's last digit it isn't, either, """
_NEAR = 0.02
"""nor by this part of itself."""
_DATA = {GRADIENT_OF[parameter]: data for parameter, data in DATA_OF.items()}
_SUMMED = {**PART_OF, **{data: PART_OF[gradient] for gradient, data in _DATA.items()}}
"""What the samples have parts of, by the sum: a gradient, or the data's part of one."""


class Part:
    """What there is to judge of one moment: its answers, in the order of the calculation.

    `before`: the answers of earlier iterations, on which its numbers stand as well. `arrays`: whole
    arrays supplied beside them, judged before; they are among the learner's numbers.

    What was calculated from the learner's numbers belongs to the part: a sheet is judged more than
    once, until it is known how it was written.
    """

    def __init__(
        self,
        exact: Calculation,
        answers: Mapping[Identity, Answer],
        before: Mapping[Identity, Answer],
        arrays: JudgedArrays | None = None,
    ) -> None:
        self.exact, self.answers, self.before, self.arrays = exact, answers, before, arrays
        self.all: Mapping[Identity, Answer] = {**before, **answers}
        self.singles = {key: answer.value for key, answer in self.all.items()}
        self.own = self.beside_arrays(self.singles)
        self.bounds = cache(self._bounds)
        self.typed = cache(self._typed)
        self.rounded = cache(self._rounded)

    def _typed(self, digits: tuple[Rounding, ...]) -> frozenset[Identity]:
        """The numbers of one digit or two with which somebody went on as they stand: 1 for 0.925.

        What follows has more digits, and comes out of the number as typed and not of the right one;
        so that the number was not rounded for the paper alone, and is judged as it is. One that has
        the sheet's `digits` is as fine as all others.
        """
        few = [i for i, answer in self.answers.items() if self._is_rough(answer, digits)]
        return frozenset(i for i in few if any(map(partial(self._goes_on, i), self.answers)))

    def _is_rough(self, answer: Answer, digits: tuple[Rounding, ...]) -> bool:
        written, exact = answer.written, self.exact.value(answer.identity)
        if answer.tolerance is not None or written.significant >= _FEW or same(answer.value, exact):
            return False
        off = abs(answer.value - exact)
        fine = any(off <= _UNITS * rounding.unit(exact) for rounding in digits)
        fine = fine or off <= _NEAR * abs(exact)
        return not fine and right_as_written(answer, exact) is not None

    def _goes_on(self, rough: Identity, identity: Identity) -> bool:
        """Whether a number comes out of the rough one as it stands, and has more digits."""
        answer, way = self.answers[identity], self.ways[0]
        formula = way.prepared(identity)
        if formula is None or rough not in formula.keys or answer.written.significant <= _FEW:
            return False
        carried = way.tried(identity)
        if carried is None or right_as_written(answer, self.exact.value(identity)):
            return False
        return right_as_written(answer, carried) is Agreement.ROUNDED

    def beside_arrays(self, singles: dict[Identity, float]) -> Mapping[Identity, float]:
        """Single numbers, and those of the arrays."""
        return self.arrays.numbers.beside(singles) if self.arrays else singles

    @cached_property
    def is_long(self) -> bool:
        """Whether what leads from one supplied number to another is more than is done by hand."""
        return self.ways[0].is_long(i for i, a in self.answers.items() if a.tolerance is None)

    @cached_property
    def ways(self) -> list[Carried]:
        """The ways to calculate: factor by factor; out − target; a gradient from samples' parts."""
        return self.ways_from(self.own)

    def ways_from(self, own: Mapping[Identity, float]) -> list[Carried]:
        """The same from these numbers."""
        exact = self.exact
        found = [Carried(exact, own)]
        if exact.has_shortcuts:
            found.append(Carried(exact, own, shortcut=True))
        if any(isinstance(key, Quantity) and key.kind in PARTS for key in self.all):
            found.append(Carried(exact, own, rewriting=partial(by_parts, exact)))
        return found

    def _rounded(self, rounding: Rounding) -> list[Carried]:
        """The same ways with every step rounded."""
        return [way.rounded(rounding) for way in self.ways]

    def _bounds(self, manner: Manner) -> Bounds:
        """How far off what is calculated from the learner's numbers may be, on a sheet so written."""
        return Bounds(self, manner, self.ways)


@immutable
class Calculated:
    """One way to calculate a number: what it gives, and between which ends that may lie."""

    calculation: Carried
    formula: Expression
    carried: float
    ends: Interval

    def agrees(self, answer: Answer, *, cut: bool) -> Agreed | None:
        """Whether the answer comes out that way, as written or within rounding.

        `cut`: what came after its last digit may have been cut off.
        """
        below, above = _window(answer, self.carried, cut=cut)
        low, high = self.ends
        if below <= self.carried <= above:
            low = high = self.carried
        elif high < below or low > above:
            return None
        bound = (above - below + high - low) / 2
        exact = answer.value == self.carried
        return "agrees" if exact or bound <= abs(self.carried) / 2 else "coarse"


def _window(answer: Answer, value: float, *, cut: bool) -> Interval:
    """The numbers that are written so: half a unit around, with `cut` a whole one away from 0."""
    given, slack = answer.value, answer.slack(value)
    if not cut or answer.tolerance is not None:
        return given - slack, given + slack
    unit = answer.written.unit
    return given - (slack if given > 0 else unit), given + (slack if given < 0 else unit)


Agreed = str
"""`agrees`, or `coarse` where the bounds are too wide to tell."""


class Bounds:
    """How far off numbers may be that were calculated from a learner's own, on a sheet so written."""

    def __init__(self, part: Part, manner: Manner, ways: Sequence[Carried]) -> None:
        self._part, self._manner, self.ways = part, manner, ways
        doubt = cache(self._doubt)
        self._enclosed = [Enclosed(way, doubt, manner.settle) for way in self.ways]

    def of(self, answer: Answer) -> Iterator[Calculated]:
        """A number calculated in each way that there is, with its ends."""
        identity = answer.identity
        for way, enclosed in zip(self.ways, self._enclosed, strict=True):
            formula = way.formula(identity)
            if formula is None:
                continue
            try:
                carried = way.recalculated(identity)
                ends = (carried, carried)  # a program rounds nothing on its way
                if answer.tolerance is None:
                    ends = enclosed.recalculated(identity, self._manner.inside(answer.written))
            except (EvaluationError, ArithmeticError):
                continue
            yield Calculated(way, formula, carried, ends)

    def leave_out(self, identity: Identity) -> None:
        """Go on without a number that was supplied; nothing calculated so far may stand on it."""
        for enclosed in self._enclosed:
            enclosed.leave_out(identity)

    def agrees(self, way: Calculated, answer: Answer) -> Agreed | None:
        """Whether the answer comes out that way, on a sheet so written."""
        return way.agrees(answer, cut=self._manner.cut)

    def slack(self, answer: Answer) -> float:
        """u: half a unit, a whole one where what comes after it may have been cut off."""
        slack = answer.uncertainty
        return 2 * slack if self._manner.cut and answer.tolerance is None else slack

    def _doubt(self, identity: Identity) -> Interval:
        """Between which ends the number lay before it was written down."""
        answer = self._part.all.get(identity)
        if answer is None:  # of a program's array, which is as exact as it is
            return (self._part.own[identity],) * 2
        value = answer.value
        exact = self._part.exact.value(identity)
        if same(value, exact) or identity in self._part.typed(self._manner.digits):
            return value, value
        if answer.tolerance is not None:
            slack = answer.uncertainty
            return value - slack, value + slack
        half, unit = answer.uncertainty, answer.written.unit
        if not self._manner.cut and right_as_written(answer, exact) is not Agreement.TRUNCATED:
            return value - half, value + half
        return value - unit, value + unit  # who cuts off here may have rounded there


def comes_out(part: Part, answer: Answer, manner: Manner) -> bool:
    """Whether a number is right within what rounding may have done, on a sheet so written."""
    bounds = part.bounds(manner)
    return any(bounds.agrees(way, answer) for way in bounds.of(answer))


def by_parts(exact: Calculation, identity: Identity, _: Expression) -> Expression | None:
    """A gradient as the sum or the mean of the samples' own parts; with a penalty, the data's part."""
    if not isinstance(identity, Quantity) or identity.kind not in _SUMMED:
        return None
    trace: IterationTrace = exact.at(identity.iteration)
    data = Stage(_DATA.get(identity.kind, identity.kind), identity.layer)
    if len(trace.rows) == 1 or (data in trace.arrays and data != identity.stage):
        return None
    own = replace(identity, stage=Stage(_SUMMED[identity.kind], identity.layer))
    parts = (Symbol(replace(own, sample=row)) for row in trace.rows)
    gradient: Expression = reduced(total(parts), len(trace.rows), trace.rule)
    return gradient


def right_as_written(answer: Answer, exact: float) -> Agreement | None:
    """Whether the answer is the exact value, to its digits or within its tolerance."""
    if answer.tolerance is None:
        return agreement(answer.written, exact)
    near = abs(answer.value - exact) <= answer.slack(exact)
    return Agreement.ROUNDED if near else None
