"""A function f of a few numbers that training changes: a polynomial, and its derivatives.

Its own names are `f` and `df/dw1`, as a graph's are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

Monomial = tuple[float, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Polynomial:
    """Σ coefficient · Π variable^power, with where the variables start."""

    start: Mapping[str, float]
    terms: Sequence[Monomial]

    def value(self, at: Mapping[str, Decimal]) -> Decimal:
        """f."""
        return sum((_term(number, powers, at) for number, powers in self.terms), Decimal(0))

    def gradient(self, at: Mapping[str, Decimal]) -> dict[str, Decimal]:
        """∂f/∂ each variable."""
        return {name: self._slope(name, at) for name in self.start}

    def _slope(self, name: str, at: Mapping[str, Decimal]) -> Decimal:
        total = Decimal(0)
        for number, powers in self.terms:
            if power := powers.get(name, 0):
                total += power * _term(number, {**powers, name: power - 1}, at)
        return total

    def lines(self) -> list[str]:
        """As lines of YAML, but for the training."""
        terms = ["*".join([f"({number!r})", *_powers(powers)]) for number, powers in self.terms]
        start = ", ".join(f"{name}: {number!r}" for name, number in self.start.items())
        return ["graph:", f"  inputs: {{{start}}}", "  nodes:", f"    f: {' + '.join(terms)}"]


def _term(number: float, powers: Mapping[str, int], at: Mapping[str, Decimal]) -> Decimal:
    result = Decimal(number)
    for name, power in powers.items():
        result *= at[name] ** power if power else 1
    return result


def _powers(powers: Mapping[str, int]) -> list[str]:
    return [name if power == 1 else f"{name}**{power}" for name, power in powers.items()]
