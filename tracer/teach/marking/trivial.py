"""Whether a wrong number leaves what follows from it as hard as it was.

What follows from a learner's own wrong number earns points for the method. Somebody who has put 0
there, or a number from the exercise, has made the rest of the sheet easy, or has not calculated at
all: what comes after earns nothing. `GROUNDS` lists what makes a number trivial, in the order in which
it is told.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from tracer.diagnose.answers import Moment
from tracer.diagnose.finding import Finding
from tracer.digits.agreement import agreement
from tracer.digits.numbers import Written, shortest
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError, value_or_none
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.quantity import Identity, Kind, Quantity, Stage

PLAIN = frozenset({0.0, 1.0, -1.0})
"""Numbers that come without a calculation."""
FAR = 100.0
"""So many times larger or smaller than its like, a wrong number is none that a slip would give."""
_MOST_GIVEN = 200
"""Beyond so many given numbers, nearly any of few digits is one of them by chance."""


_OF_MANY_WAYS = frozenset({"weight_of_a_neighbour"})


@immutable
class Ground:
    """A reason why a wrong number is trivial, and its words, without a full stop.

    `blamed`: it holds only for numbers that are wrong by themselves; others came out so.
    """

    name: str
    holds: Callable[[Finding, Surroundings], bool]
    words: Callable[[], str]
    blamed: bool = False


@immutable
class Like:
    """The right numbers of a kind and layer: the least and the largest size, but for 0.

    `switches`: there are only 0 and 1, such as the slopes of ReLUs.
    """

    least: float
    largest: float
    switches: bool


@immutable
class Surroundings:
    """The right numbers of the moment, and the values that the exercise gives.

    `made`: how many other values of the sheet match a mistake, by its name. `strange`: the numbers that
    are made of other weights than the exercise's.
    """

    exact: Calculation
    given: frozenset[float]
    made: Counter[str]
    strange: frozenset[Identity] = frozenset()

    def like(self, identity: Identity) -> Like:
        """What is like the number."""
        if isinstance(self.exact.trace, IterationTrace) and isinstance(identity, Quantity):
            return _like(self.exact, identity.stage, identity.iteration)
        return _sizes([self.exact.value(identity)], self.exact)

    def ends(self, identity: Identity) -> tuple[float, float]:
        """Between which ends the number lies, whatever the exercise gives."""
        trace = self.exact.trace
        if not isinstance(trace, IterationTrace) or not isinstance(identity, Quantity):
            return -math.inf, math.inf
        if identity.kind not in (Kind.OUT, Kind.SLOPE):
            return -math.inf, math.inf
        activation = trace.experiment.network.layers[identity.layer - 1].activation
        return activation.outputs if identity.kind is Kind.OUT else activation.slopes


@lru_cache(maxsize=256)
def _like(exact: Calculation, stage: Stage, iteration: int) -> Like:
    array = exact.at(iteration).arrays.get(stage)
    return _sizes([] if array is None else array.ravel().tolist(), exact)


def _sizes(values: Sequence[float], exact: Calculation) -> Like:
    """Of neurons that are off, those of the whole calculation."""
    sizes = [abs(v) for v in values if v] or [abs(v) for v in exact.values() if v]
    switches = all(value in PLAIN for value in values)
    return Like(min(sizes, default=0.0), max(sizes, default=math.inf), switches)


def slips(finding: Finding) -> set[str]:
    """The mistakes in the number's formula; of one that has many ways, some match by chance."""
    some = (match for match in finding.matches if match.formula and not match.read_as)
    return {match.name for match in some} - _OF_MANY_WAYS


def _is_zero(finding: Finding, around: Surroundings) -> bool:
    return finding.answer.value == 0


def _is_one(finding: Finding, around: Surroundings) -> bool:
    """±1, unless the numbers of its kind are switches, such as the slopes of ReLUs."""
    if abs(finding.answer.value) != 1:
        return False
    return not (around.like(finding.identity).switches or _is_made_again(finding, around))


def _is_copied(finding: Finding, around: Surroundings) -> bool:
    """A number of the exercise that no mistake in its formula gives; 0 and 1 are another matter."""
    value = finding.answer.value
    if value in PLAIN or value not in around.given:
        return False
    padded = finding.answer.written.significant > Written.parse(shortest(value)).significant
    return not (_is_made_again(finding, around) or (padded and slips(finding)))


def _is_made_again(finding: Finding, around: Surroundings) -> bool:
    """Whether a mistake that other numbers show gives this one, too, perhaps with too few digits."""
    likely = (match.name for match in finding.possible if match.formula)
    return any(around.made[name] for name in (*slips(finding), *likely))


def _is_far(finding: Finding, around: Surroundings) -> bool:
    """Far from every right number of its kind, and from what any known mistake makes of it.

    Also an output or a slope that its activation can't have.
    """
    if finding.matches:
        return False
    low, high = around.ends(finding.identity)
    slack = finding.answer.uncertainty
    if not low - slack <= finding.answer.value <= high + slack:
        return True
    like, value = around.like(finding.identity), abs(finding.answer.value)
    return not like.least / FAR <= value <= like.largest * FAR


def _is_strange(finding: Finding, around: Surroundings) -> bool:
    return finding.identity in around.strange


