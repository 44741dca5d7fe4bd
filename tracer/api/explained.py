"""Numbers with their formulas: what `explain` gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from tracer.api.arguments import refused, whole_or_all, yes_or_no
from tracer.api.iterations import Iterations
from tracer.api.shown import Several
from tracer.digits.numbers import NumberFormat
from tracer.errors import UsageError
from tracer.explain.calculation import Calculation
from tracer.explain.explanation import needed
from tracer.graph.names import GraphNames
from tracer.immutable import immutable
from tracer.model.names import Names
from tracer.model.quantity import Identity
from tracer.show.document import Document
from tracer.show.reports.explain import explain_blocks, records
from tracer.show.reports.explain_objects import record

_LONGEST = 200


@immutable
class Explanation:
    """One number: its formula as text that can be typed, the same with the numbers put in, its value.

    `formula` and `substituted` are None for what is given; `inputs`: the numbers that went in.
    """

    name: str
    formula: str | None
    substituted: str | None
    value: float | None
    inputs: Mapping[str, float]

    def __str__(self) -> str:
        steps = (self.formula, self.substituted, self.value)
        told = dict.fromkeys(str(step) for step in steps if step is not None)
        return " = ".join((self.name, *told))


@dataclass(frozen=True, eq=False, repr=False)
class Explained(Several[Explanation]):
    """Numbers in the order of the calculation, the last ones asked for; a sequence of explanations.

    >>> import tracer
    >>> explained = tracer.trace("mazur").explain("delta_h1", depth=2)
    >>> [one.name for one in explained]
    ['dE/dout_h1', 'dout/dnet_h1', 'delta_h1']
    >>> explained.value
    0.008771354689...
    """

    _found: tuple[tuple[Calculation, tuple[Identity, ...]], ...]
    _depth: int | None
    _full: bool

    @cached_property
    def _items(self) -> tuple[Explanation, ...]:
        return tuple(Explanation(**one) for one in self.json())

    @property
    def _asked(self) -> Explanation:
        """The number that was asked for, the first if there are several."""
        calculation, identities = self._found[0]
        name = calculation.names.name(identities[0])
        return next(one for one in self._items if one.name == name)

    @property
    def formula(self) -> str | None:
        """The formula of the number that was asked for, the first if there are several."""
        return self._asked.formula

    @property
    def substituted(self) -> str | None:
        """The same with the numbers put in."""
        return self._asked.substituted

    @property
    def value(self) -> float | None:
        """Its value; None where float64 can't hold it."""
        return self._asked.value

    @property
    def inputs(self) -> Mapping[str, float]:
        """The numbers that went in."""
        return self._asked.inputs

    def json(self) -> list[dict[str, Any]]:
        """The objects that `bptrace explain --format json` prints."""
        return [
            record(calculation, one)
            for calculation, asked in self._found
            for one in needed(calculation, asked, self._depth)
        ]

    def __repr__(self) -> str:
        return "\n".join(map(_shortened, self._items))

    @property
    def _names(self) -> Names | GraphNames:
        names: Names | GraphNames = self._found[0][0].trace.names
        return names

    def _blocks(self, numbers: NumberFormat) -> Document:
        yield records(self.json())
        for calculation, asked in self._found:
            yield from explain_blocks(calculation, asked, self._depth, numbers)


def _shortened(one: Explanation) -> str:
    """On one line, that of a long sum cut off."""
    told = str(one)
    return f"<{told}>" if len(told) <= _LONGEST else f"<{told[:_LONGEST]} … = {one.value}>"


def explain(
    iterations: Iterations,
    first: int,
    names: Sequence[str],
    depth: int | Literal["all"],
    *,
    full: bool,
) -> Explained:
    """The numbers of these names explained; those of one iteration together."""
    if not names:
        raise UsageError("explain needs the name of a number", 'an example: explain("dE/dw1")')
    yes_or_no(full=full)
    deep = whole_or_all("depth", depth)
    if deep is None:
        raise refused("depth", depth, "a whole number from 1, or 'all'")
    found: dict[Calculation, list[Identity]] = {}
    for name in names:
        calculation, identity = iterations.find(name, first)
        found.setdefault(calculation, []).append(identity)
    asked = tuple((calculation, tuple(some)) for calculation, some in found.items())
    return Explained(asked, deep if isinstance(deep, int) else None, full)
