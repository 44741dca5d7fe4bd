"""What an iteration is given: the options of the training, and the learning rate of a schedule.

The rate becomes one formula in k, the updates made before.

A schedule's row is written for whole numbers and asks them questions: `if k >= self.over`. Here it is
run on a symbol that answers each question in both ways, and the two answers become the branches of the
formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tracer.code.task import UPDATES
from tracer.engine.rule import Rule
from tracer.engine.stages import RATE
from tracer.formula import Expression, Key, Number, Symbol, as_expression, if_positive, symbols
from tracer.immutable import immutable
from tracer.model.quantity import Identity, Kind, Quantity, Stage
from tracer.model.schedules import Schedule


@immutable
class Floor:
    """The key of ⌊of/by⌋."""

    of: Expression
    by: int


class _QuestionError(Exception):
    """The row asks whether a formula is positive, and no answer is known yet."""

    def __init__(self, formula: Expression) -> None:
        super().__init__(formula)
        self.formula = formula


class _Counter:
    """A whole number that isn't known: calculates like one, and asks where it is compared."""

    def __init__(self, formula: Expression, known: Mapping[Expression, bool]) -> None:
        self.formula, self._known = formula, known

    def _with(self, formula: Expression) -> _Counter:
        return _Counter(formula, self._known)

    def __add__(self, other: Any) -> Any:
        if isinstance(other, int):
            return self._with(self.formula + int(other))
        return self.formula + other

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, int):
            return self._with(self.formula - int(other))
        return self.formula - other

    def __floordiv__(self, other: int) -> _Counter:
        return self if other == 1 else self._with(Symbol(Floor(self.formula, other)))

    def __lt__(self, other: int) -> bool:
        return self._positive(Number(float(other)) - self.formula) if other > 0 else False

    def __ge__(self, other: int) -> bool:
        return not self < other

    def __gt__(self, other: int) -> bool:
        return not self < other + 1

    def __le__(self, other: int) -> bool:
        return self < other + 1

    def _positive(self, formula: Expression) -> bool:
        if formula not in self._known:
            raise _QuestionError(formula)
        return self._known[formula]

    def __radd__(self, other: Any) -> Any:
        return other + self.formula

    def __mul__(self, other: Any) -> Any:
        return self.formula * other

    def __rmul__(self, other: Any) -> Any:
        return other * self.formula

    def __rsub__(self, other: Any) -> Any:
        return other - self.formula

    def __truediv__(self, other: Any) -> Any:
        return self.formula / other

    def __rpow__(self, other: Any) -> Any:
        return other**self.formula

    def __pow__(self, other: Any) -> Any:
        return self.formula**other


def settings_of(rule: Rule) -> dict[Identity, float]:
    """The options of the training by their identities, and the learning rate where it stays."""
    found: dict[Identity, float] = {}
    if rule.initial is not None and not rule.schedule.varies:
        found[RATE] = rule.initial
    return found | {_setting(name): value for name, value in rule.settings().items()}


def _setting(name: str) -> Quantity:
    return Quantity(Stage(Kind.SETTING, 0, slot=name))


def rate_of(rule: Rule) -> Expression | None:
    """The formula of the learning rate; None where it stays."""
    if rule.initial is None or not rule.schedule.varies:
        return None
    return rate_formula(rule.schedule, UPDATES, lambda name: Symbol(_setting(name)))


def rate_symbols(formula: Expression | None) -> set[Key]:
    """The symbols in the formula of a rate, those in what is rounded down too."""
    found: set[Key] = set()
    for key in () if formula is None else symbols(formula):
        found |= rate_symbols(key.of) if isinstance(key, Floor) else {key}
    return found


def rate_formula(
    schedule: Schedule, updates: Expression, number: Callable[[str], Expression]
) -> Expression:
    """The learning rate after so many updates; `number` gives the symbols of the row's numbers."""
    numbers = {name: number(name) for name in schedule.numbers(1.0)}

    def explored(known: dict[Expression, bool]) -> Expression:
        counter: Any = _Counter(updates, known)
        try:
            found = schedule.learning_rate(counter, numbers)
        except _QuestionError as asked:
            yes, no = (explored(known | {asked.formula: answer}) for answer in (True, False))
            branches: Expression = if_positive(asked.formula, yes, no)
            return branches
        return as_expression(found)

    return explored({})