GROUNDS = (
    Ground("zero", _is_zero, lambda: say("0 leaves nothing to calculate")),
    Ground("one", _is_one, lambda: say("1 leaves nothing to calculate")),
    Ground("copied", _is_copied, lambda: say("this number stands in the exercise"), blamed=True),
    Ground("far", _is_far, lambda: say("this is far from any plausible value"), blamed=True),
    Ground(
        "strange",
        _is_strange,
        lambda: say("this is made of other weights than the exercise gives"),
        blamed=True,
    ),
)
"""The only list of what makes a wrong number trivial."""


@lru_cache(maxsize=16)
def _given(exact: Calculation) -> frozenset[float]:
    """The values that the exercise gives; none where they are too many to tell copying from chance."""
    start = exact.at(1)
    found = set()
    for identity in start.order():
        if start.formula(identity) is None:
            found.add(start.value(identity))
            if len(found) > _MOST_GIVEN:
                return frozenset()
    return frozenset(found)


@immutable
class Spoiled:
    """Why a number earns no method: its own ground, or the trivial numbers that it goes back to.

    With neither, it has become a copy of a number that it is made of. `spreads`: what follows from it
    earns none either.
    """

    ground: Ground | None = None
    behind: tuple[Identity, ...] = ()
    spreads: bool = True


@dataclass
class Trivial:
    """Goes through the numbers of a sheet in their order; knows which of them spoil what follows.

    `made`: how many numbers match a mistake, by its name, but for those that were perhaps copied.
    """

    given: frozenset[float]
    made: Counter[str] = field(default_factory=Counter)
    strange: frozenset[Identity] = frozenset()
    spoiled: dict[Identity, Spoiled] = field(default_factory=dict)

    @classmethod
    def of_sheet(cls, exact: Mapping[Moment, Calculation], findings: Iterable[Finding]) -> Trivial:
        """For a sheet with these verdicts, of the exercise that has these right numbers."""
        given = _given(next(iter(exact.values())))
        own = (f for f in findings if f.matches and f.answer.value not in given | PLAIN)
        return cls(given, Counter(name for finding in own for name in slips(finding)))

    def with_strange(self, strange: frozenset[Identity]) -> Trivial:
        """For the same sheet, of which these numbers are made of another exercise's weights."""
        return Trivial(self.given, self.made, strange)

    def of(self, finding: Finding, exact: Calculation) -> Spoiled | None:
        """Why the number earns nothing as far as it is wrong; None where it does, or is right."""
        if not finding.tainted:
            return None
        found = self._of(finding, exact)
        if found is not None and found.spreads:
            self.spoiled[finding.identity] = found
        return found

    def _of(self, finding: Finding, exact: Calculation) -> Spoiled | None:
        around = Surroundings(exact, self.given, self.made, self.strange)
        for ground in GROUNDS:
            if (finding.blamed or not ground.blamed) and ground.holds(finding, around):
                return Spoiled(ground)
        if finding.blamed:
            behind = self._behind_mistake(finding, exact)
            return Spoiled(behind=behind, spreads=False) if behind else None
        behind = self._roots(finding.after)
        if behind:
            return Spoiled(behind=behind)
        return Spoiled(spreads=False) if _has_become_a_copy(finding, exact) else None

    def _behind_mistake(self, finding: Finding, exact: Calculation) -> tuple[Identity, ...]:
        """The trivial numbers that a wrong number was made of; what follows from it is hard again."""
        if not self.spoiled or finding.calculation is None:
            return ()
        try:
            made_of: Collection[Identity] = finding.calculation.sensitivities(finding.identity)
        except (EvaluationError, ArithmeticError):
            return ()
        return () if _is_of_right_values(finding, exact) else self._roots(made_of)

    def _roots(self, numbers: Collection[Identity]) -> tuple[Identity, ...]:
        """The numbers that are trivial by themselves, among these and what they go back to."""
        spoiled = ((key, self.spoiled[key].behind) for key in numbers if key in self.spoiled)
        return tuple(dict.fromkeys(root for key, roots in spoiled for root in roots or (key,)))


def _is_of_right_values(finding: Finding, exact: Calculation) -> bool:
    """Whether a known mistake gives the number from the right values before it."""
    formulas = [m.formula for m in finding.matches if m.formula is not None and m.step is None]
    values = (value_or_none(formula, exact) for formula in formulas)
    return any(v is not None and agreement(finding.answer.written, v) is not None for v in values)


def _has_become_a_copy(finding: Finding, exact: Calculation) -> bool:
    """Whether the number is one of those it is made of, and the right one isn't: w − η · 0."""
    calculation, formula = finding.calculation, finding.formula
    if calculation is None or formula is None or finding.exact == 0:
        return False
    prepared = exact.prepared(finding.identity, False)
    keys = prepared.keys if prepared else ()
    if len(keys) < 2:
        return False
    written = finding.answer.written
    try:
        own = {key: calculation[key] for key in keys}
    except (EvaluationError, ArithmeticError):
        return False
    return any(
        agreement(written, own[key]) and not _nearly(finding, exact.value(key)) for key in keys
    )


def _nearly(finding: Finding, operand: float) -> bool:
    """Whether the right number, in the learner's digits, is that operand as well."""
    return abs(finding.exact - operand) <= finding.answer.written.unit
