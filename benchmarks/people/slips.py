"""All the mistakes that people make, and how one is planted in a calculation."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.people.calculation import Calculation, Formula, Slip
from benchmarks.people.exercises import Exercise
from benchmarks.people.pens import Pen
from benchmarks.people.places import Place
from benchmarks.people.slips_back import DELTA, DOUT, GRADIENTS, PATHS, UPDATES
from benchmarks.people.slips_forward import FORWARD, Table
from benchmarks.people.slips_penalty import LIMITS, PENALTIES
from benchmarks.people.slips_update import UPDATE_RULES

MISREAD = "given_number_misread"
Choice = tuple[str, tuple[str, ...], Formula]


def _digits(text: str) -> list[int]:
    """Where the significant digits stand."""
    first = next((i for i, mark in enumerate(text) if mark in "123456789"), len(text))
    return [i for i in range(first, len(text)) if text[i].isdigit()]


def _written(slip: str, seed: int) -> Formula:
    """A slip of the pen in the digits of the right number."""

    def formula(c: Calculation, p: Place) -> str | None:
        text = c.pen.text(c.formulas[p.kind](p), str(p))
        return misread(text, slip, Random(f"{seed} {p}"))

    return formula


def misread(text: str, slip: str, rng: Random) -> str | None:
    """The number with one slip of the pen."""
    places = _digits(text)
    if len(places) < 3:
        return None
    at = rng.randrange(len(places) - 1)
    place, after = places[at], places[at + 1]
    digit = text[place]
    match slip:
        case "digit_misread":
            other = rng.choice([mark for mark in "123456789" if mark != digit])
            return text[:place] + other + text[place + 1 :]
        case "digit_doubled":
            return text[:place] + digit + text[place:]
        case "digit_dropped" if "." in text and place > text.index("."):
            return text[:place] + text[place + 1 :]
        case "digits_transposed" if after == place + 1 and text[after] != digit:
            return text[:place] + text[after] + digit + text[after + 1 :]
        case "point_shifted" if text.lstrip("-").startswith("0."):
            return text.replace("0.", "0.0", 1)
        case "sign_lost":
            return text[1:] if text.startswith("-") else None
        case _:
            return None


def _neighbour(c: Calculation, p: Place) -> float | None:
    """The value of the neuron beside, copied."""
    if p.kind not in ("net", "out", "slope", "delta") or p.row == 0:
        return None
    if (other := Place(p.kind, p.layer, p.row - 1, p.column, p.sample, p.iteration)) in c.values:
        return c.read(p.kind, p, row=other.row)
    return None


PEN = (
    "digit_misread",
    "digit_doubled",
    "digit_dropped",
    "digits_transposed",
    "point_shifted",
    "sign_lost",
)
WRITTEN = ("net", "out", "slope", "delta", "dout", "path", "grad", "new")


def choices() -> list[Choice]:
    """Every mistake that a formula makes: its name, the kinds of numbers, the formula."""
    tables = (FORWARD, DOUT, DELTA, PATHS, GRADIENTS, UPDATES)
    beside = ("value_of_a_neighbour", ("net", "out", "slope", "delta"), _neighbour)
    return [*_rows(*tables), beside]


def update_choices() -> list[Choice]:
    """The same for optimisers, penalties, clipping and schedules."""
    return _rows(UPDATE_RULES, PENALTIES, LIMITS)


def _rows(*tables: Table) -> list[Choice]:
    """The tables' rows, one after the other."""
    return [(name, *row) for table in tables for name, row in table.items()]


def names() -> list[str]:
    """The names of all mistakes, each once, in the order of the calculation."""
    return list(dict.fromkeys([name for name, _, _ in choices()] + [*PEN, MISREAD]))


@dataclass(frozen=True, slots=True)
class Mistaken:
    """The same person's calculation with mistakes and without."""

    wrong: Calculation
    right: Calculation


