"""How far the command's numbers are from the oracle's.

The error of a number is relative to itself, or to a thousandth of the greatest of its kind (all
weights' gradients, all new weights, …) in its iteration, where that is more: the last digits of a
number next to 0 are those of what it was made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

FLOOR = 1e-3
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Difference:
    """A number, what the oracle has, and what was said."""

    name: str
    iteration: int
    right: float
    said: float
    error: float


def kind_of(name: str) -> str:
    """The array that a number belongs to: w12+ and w3+ are of one."""
    return _DIGITS.sub("", name)


def differences(
    right: Mapping[str, Decimal], said: Mapping[str, float | Decimal], iteration: int
) -> Iterator[Difference]:
    """Each number that both have, with its relative error."""
    scales: dict[str, float] = {}
    for name, exact in right.items():
        scales[kind_of(name)] = max(scales.get(kind_of(name), 0.0), abs(float(exact)))
    for name, exact in right.items():
        if name in said:
            size = max(abs(float(exact)), FLOOR * scales[kind_of(name)])
            off = abs(float(Decimal(said[name]) - exact))
            error = off / size if size else (0.0 if off == 0 else float("inf"))
            yield Difference(name, iteration, float(exact), float(said[name]), error)


def noise(exact: list[dict[str, Decimal]], rough: list[dict[str, Decimal]]) -> float:
    """The greatest error of the same calculation with as many digits as a float has."""
    return max(
        difference.error
        for k, (right, said) in enumerate(zip(exact, rough, strict=True), 1)
        for difference in differences(right, said, k)
    )
