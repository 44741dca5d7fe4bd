"""Optimisers, schedules and penalties in words, at the head of a result.

The equations are the rows' own, run on symbols, so that what is said is what is calculated.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tracer.digits.numbers import shortest
from tracer.formula import Expression, Symbol
from tracer.language import decimals, say
from tracer.model.clipping import Clip
from tracer.model.experiment import GraphTraining, Training
from tracer.model.optimizers import Optimizer, Update
from tracer.model.options import options_of
from tracer.model.penalties import Penalty
from tracer.model.schedules import Schedule
from tracer.model.settings import INITIAL, setting_letters
from tracer.show.document import Content, Value
from tracer.show.notation.screen import text
from tracer.show.words import worded

_HATS = {"mhat": "m̂", "vhat": "v̂"}


def equations(
    optimizer: Optimizer, w: str = "w", gradient: str = "∂E/∂w", rate: str = ""
) -> list[tuple[str, Expression]]:
    """(what, formula): the states after the update, what is calculated on the way, the parameter."""
    found: list[tuple[str, Expression]] = []

    def observe(letter: str, formula: Expression) -> Expression:
        kept = letter in optimizer.slots
        name = letter_after(letter) if kept else letter_on_the_way(letter)
        found.append((name, formula))
        return Symbol(name)

    letters = setting_letters()
    step = Update(
        Symbol(w),
        Symbol(gradient),
        Symbol(rate or say("learning rate")),
        {slot: Symbol(slot) for slot in optimizer.slots},
        {name: Symbol(letters[name]) for name in optimizer.numbers()},
        Symbol("t"),
        observe,
    )
    after = optimizer.step(step)
    return [*found, (f"{w}+", after)]


def update_items(
    descent: Training | GraphTraining,
    head: str = "",
    w: str = "w",
    gradient: str = "∂{ERROR}/∂w",
    *,
    order: str = "",
    given: Collection[str] = (),
) -> Iterator[Content]:
    """The update, a line each: its rule, what the optimiser keeps, the letters, clipping, schedule.

    `order`: when parameters change; `given`: the letters of states that don't start at 0.
    """
    optimizer, clip, schedule = descent.optimizer, descent.clip, descent.schedule
    head = head or say("Update")
    short = "g" if optimizer.slots or clip else gradient
    *kept, (new, rule) = equations(optimizer, w, short)
    line = say("{head}: {rule}", head=head, rule=f"{new} = {_written(rule)}")
    if not schedule.varies:
        line = say("{update}, learning rate {rate}", update=line)
    rate = Value(descent.learning_rate, exact=True)
    line = say("{update}; {order}.", update=line, order=order) if order else f"{line}."
    yield worded(line, rate=rate)
    yield from _kept(optimizer, kept, given)
    if clip:
        yield worded(_clipping(clip, gradient))
    meant = [f"g = {gradient}"] * (short != gradient and clip is None)
    meant += _values(optimizer.numbers())
    meant += [say("t the number of the update")] * optimizer.asks_for_t
    if meant:
        yield worded(say("With {meanings}.", meanings=", ".join(meant)))
    if schedule.varies:
        yield _scheduled(descent.learning_rate, schedule)


def _kept(
    optimizer: Optimizer, lines: Sequence[tuple[str, Expression]], given: Collection[str]
) -> Iterator[str]:
    """What the optimiser keeps and calculates on the way: formula, words, start."""
    words = {
        letter_after(slot): say(
            "{what}, at the start as given by `state`"
            if slot in given
            else "{what}, at the start 0",
            what=say(words),
        )
        for slot, words in optimizer.slots.items()
    }
    words |= {
        letter_on_the_way(letter): say(found) for letter, found in optimizer.corrected.items()
    }
    for name, formula in lines:
        yield say("{formula}: {words}.", formula=f"{name} = {_written(formula)}", words=words[name])


def _values(numbers: Mapping[str, float]) -> list[str]:
    """`β₁ = 0.9`, by the letters that formulas have."""
    letters = setting_letters()
    return [f"{letters[name]} = {decimals(shortest(x))}" for name, x in numbers.items()]


def _clipping(clip: Clip, gradient: str) -> str:
    """How much of a gradient reaches the optimiser."""
    limit = decimals(shortest(clip.limit))
    if clip.by == "norm":
        return say(
            "Clipping: g = {gradient} · c/‖g‖ where ‖g‖, the norm of the gradients of all that is "
            "updated, is more than c = {limit}; else g = {gradient}.",
            gradient=gradient,
            limit=limit,
        )
    return say(
        "Clipping: g = {gradient}, but at least −c and at most c = {limit}.",
        gradient=gradient,
        limit=limit,
    )


def _scheduled(initial: float, schedule: Schedule) -> str:
    """The learning rate of an iteration."""
    values = _values(schedule.numbers(initial))
    values += [f"{name} = {getattr(schedule, name)}" for name in _counts(schedule)]
    first = setting_letters()[INITIAL]
    rule = say(
        "Learning rate: with k updates before, η = {formula}; {values}.",
        formula=say(schedule.words).replace("initial", first),
        values=", ".join(values),
    )
    if not schedule.warmup:
        return rule
    warm_up = say(
        "In the first {n} iterations it is {rate}; then k begins at 0.",
        n=schedule.warmup,
        rate=f"{first}·(k + 1)/{schedule.warmup}",
    )
    return f"{rule} {warm_up}"


def _counts(schedule: Schedule) -> list[str]:
    """Its options that count iterations and aren't named in formulas, but for the warm-up."""
    known = options_of(schedule).items()
    return [name for name, option in known if not option.is_number and name != "warmup"]


def penalty_item(penalty: Penalty, over: str, samples: int) -> str:
    """The penalty in words: its formula, over what, and its part in each gradient."""
    slope = penalty.slope(Symbol("w"), Symbol("λ"), samples)
    values = f"λ = {decimals(shortest(penalty.strength))}"
    if "m" in penalty.words:
        values = say("{values}, m = {count} the samples of the batch", values=values, count=samples)
    return say(
        "Penalty: {penalty} over {parameters}, with {values}; it is added to the loss, and {slope} "
        "to each of their gradients.",
        penalty=penalty.words,
        parameters=over,
        values=values,
        slope=_written(slope),
    )


def letter_after(slot: str) -> str:
    """A state after the update, as the equations have it: `v+`."""
    return f"{slot}+"


def letter_on_the_way(letter: str) -> str:
    """What is calculated on the way: `m̂`."""
    return _HATS.get(letter, letter)


def _written(formula: Expression) -> str:
    return text(formula, symbol=str, number=lambda value: decimals(shortest(value)), limit=None)
