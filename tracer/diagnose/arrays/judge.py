"""Judges the arrays of one moment: right, following from earlier wrong ones, or wrong by themselves.

With s an array supplied, x the exact one, c what the engine makes of the arrays supplied before it, and
u what its precision allows (`ArrayAnswer.slack`), number by number:

    |s − x| ≤ u       right; coarse where u can't tell x from half or double of it
    |s − c| ≤ u       follows from the wrong arrays that c was made of
    else              wrong by itself
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace

import numpy as np
import numpy.typing as npt

from tracer.diagnose.answers.model import ArrayAnswer
from tracer.diagnose.answers.precision import FLOAT64
from tracer.diagnose.arrays.finding import COARSE, FOLLOWS, MISTAKE, RIGHT, WRONG, ArrayFinding
from tracer.diagnose.arrays.kept import Kept, OwnNumbers, by_stage
from tracer.diagnose.arrays.lost import lost
from tracer.diagnose.arrays.mistakes import ArrayMistakes, WrongArray
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.immutable import immutable
from tracer.model.network import FloatArray
from tracer.model.quantity import BEFORE, Identity, Quantity, Stage

Start = Mapping[Stage, FloatArray]
"""Parameters before an iteration."""


@immutable
class JudgedArrays:
    """The findings in the order of the calculation, and what the calculation comes to with the arrays.

    `own` has the learner's arrays in place of what is calculated, and everything else from them.
    `start`: the parameters before it, where they come from wrong arrays of the iteration before.
    """

    findings: tuple[ArrayFinding, ...]
    own: IterationTrace
    start: Start = field(default_factory=dict)

    @property
    def numbers(self) -> OwnNumbers:
        """The arrays' numbers by identity."""
        arrays = {finding.stage: finding.answer.values for finding in self.findings}
        return OwnNumbers(self.own.batch, {**self.start, **arrays})

    @property
    def after(self) -> Start:
        """The parameters after the update, as they follow from the arrays."""
        return {
            replace(stage, kind=BEFORE[stage.kind]): array
            for stage, array in self.own.arrays.items()
            if stage.kind in BEFORE
        }

    @property
    def any_tainted(self) -> bool:
        """Whether anything in its arrays, or in what it starts from, is not what it should be."""
        return bool(self.start) or any(finding.tainted for finding in self.findings)

    def tainted(self, identity: Identity) -> bool:
        """Whether a number of an array is not what it should be."""
        if not isinstance(identity, Quantity) or identity not in self.numbers:
            return False
        finding = next((f for f in self.findings if f.stage == identity.stage), None)
        if finding is None:
            return True  # what it starts from
        return int(finding.codes[self.own.batch.place(identity)]) >= FOLLOWS


