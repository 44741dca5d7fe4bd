"""Cases with optimisers, penalties, clipping and schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from random import Random

from benchmarks.people import arrays, slips
from benchmarks.people.calculation import Calculation, Slip
from benchmarks.people.cases import EXACT, Case, calculated
from benchmarks.people.conventions import Convention
from benchmarks.people.exercises import Exercise
from benchmarks.people.pens import MANNERS, Pen, random_pen
from benchmarks.people.scoring import truth
from benchmarks.people.sheets import FORMATS, UPDATE_PARTS, numbers_of, random_style, written
from benchmarks.people.slips import Mistaken
from benchmarks.people.trainings import OPTIMIZERS, fitting, random_training
from benchmarks.people.update_conventions import UPDATE_CONVENTIONS
from benchmarks.settings import Settings

ONCE, EVERYWHERE = "an update's mistake, made once", "an update's mistake, made everywhere"
BUG = "program, an update's mistake"
HANDED = tuple(UPDATE_PARTS)
ABSURD = 1e3
PROGRAMS = ("JSON, float64", "NPZ, float64", "NPZ, float32")
NAMES = tuple(dict.fromkeys(row[0] for row in slips.update_choices()))


def update_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Right sheets of each optimiser and part, programs, conventions; then each mistake."""
    yield from right_cases(rng, sheets)
    yield from mistaken_cases(rng, sheets)


def right_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Right ones, on paper, by programs, by others' conventions."""
    made = chain(
        (_right(rng, optimizer, part) for optimizer in OPTIMIZERS for part in HANDED * sheets),
        (_program(rng, optimizer, form) for optimizer in OPTIMIZERS for form in PROGRAMS * sheets),
        (
            _by_convention(rng, convention, HANDED[number % 2])
            for convention in UPDATE_CONVENTIONS
            for number in range(sheets)
        ),
    )
    yield from filter(None, made)


