"""Answers that come one after the other, each judged when it comes: what `walk --ask` asks of `check`.

The numbers answered so far are the sheet, and the one just typed is its last. Those are the same
verdicts, from the same judge; only that no other convention is looked for, since whoever answers has
the formula of each number before them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.check import check
from tracer.diagnose.finding import Finding
from tracer.diagnose.judging import Wanted
from tracer.diagnose.manners import own_digits
from tracer.digits.numbers import Written
from tracer.digits.rounding import Rounding
from tracer.explain.calculation import Calculation
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity

_LAST_BITS = 4e-15


class Dialogue:
    """Judges answers to the numbers of one iteration, which are asked for in `order`.

    `exact`: the iteration's right numbers. With `rounding`, `by_hand` has them as they are when every
    step is rounded so: those are right then.
    """

    def __init__(
        self,
        experiment: Experiment | GraphExperiment,
        exact: Calculation,
        order: Sequence[Identity],
        rounding: Rounding | None = None,
        by_hand: Mapping[Identity, float] | None = None,
    ) -> None:
        self._experiment, self._by_hand = experiment, by_hand
        self._moment = Moment(exact.number)
        self._exact = {self._moment: exact}
        self._place = {identity: place for place, identity in enumerate(order)}
        self._wanted = Wanted(rounding, conventions=False)
        self._answers: dict[Identity, Answer] = {}

    def judged(self, identity: Identity, text: str) -> Finding:
        """The verdict on the number in `text`, which takes the place of an earlier answer.

        Raises:
            ValueError: the text is no number.
        """
        answer = Answer.of(self._moment, identity, Written.parse(text))
        self._answers[identity] = answer
        place = self._place[identity]
        sheet = [a for key, a in self._answers.items() if self._place[key] <= place]
        finding = self._checked(sheet, identity, self._wanted)
        if finding.blamed and self._by_hand is None:
            finding = self._as_rounded(finding, sheet)
        return self._as_by_hand(finding)

    def _checked(self, sheet: Sequence[Answer], identity: Identity, wanted: Wanted) -> Finding:
        checked = check(self._experiment, sheet, wanted=wanted, found=self._exact)
        return next(f for f in checked.findings if f.identity == identity)

    def _as_rounded(self, finding: Finding, sheet: Sequence[Answer]) -> Finding:
        """The finding as one of somebody who rounds every step, where that makes it right.

        A whole sheet shows whether its author does; its first few numbers can't.
        """
        for digits in own_digits(sheet):
            wanted = replace(self._wanted, rounding=digits)
            other = self._checked(sheet, finding.identity, wanted)
            if other.verdict == "rounding":
                return other
        return finding

    def _as_by_hand(self, finding: Finding) -> Finding:
        """The finding where the number by hand is the right one, and the exact one is near it."""
        if self._by_hand is None:
            return finding
        right = self._by_hand[finding.identity]
        if abs(finding.answer.value - right) <= _LAST_BITS * abs(right):
            return Finding(finding.answer, "right", finding.exact)
        return replace(finding, verdict="rounding") if finding.verdict == "right" else finding
