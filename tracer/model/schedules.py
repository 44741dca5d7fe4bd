"""One class a schedule: the learning rate of an iteration, from the number of updates before it.

Symbols: k the updates made before, 0 in iteration 1; with a warm-up of N iterations the rate first
rises in equal steps, initial·(k + 1)/N, and the schedule counts k from the end of it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from tracer.formula.primitives import cos
from tracer.model.options import numbers_of, option, unstated

Numbers = Mapping[str, Any]
"""The numbers or symbols of a schedule, by their names; `initial` is the rate that it starts from."""

_OVER = "after how many iterations the rate is final"
_FINAL = "the rate at the end, which stays"


@dataclass(frozen=True, kw_only=True)
class Schedule(ABC):
    """The fields of a row are its options, see `tracer.model.options`; `words` is its formula."""

    name: ClassVar[str]
    words: ClassVar[str]
    also: ClassVar[tuple[str, ...]] = ()

    warmup: int = option(
        "over how many iterations the rate rises first", 0, whole=True, least=0, symbol=False
    )

    k_counted: str = unstated(
        "what k is in iteration 1",
        "from_0",
        {"from_1": "the schedule's k counted from 1: the first rate is one step further already"},
    )
    updates_a_step: int = 1
    """What k counts: so many updates; no configuration states another number."""

    def learning_rate(self, updates: int, numbers: Numbers) -> Any:
        """The rate after so many updates."""
        updates = updates // self.updates_a_step + (self.k_counted == "from_1")
        if updates < self.warmup:
            return numbers["initial"] * (updates + 1) / self.warmup
        return self.after(updates - self.warmup, numbers)

    @abstractmethod
    def after(self, k: int, numbers: Numbers) -> Any:
        """The rate k updates after the warm-up."""

    @property
    def varies(self) -> bool:
        """Whether the rate is another in another iteration."""
        return True

    def numbers(self, initial: float) -> dict[str, float]:
        """What the rate is calculated from, by the names in formulas; nothing where it is fixed."""
        return {"initial": initial, **numbers_of(self)} if self.varies else {}


@dataclass(frozen=True, kw_only=True)
class Constant(Schedule):
    """lr = initial."""

    name = "constant"
    words = "initial"

    @property
    def varies(self) -> bool:
        """With a warm-up only."""
        return self.warmup > 0

    def after(self, k: int, numbers: Numbers) -> Any:
        """lr = initial."""
        return numbers["initial"]


@dataclass(frozen=True, kw_only=True)
class Step(Schedule):
    """lr = initial·factor^⌊k/every⌋."""

    name = "step"
    words = "initial·factor^⌊k/every⌋"
    also = ("staircase", "step_decay")

    factor: float = option("by which the rate is multiplied", above=0.0)
    every: int = option("after so many iterations each", whole=True, least=1, symbol=False)

    def after(self, k: int, numbers: Numbers) -> Any:
        """lr = initial·factor^⌊k/every⌋."""
        return numbers["initial"] * _power(numbers["factor"], k // self.every)


@dataclass(frozen=True, kw_only=True)
class Exponential(Schedule):
    """lr = initial·rateᵏ."""

    name = "exponential"
    words = "initial·rateᵏ"
    also = ("exp", "exponential_decay")

    rate: float = option("by which the rate is multiplied in each iteration", above=0.0)

    def after(self, k: int, numbers: Numbers) -> Any:
        """lr = initial·rateᵏ."""
        return numbers["initial"] * _power(numbers["rate"], k)


@dataclass(frozen=True, kw_only=True)
class InverseTime(Schedule):
    """lr = initial/(1 + rate·k)."""

    name = "inverse_time"
    words = "initial/(1 + rate·k)"
    also = ("inverse", "time_based", "1/t")

    rate: float = option("how fast the divisor grows", least=0.0)

    def after(self, k: int, numbers: Numbers) -> Any:
        """lr = initial/(1 + rate·k)."""
        return numbers["initial"] / (1 + numbers["rate"] * k)


@dataclass(frozen=True, kw_only=True)
class Linear(Schedule):
    """lr = initial + (final − initial)·k/over, then final."""

    name = "linear"
    words = "initial + (final − initial)·k/over, then final"
    also = ("linear_decay", "polynomial")

    final: float = option(_FINAL, least=0.0)
    over: int = option(_OVER, whole=True, least=1)

    def after(self, k: int, numbers: Numbers) -> Any:
        """lr = initial + (final − initial)·k/over, then final."""
        if k >= self.over:
            return numbers["final"]
        return numbers["initial"] + (numbers["final"] - numbers["initial"]) * k / numbers["over"]


@dataclass(frozen=True, kw_only=True)
class Cosine(Schedule):
    """lr = final + (initial − final)·(1 + cos(π·k/over))/2, then final."""

    name = "cosine"
    words = "final + (initial − final)·(1 + cos(π·k/over))/2, then final"
    also = ("cosine_annealing", "cos", "cosine_decay")

    final: float = option(_FINAL, least=0.0)
    over: int = option(_OVER, whole=True, least=1)

    def after(self, k: int, numbers: Numbers) -> Any:
        """lr = final + (initial − final)·(1 + cos(π·k/over))/2, then final."""
        if k >= self.over:
            return numbers["final"]
        turned = 1 + cos(math.pi * k / numbers["over"])
        return numbers["final"] + (numbers["initial"] - numbers["final"]) * turned / 2


def _power(base: Any, k: Any) -> Any:
    """baseᵏ; infinity where Python's own floats raise an error, and NumPy's don't."""
    try:
        return base**k
    except OverflowError:
        return math.inf


_ROWS: tuple[type[Schedule], ...] = (Constant, Step, Exponential, InverseTime, Linear, Cosine)

SCHEDULES = {row.name: row for row in _ROWS}
"""The schedules by the name that a configuration uses."""
CONSTANT = Constant()
"""The learning rate as it is given."""
