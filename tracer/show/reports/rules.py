"""Optimisers, schedules and penalties in words, at the head of a result.

The equations are the rows' own, run on symbols, so that what is said is what is calculated.
"""

from __future__ import annotations

from collections.abc import Callable

from tracer.digits.numbers import shortest
from tracer.formula import Expression, Symbol
from tracer.model.optimizers import Optimizer, Update
from tracer.model.schedules import Schedule
from tracer.model.settings import setting_letters
from tracer.show.document import Inline, Value
from tracer.show.notation.screen import text

_HATS = {"mhat": "m̂", "vhat": "v̂"}


def equations(
    optimizer: Optimizer, w: str = "w", gradient: str = "∂E/∂w", rate: str = "learning rate"
) -> list[tuple[str, Expression]]:
    """(what, formula): the states after the update, what is calculated on the way, the parameter."""
    found: list[tuple[str, Expression]] = []

    def observe(letter: str, formula: Expression) -> Expression:
        name = f"{letter}+" if letter in optimizer.slots else _HATS.get(letter, letter)
        found.append((name, formula))
        return Symbol(name)

    letters = setting_letters()
    step = Update(
        Symbol(w),
        Symbol(gradient),
        Symbol(rate),
        {slot: Symbol(slot) for slot in optimizer.slots},
        {name: Symbol(letters[name]) for name in optimizer.numbers()},
        Symbol("t"),
        observe,
    )
    after = optimizer.step(step)
    return [*found, (f"{w}+", after)]


def update_rule(optimizer: Optimizer, w: str = "w", gradient: str = "∂E/∂w") -> str:
    """`w+ = w − learning rate · ∂E/∂w`; an optimiser's equations with its options behind them."""
    short = "g" if optimizer.slots else gradient
    lines = equations(optimizer, w, short)
    rule = ", ".join(f"{name} = {_written(formula)}" for name, formula in lines)
    letters = setting_letters()
    meant = [f"g = {gradient}"] * (short != gradient)
    meant += [f"{letters[name]} = {shortest(x)}" for name, x in optimizer.numbers().items()]
    meant += ["t the number of the update"] * optimizer.asks_for_t
    return f"{rule}; {', '.join(meant)}" if meant else rule


def _written(formula: Expression) -> str:
    write: Callable[..., str] = text
    return write(formula, symbol=str, number=shortest, limit=None)


def learning_rate(initial: float, schedule: Schedule) -> tuple[Inline, ...]:
    """`, learning rate 0.5`; of a schedule its formula and its options."""
    if not schedule.varies:
        return (", learning rate ", Value(initial, exact=True))
    options = [f"{name} = {shortest(x)}" for name, x in schedule.numbers(initial).items()]
    start = f", rising over the first {schedule.warmup} iterations" if schedule.warmup else ""
    words = f"{schedule.words} with k updates before ({', '.join(options)}){start}"
    return (f", learning rate {words}",)