class ArrayJudge:
    """Judges the arrays of a moment, which may come in any order.

    `numbers` are single ones that were supplied beside them, `earlier` the judged arrays of the
    iteration before. `factors`: the arrays of these stages have been multiplied so.
    """

    def __init__(
        self,
        exact: Calculation,
        answers: Sequence[ArrayAnswer],
        numbers: Mapping[Identity, float],
        earlier: JudgedArrays | None,
        factors: Mapping[Stage, float],
    ) -> None:
        order = {stage: place for place, stage in enumerate(exact.trace.arrays)}
        answers = sorted(answers, key=lambda answer: order[answer.stage])
        self._exact, self._answers, self._factors = exact, answers, factors
        self._trace: IterationTrace = exact.trace
        arrays = {answer.stage: answer.values for answer in answers}
        self._spoiled = tuple(f for f in earlier.findings if f.tainted) if earlier else ()
        start = earlier.after if earlier is not None and self._spoiled else {}
        self._start, self._numbers = start, numbers
        self._kept = [Kept(self._trace.batch, arrays, by_stage(numbers), start) for _ in range(2)]
        self._own: list[IterationTrace] = [
            self._trace.recalculated(kept, shortcut=shortcut)
            for kept, shortcut in zip(self._kept, (False, True), strict=True)
        ]
        self._findings: dict[Stage, ArrayFinding] = {}

    @property
    def start(self) -> Start:
        """The parameters before the iteration, where wrong arrays have made them."""
        return self._start

    @property
    def own(self) -> IterationTrace:
        """The calculation from the arrays supplied."""
        return self._own[0]

    def findings(self, progress: Callable[[int], None] | None = None) -> tuple[ArrayFinding, ...]:
        """The verdicts, in the order of the calculation; `progress` hears how many there are."""
        self._lost = {a.stage: np.zeros_like(self._trace.arrays[a.stage]) for a in self._answers}
        if self._differs():  # what rounding loses takes a few calculations to see
            self._lost = self._rounding(self._trace, None)
            if self._differs():
                self._carry()
        for answer in self._answers:
            self._findings[answer.stage] = self._finding(answer)
            if progress:
                progress(len(self._findings))
        return tuple(self._findings.values())

    def _differs(self) -> bool:
        """Whether some numbers are not the right ones."""
        self._unlike = {a.stage: ~self._near(a, self._trace.arrays[a.stage]) for a in self._answers}
        return any(unlike.any() for unlike in self._unlike.values())

    def _carry(self) -> None:
        """Runs the engine on the arrays supplied, and sees what rounding loses there."""
        for own in self._own:
            own.arrays  # noqa: B018
        there = self._rounding(self._trace, self._kept[0])
        self._lost = {s: np.maximum(found, there[s]) for s, found in self._lost.items()}
        stages = [answer.stage for answer in self._answers]
        self._mistakes = ArrayMistakes(self._exact, self._own[0], stages)

    def _rounding(self, trace: IterationTrace, kept: Kept | None) -> dict[Stage, FloatArray]:
        """What rounding may lose, by the type of most care; kept arrays are calculated anew."""
        epsilons = {answer.precision.epsilon for answer in self._answers if not answer.tolerance}
        if not epsilons:
            return {a.stage: np.zeros_like(self._trace.arrays[a.stage]) for a in self._answers}
        return _merged(
            lost(trace, stages, epsilon, kept)
            for epsilon in sorted(epsilons)
            for stages in [[a.stage for a in self._answers if a.precision.epsilon == epsilon]]
        )

    def _near(self, answer: ArrayAnswer, true: FloatArray) -> npt.NDArray[np.bool_]:
        slack = answer.slack(true, self._lost[answer.stage])
        with np.errstate(all="ignore"):
            near: npt.NDArray[np.bool_] = np.abs(answer.values - true) <= slack
        return near

    def _finding(self, answer: ArrayAnswer) -> ArrayFinding:
        stage, exact = answer.stage, self._trace.arrays[answer.stage]
        slack, unlike = answer.slack(exact, self._lost[stage]), self._unlike[stage]
        codes = np.where(
            self._coarse(answer, exact, slack, self._lost[stage]) & ~unlike, COARSE, RIGHT
        )
        carried = self._kept[0].calculated.get(stage, exact)
        finding = ArrayFinding(
            answer, self._trace.batch, exact, carried, codes.astype(np.int8), slack,
            factor=self._factors.get(stage, 1.0),
        )  # fmt: skip
        return self._unlike_exact(finding, unlike) if unlike.any() else finding

    def _unlike_exact(self, finding: ArrayFinding, unlike: npt.NDArray[np.bool_]) -> ArrayFinding:
        """The finding on an array with numbers that aren't the exact ones."""
        answer, codes = finding.answer, finding.codes
        wrong = unlike.copy()
        for kept in self._kept:
            wrong &= ~self._near(answer, kept.calculated[answer.stage])
        before = self._wrong_before(answer.stage)
        # What agrees with right arrays before it, rounded, is right.
        codes[unlike] = FOLLOWS if before or self._numbers else RIGHT
        codes[wrong] = WRONG
        finding = replace(finding, after=before if (codes == FOLLOWS).any() else ())
        if not wrong.any():
            return finding
        lost_here = self._lost[answer.stage]
        case = WrongArray(answer, wrong, finding.exact, finding.carried, lost_here)
        matches = self._mistakes.matches(case)
        if not matches:
            return finding
        same = [
            earlier
            for earlier in self._findings.values()
            if any(m.step and m in earlier.matches for m in matches)
        ]
        codes[wrong] = FOLLOWS if same else MISTAKE
        if same:
            return replace(finding, after=(same[0],), same_slip=True)
        return replace(finding, matches=matches)

    def _wrong_before(self, stage: Stage) -> tuple[ArrayFinding, ...]:
        """The wrong arrays that this one is made of, by way of those that weren't supplied."""
        between = [stage, *self._mistakes.before(stage)]
        made_of = dict.fromkeys(made for s in between for made in self._mistakes.made_of(s))
        found = [self._findings[made] for made in made_of if made in self._findings]
        if not self._start.keys().isdisjoint({stage, *(made_of.keys() - self._findings.keys())}):
            found += self._spoiled[:1]
        return tuple(f for f in found if f.tainted)

    @staticmethod
    def _coarse(
        answer: ArrayAnswer, exact: FloatArray, slack: FloatArray, lost: FloatArray
    ) -> npt.NDArray[np.bool_]:
        """Where the allowance can't tell the right number from half or double of it.

        What is nothing but the engine's own rounding is 0, and that can be told.
        """
        if answer.tolerance is not None:
            return np.zeros(exact.shape, dtype=bool)
        noise = lost * (FLOAT64.epsilon / answer.precision.epsilon)
        size, away = np.abs(exact), np.abs(answer.values - exact)
        coarse: npt.NDArray[np.bool_] = (
            (slack >= size / 2) & (size > noise) & (away > answer.precision.relative * size)
        )
        return coarse


def _merged(found: Iterable[Mapping[Stage, FloatArray]]) -> dict[Stage, FloatArray]:
    return {stage: array for each in found for stage, array in each.items()}