def mistaken_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Each mistake, made once and everywhere, on paper and by a program."""
    for name in NAMES:
        for number in range(sheets):
            made = (
                _wrong(rng, name, ONCE, HANDED[number % 4]),
                _wrong(rng, name, EVERYWHERE, HANDED[number % 4]),
                _bug(rng, name, PROGRAMS[number % 3]),
            )
            yield from filter(None, made)


def _right(rng: Random, optimizer: str, part: str) -> Case | None:
    for _ in range(40):
        exercise, pen = person(rng, optimizer)
        if calculation := sensible(exercise, pen):
            numbers = numbers_of(calculation, part, rng, random_style(rng))
            if numbers:
                answers = written(numbers, rng.choice(FORMATS))
                return Case(optimizer, part, exercise.configuration(), answers)
    return None


def person(rng: Random, optimizer: str) -> tuple[Exercise, Pen]:
    """An exercise, and how the person who does it writes."""
    exercise = random_training(rng, optimizer)
    return exercise, fitting(random_pen(rng, rng.choice(tuple(MANNERS))), exercise)


def sensible(exercise: Exercise, pen: Pen) -> Calculation | None:
    """The calculation; None where the numbers get absurd, or a state is rounded to nothing."""
    found, exact = calculated(exercise, pen), calculated(exercise, EXACT)
    if found is None or exact is None or max(map(abs, found.values.values())) > ABSURD:
        return None
    for place, value in exact.values.items():
        if place.kind in ("m+", "v+", "s+") and value and not found.values[place]:
            return None
    return found


def _program(rng: Random, optimizer: str, form: str) -> Case | None:
    for _ in range(40):
        exercise = random_training(rng, optimizer, program=True)
        if calculation := sensible(exercise, _floats(rng, form)):
            dump, _ = arrays.arrays_of(calculation, 1, 0.0)
            content = arrays.packed(dump, form, 8)
            return Case(f"{optimizer}, program", form, exercise.configuration(), content)
    return None


def _floats(rng: Random, form: str) -> Pen:
    return random_pen(rng, "float32") if form in arrays.SINGLE else EXACT


def _by_convention(rng: Random, convention: Convention, part: str) -> Case | None:
    for _ in range(400):
        exercise, pen = person(rng, rng.choice(OPTIMIZERS))
        if not convention.applies(exercise) or not sensible(exercise, pen):
            continue
        if calculation := calculated(exercise, pen, convention):
            numbers = numbers_of(calculation, part, rng, random_style(rng))
            answers = written(numbers, rng.choice(FORMATS))
            return Case(convention.title, part, exercise.configuration(), answers)
    return None


NEEDED: dict[tuple[str, ...], Callable[[Settings], bool]] = {
    ("look_ahead",): lambda settings: bool(settings.options.get("nesterov")),
    ("velocity",): lambda settings: settings.options.get("form") == "velocity",
    ("decay",): lambda settings: settings.optimizer == "adamw",
    ("penalty", "biases"): lambda settings: settings.penalty is not None,
    ("clipped", "not_clipped"): lambda settings: settings.clip is not None,
    ("learning_rate", "initial_learning_rate"): lambda settings: bool(settings.rate.schedule),
}
"""What mistakes are made with whose names begin so."""


def apt(name: str, settings: Settings) -> bool:
    """Whether there is what the mistake, going by its name, is made with."""
    return all(fits(settings) for starts, fits in NEEDED.items() if name.startswith(starts))


def _wrong(rng: Random, name: str, row: str, part: str) -> Case | None:
    for _ in range(400):
        exercise, pen = person(rng, rng.choice(OPTIMIZERS))
        mistaken = _planted(rng, exercise, pen, name, everywhere=row == EVERYWHERE)
        exact = calculated(exercise, EXACT)
        if not mistaken or not exact:
            continue
        style = replace(random_style(rng), dropped=False)
        numbers = numbers_of(mistaken.wrong, part, rng, style)
        if known := truth(mistaken, exact, numbers):
            answers = written(numbers, rng.choice(FORMATS))
            return Case(row, part, exercise.configuration(), answers, known)
    return None


def _bug(rng: Random, name: str, form: str) -> Case | None:
    for _ in range(400):
        exercise = random_training(rng, rng.choice(OPTIMIZERS), program=True)
        mistaken = _planted(rng, exercise, _floats(rng, form), name, everywhere=True)
        exact = calculated(exercise, EXACT)
        if not mistaken or not exact:
            continue
        dump, numbers = arrays.arrays_of(mistaken.wrong, 1, 0.0)
        off = arrays.PRECISION[form]
        if known := truth(mistaken, exact, [replace(one, precision=off) for one in numbers]):
            content = arrays.packed(dump, form, 8)
            return Case(BUG, form, exercise.configuration(), content, known)
    return None


def _planted(
    rng: Random, exercise: Exercise, pen: Pen, name: str, *, everywhere: bool
) -> Mistaken | None:
    """The mistake in the calculation; None where it can't be, or leads to absurd numbers."""
    settings = exercise.settings
    if not settings or not apt(name, settings) or not (right := sensible(exercise, pen)):
        return None
    if everywhere:
        return _everywhere(rng, exercise, pen, name, right)
    mistaken = slips.calculate(exercise, pen, name, rng)
    return mistaken if mistaken and _bearable(mistaken.wrong) else None


def _everywhere(
    rng: Random, exercise: Exercise, pen: Pen, name: str, right: Calculation
) -> Mistaken | None:
    """In all places of all its kinds, even where it would change nothing by itself."""
    if not slips.possible(right, name, rng):
        return None
    kinds, formula = next(row[1:] for row in slips.update_choices() if row[0] == name)
    try:
        wrong = Calculation(exercise, pen, [Slip(name, formula, kinds=kinds)]).run()
    except (ValueError, ArithmeticError):
        return None
    return Mistaken(wrong, right) if wrong.slipped and _bearable(wrong) else None


def _bearable(calculation: Calculation) -> bool:
    return max(map(abs, calculation.values.values())) <= ABSURD
