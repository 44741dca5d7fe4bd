"""A formula made ready to be evaluated many times: what it uses is known, and it becomes a function.

Gives what `evaluate` gives, to the last bit, and raises what that raises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

from tracer.formula.derivatives import derivatives
from tracer.formula.evaluation import evaluate
from tracer.formula.nodes import Expression, Key
from tracer.formula.python import namespace, to_python
from tracer.formula.rewriting import symbols

_FUNCTIONS_AT_HAND = 1024
_LONGEST = 200
"""Operands beyond which a formula stays a tree: the compiler's nesting has limits, too."""


class Prepared:
    """A formula and its symbols' keys; a function once it is evaluated."""

    __slots__ = ("_function", "_slopes", "formula", "keys")

    def __init__(self, formula: Expression) -> None:
        self.formula, self.keys = formula, symbols(formula)
        self._function: Callable[..., float] | None = None
        self._slopes: Mapping[Key, Expression] | None = None

    @property
    def slopes(self) -> Mapping[Key, Expression]:
        """`derivatives(formula)`, found once."""
        if self._slopes is None:
            self._slopes = derivatives(self.formula)
        return self._slopes

    def value(self, values: Mapping[Key, float]) -> float:
        """`evaluate(formula, values)`."""
        if self._function is None:
            if len(self.keys) > _LONGEST:
                return evaluate(self.formula, values)
            self._function = self._compiled()
        try:
            result = self._function(*[values[key] for key in self.keys])
        except (ArithmeticError, ValueError):
            return evaluate(self.formula, values)  # says what is wrong, unless a branch isn't used
        return result if math.isfinite(result) else evaluate(self.formula, values)

    def _compiled(self) -> Callable[..., float]:
        names = {key: f"x{place}" for place, key in enumerate(self.keys)}
        source = f"lambda {', '.join(names.values())}: {to_python(self.formula, names.__getitem__)}"
        return _function(source)


@lru_cache(maxsize=_FUNCTIONS_AT_HAND)
def _function(source: str) -> Callable[..., float]:
    """What the source says; neurons of a layer have the same one."""
    made: Callable[..., float] = eval(source, namespace())
    return made
