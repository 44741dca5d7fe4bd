"""The verdict on an array, and on each of its numbers when somebody asks for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Tolerance
from tracer.diagnose.finding import Finding
from tracer.diagnose.mistakes.search import MistakeMatch
from tracer.digits.numbers import Written, shortest
from tracer.engine.batches import Batch
from tracer.immutable import immutable
from tracer.model.network import FloatArray
from tracer.model.quantity import Index, Quantity, Stage

RIGHT, COARSE, FOLLOWS, MISTAKE, WRONG = range(5)
"""The verdicts on an array's numbers, as small whole numbers."""
WORDS = ("right", "coarse", "follows", "mistake", "wrong")
"""The same in the words of the JSON."""
_DIGITS = 17


@immutable
class ArrayMatch:
    """A mistake that explains every wrong number of an array.

    `step`: the earlier array in whose formulas it was made, where it wasn't supplied; `help`: the
    sentence of its row.
    """

    name: str
    help: str
    step: Stage | None = None


@dataclass(frozen=True, eq=False)
class ArrayFinding:
    """An array's verdicts, number by number, in `codes`.

    `exact` is the right array; `carried` what follows from the arrays supplied before it, `after` the
    wrong ones among those (or, with `same_slip`, the one that shows the same mistake). `factor`: a
    convention of the whole file was undone by multiplying with it. `lost`: what rounding may lose.
    """

    answer: ArrayAnswer
    batch: Batch
    exact: FloatArray
    carried: FloatArray
    codes: npt.NDArray[np.int8]
    slack: FloatArray
    after: tuple[ArrayFinding, ...] = ()
    same_slip: bool = False
    matches: tuple[ArrayMatch, ...] = ()
    factor: float = 1.0

    @property
    def stage(self) -> Stage:
        """Which array it is."""
        return self.answer.stage

    @property
    def counts(self) -> Counter[str]:
        """How many numbers got each verdict."""
        codes, counts = np.unique(self.codes, return_counts=True)
        return Counter(
            {WORDS[code]: n for code, n in zip(codes.tolist(), counts.tolist(), strict=True)}
        )

    @property
    def verdict(self) -> str:
        """Of the whole: its worst number's; coarse where most numbers but zeros can't be told."""
        worst = int(self.codes.max(initial=RIGHT))
        if worst == COARSE:
            telling = int(((self.codes == RIGHT) & (self.exact != 0)).sum())
            worst = COARSE if telling < int((self.codes == COARSE).sum()) else RIGHT
        return WORDS[worst]

    @cached_property
    def blamed(self) -> bool:
        """Whether some of its numbers are wrong by themselves."""
        return bool((self.codes >= MISTAKE).any())

    @cached_property
    def tainted(self) -> bool:
        """Whether some are not what they should be, by themselves or because of earlier ones."""
        return bool((self.codes >= FOLLOWS).any())

    @property
    def off(self) -> int:
        """How many numbers are not the right ones."""
        return int((self.codes >= FOLLOWS).sum())

    @property
    def difference(self) -> float:
        """The largest |given − right|."""
        return float(np.abs(self.answer.values - self.exact).max(initial=0.0))

    @property
    def ratio(self) -> float | None:
        """c ≠ 0, where every number that is off is c times the right one; None without such a c."""
        off = self.codes >= FOLLOWS
        given, right = self.answer.values[off], self.exact[off]
        if off.sum() < 2 or not right.all():
            return None
        with np.errstate(all="ignore"):
            middle = float(np.median(given / right))
            near = np.abs(given - middle * right) <= self.slack[off] * max(1.0, abs(middle)) * 2
        return middle if middle and np.isfinite(middle) and near.all() else None

    @property
    def first(self) -> Finding | None:
        """The first number that is wrong by itself, or else that only follows."""
        return self.at(self._first) if self._first is not None else None

    @property
    def worst(self) -> Finding | None:
        """The number that is furthest from the right one, among those that aren't right."""
        off = self.codes >= FOLLOWS
        if not off.any():
            return None
        away = np.where(off, np.abs(self.answer.values - self.exact), -1.0)
        return self.at(tuple(map(int, np.unravel_index(int(away.argmax()), away.shape))))

    @cached_property
    def _first(self) -> Index | None:
        """Where that number stands."""
        worst = self.codes >= (MISTAKE if self.blamed else FOLLOWS)
        found = np.argwhere(worst)[:1].tolist()
        return tuple(found[0]) if found else None

    @cached_property
    def _wrong_before(self) -> tuple[Quantity, ...]:
        """The first wrong number of each array that these follow from."""
        wrong = ((array, array._first) for array in self.after)
        return tuple(a.batch.quantity(a.stage, first) for a, first in wrong if first is not None)

    def findings(self) -> Iterator[Finding]:
        """The verdict on each number, in order."""
        return map(self.at, np.ndindex(self.codes.shape))

    def at(self, place: Index) -> Finding:
        """The verdict on the number that stands there."""
        value, code = float(self.answer.values[place]), int(self.codes[place])
        identity = self.batch.quantity(self.stage, place)
        tolerance = Tolerance(0.0, float(self.slack[place]))
        written = _written(value / self.factor, value)
        finding = Finding(
            Answer(self.answer.moment, identity, written, tolerance),
            WORDS[code],
            float(self.exact[place]),
            float(self.carried[place]),
        )
        if code == MISTAKE:
            matches = tuple(MistakeMatch(m.name, m.help, value) for m in self.matches)
            return replace(finding, matches=matches)
        if code != FOLLOWS:
            return finding
        return replace(finding, after=self._wrong_before, same_slip=self.same_slip)


def _written(given: float, value: float) -> Written:
    """A float in full, as it was given; `value` is the same in this program's words."""
    return Written(shortest(given), value, _DIGITS, _DIGITS, 0.0)