def calculate(
    exercise: Exercise, pen: Pen, name: str, rng: Random, *, everywhere: bool = False
) -> Mistaken | None:
    """The calculation with the mistake planted once (or everywhere); None where it can't be made."""
    if not (right := _run(exercise, pen, [])):
        return None
    if name == MISREAD:
        return _misread(exercise, pen, right, rng)
    slips = possible(right, name, rng)
    if not slips:
        return None
    wrong = _run(exercise, pen, [rng.choice(slips)] if not everywhere else slips)
    return Mistaken(wrong, right) if wrong and wrong.slipped else None


def possible(right: Calculation, name: str, rng: Random) -> list[Slip]:
    """Every place of one kind where the mistake can be made, and changes something."""
    found: list[tuple[str, tuple[str, ...], Formula]]
    if name in PEN:
        found = [(name, WRITTEN, _written(name, rng.randrange(1 << 20)))]
    else:
        found = [choice for choice in choices() + update_choices() if choice[0] == name]
    _, kinds, formula = rng.choice(found)
    slips = []
    for place, number in right.values.items():
        if place.kind in kinds:
            result = _attempt(formula, right, place)
            if result is not None and abs(float(result) - number) > 1e-9:
                slips.append(Slip(name, formula, place))
    return slips


def _attempt(formula: Formula, right: Calculation, place: Place) -> float | str | None:
    """What the mistake gives; None where it leads out of what can be calculated."""
    try:
        return formula(right, place)
    except (ValueError, ArithmeticError):
        return None


def _run(exercise: Exercise, pen: Pen, slips: list[Slip]) -> Calculation | None:
    """The calculation; None where the mistake leads out of what can be calculated."""
    try:
        return Calculation(exercise, pen, slips).run()
    except (ValueError, ArithmeticError):
        return None


def two(exercise: Exercise, pen: Pen, pair: tuple[str, str], rng: Random) -> Mistaken | None:
    """The calculation with two mistakes, each made once."""
    if not (right := _run(exercise, pen, [])):
        return None
    slips = [possible(right, name, rng) for name in pair if name != MISREAD]
    if len(slips) < 2 or not all(slips):
        return None
    wrong = _run(exercise, pen, [rng.choice(found) for found in slips])
    return Mistaken(wrong, right) if wrong and len(set(wrong.slipped.values())) == 2 else None


def _misread(exercise: Exercise, pen: Pen, right: Calculation, rng: Random) -> Mistaken | None:
    """The calculation with a number of the exercise misread: its digits, or its sign lost."""
    layer = rng.randrange(len(exercise.layers)) + 1
    data = exercise.layers[layer - 1]
    row = rng.randrange(len(data.names))
    column = rng.randrange(len(data.weights[row]))
    sample = rng.randrange(len(exercise.samples))
    last = exercise.layers[-1]
    target = rng.randrange(len(last.names))
    what, number = rng.choice(
        [
            (("weight", layer, row, column), data.weights[row][column]),
            (("input", 0, column % len(exercise.inputs), sample + 1), 0.0),
            (("target", 0, target, sample + 1), exercise.targets[sample][target]),
        ]
    )
    if what[0] == "input":
        number = exercise.samples[sample][what[2]]
    text = f"{number}"
    if number < 0 and rng.random() < 0.3:
        text = text[1:]
    else:
        places = _digits(text)
        if not places or exercise.loss not in (
            "half_squared_error",
            "squared_error",
            "mean_squared_error",
        ):
            return None
        at = rng.choice(places)
        text = (
            text[:at]
            + rng.choice([mark for mark in "123456789" if mark != text[at]])
            + text[at + 1 :]
        )
    wrong = Calculation(exercise, pen)
    wrong.misread[what] = float(text)
    try:
        wrong.run()
    except (ValueError, ArithmeticError):
        return None
    # It comes to light where the number is read first; what reads it later follows.
    first = next((place.kind for place in wrong.slipped), "")
    wrong.slipped = {place: name for place, name in wrong.slipped.items() if place.kind == first}
    return Mistaken(wrong, right) if wrong.slipped else None
