"""The verdict on one number, with its reason: what the judge finds, and everybody else reads."""

from __future__ import annotations

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.carried import Carried
from tracer.diagnose.mistakes.match import MistakeMatch
from tracer.digits.rounding import Rounding
from tracer.formula import Expression
from tracer.immutable import immutable
from tracer.model.quantity import Identity

VERDICTS = ("right", "rounding", "coarse", "follows", "mistake", "wrong")
"""In the words of the JSON; the last two are wrong by themselves."""

BLAMED = frozenset({"mistake", "wrong"})
"""Wrong by itself."""
TAINTED = BLAMED | {"follows"}
"""Not what it should be, by itself or because of an earlier number."""


@immutable
class Finding:
    """The verdict on one number, and its reason.

    `exact` is the right value; `carried` what `formula` gives at the numbers of `calculation`, the
    learner's own (None where there is none). `truncated`: right, but cut off and not rounded.
    `misrounded`: off by one unit of the last digit. `after`: the wrong numbers it follows from, or
    (`same_slip`) the one that shows the same slip in an earlier step, which wasn't supplied.
    `possible`: the mistakes that may have been made, where too few digits tell which. `stepwise`: the
    rounding that gives the number where every step is rounded so, and exact steps don't.
    """

    answer: Answer
    verdict: str
    exact: float
    carried: float | None = None
    formula: Expression | None = None
    calculation: Carried | None = None
    truncated: bool = False
    misrounded: bool = False
    after: tuple[Identity, ...] = ()
    same_slip: bool = False
    matches: tuple[MistakeMatch, ...] = ()
    possible: tuple[MistakeMatch, ...] = ()
    stepwise: Rounding | None = None

    @property
    def identity(self) -> Identity:
        """Which number it is."""
        return self.answer.identity

    @property
    def blamed(self) -> bool:
        """Whether it is wrong by itself."""
        return self.verdict in BLAMED

    @property
    def tainted(self) -> bool:
        """Whether it is not what it should be."""
        return self.verdict in TAINTED
