"""What a judge in a page has to know of each number of a calculation: its formulas, and its mistakes'.

Between a traced calculation and the data of an exercise. Right values of what is calculated are not
among it: whoever judges calculates them from what is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tracer.diagnose.enclosed import with_options
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.table import MistakenNumbers
from tracer.diagnose.parts import by_parts
from tracer.errors import UnknownNameError
from tracer.explain.calculation import Calculation
from tracer.formula import Expression
from tracer.model.quantity import Identity, Quantity
from tracer.page.trees import Shapes

Record = dict[str, Any]
"""`given`: the number; or `formula`, and where there are such `shortcut`, `parts`, `mistakes`, and
`worked`, the formula with the options of the training put in."""


@dataclass
class Numbers:
    """The numbers of a page's calculations, in the order in which they are met; each has its place."""

    identities: list[Identity] = field(default_factory=list)
    _places: dict[Identity, int] = field(default_factory=dict)

    def place(self, identity: Identity) -> int:
        """The number's place in the list, at its end if it is a new one."""
        if identity not in self._places:
            self._places[identity] = len(self.identities)
            self.identities.append(identity)
        return self._places[identity]

    def __contains__(self, identity: Identity) -> bool:
        return identity in self._places


class Records:
    """The records of one calculation, by the number's place."""

    def __init__(self, exact: Calculation, numbers: Numbers, shapes: Shapes) -> None:
        self._exact, self._numbers, self._shapes = exact, numbers, shapes
        self._table = MistakenNumbers(exact)

    def all(self) -> dict[int, Record]:
        """Of all numbers of the calculation, and of all that their formulas stand on."""
        found: dict[int, Record] = {}
        for identity in self._exact:
            self._numbers.place(identity)
        place = 0
        while place < len(self._numbers.identities):
            identity = self._numbers.identities[place]
            if self._has(identity):
                found[place] = self._record(identity)
            place += 1
        return found

    def _has(self, identity: Identity) -> bool:
        try:
            self._exact.value(identity)
        except (UnknownNameError, KeyError):
            return False
        return True

    def _record(self, identity: Identity) -> Record:
        formula = self._exact.formula(identity)
        if formula is None:
            return {"given": self._exact.value(identity)}
        record: Record = {"formula": self._shapes.with_slopes(formula)}
        others = {
            "shortcut": self._exact.shortcut(identity),
            "parts": by_parts(self._exact, identity, formula),
        }
        for name, other in others.items():
            if other is not None:
                record[name] = self._shapes.with_slopes(other)
        worked = self._worked(formula)
        if worked is not None:
            record["worked"] = self._shapes.formula(worked)
        mistakes = list(self._mistakes(identity))
        return record | ({"mistakes": mistakes} if mistakes else {})

    def _worked(self, formula: Expression) -> Expression | None:
        """The formula with the options of the training put in; None where that changes nothing."""
        worked: Expression = with_options(formula, self._exact)
        return None if worked == formula else worked

    def _mistakes(self, identity: Identity) -> Iterator[list[Any]]:
        """The place of a row, whether the slip is only made here instead, the rewritten formulas."""
        if not isinstance(identity, Quantity):
            return
        for place, row in enumerate(MISTAKES.values()):
            late = identity.kind not in row.kinds
            if late and identity.kind not in row.also:
                continue
            if variants := self._table.variants(row.name, identity, True):
                yield [place, int(late), *map(self._shapes.formula, variants)]
