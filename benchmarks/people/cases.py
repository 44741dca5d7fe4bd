"""Cases: an exercise, what somebody hands in, and what is true of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from benchmarks.people import arrays, slips
from benchmarks.people.calculation import Calculation, Slip
from benchmarks.people.conventions import CONVENTIONS, TRANSPOSED, Convention
from benchmarks.people.exercises import Exercise, random_exercise
from benchmarks.people.naming import Namer
from benchmarks.people.pens import MANNERS, Pen, random_pen
from benchmarks.people.scoring import Truth, truth
from benchmarks.people.sheets import (
    FORMATS,
    PARTS,
    Number,
    Style,
    numbers_of,
    random_style,
    written,
)
from benchmarks.people.slips import Mistaken

EXACT = Pen(17, True, "up", stepwise=False)
HANDED = tuple(PARTS)[:3]
PROGRAM_BUGS = (
    "relu_mask_forgotten", "weights_transposed", "hidden_delta_without_slope",
    "output_delta_without_slope",
    "slope_from_net", "slope_of_the_output", "slope_is_out", "gradient_from_net_input", "bias_left_out",
    "error_sign_flipped", "cross_entropy_delta_with_squared_error",
    "squared_error_delta_with_cross_entropy", "softmax_diagonal_only", "batch_summed",
    "batch_averaged", "gradient_added", "learning_rate_left_out",
    "hidden_delta_from_updated_weights", "activation_left_out", "error_for_its_derivative",
)  # fmt: skip
UNDER = (
    "bias_left_out", "minus_ignored", "activation_left_out", "slope_is_out", "slope_from_net",
    "hidden_delta_without_slope", "relu_mask_forgotten", "only_one_path", "weight_forgotten_in_path",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """`row` and `column` of the table; `truth` of a wrong sheet; `zeros` that must not pass."""

    row: str
    column: str
    configuration: str
    answers: bytes
    truth: Truth | None = None
    zeros: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


def calculated(
    exercise: Exercise, pen: Pen, convention: Convention | None = None
) -> Calculation | None:
    """The calculation; None where the person's rounding leads out of what can be calculated."""
    try:
        if convention:
            return convention.calculate(exercise, pen)
        return Calculation(exercise, pen).run()
    except (ValueError, ArithmeticError):
        return None


def right_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Right sheets of every manner: each person hands in one of each part."""
    for manner in MANNERS:
        done = 0
        while done < sheets:
            exercise, pen = random_exercise(rng), random_pen(rng, manner)
            if not (calculation := calculated(exercise, pen)):
                continue
            done += 1
            for part in PARTS:
                numbers = numbers_of(calculation, part, rng, random_style(rng))
                if numbers:
                    answers = written(numbers, rng.choice(FORMATS))
                    yield Case(manner, part, exercise.configuration(), answers)


def wrong_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Each mistake once, everywhere, and in pairs; `sheets` of each name, thirds of it otherwise."""
    names = slips.names()
    for name in names:
        for number in range(sheets):
            yield from _wrong(rng, name, "made once", HANDED[number % 3])
        for number in range((sheets + 2) // 3):
            if name not in (slips.MISREAD, *slips.PEN):
                yield from _wrong(rng, name, "made everywhere", HANDED[number % 3])
    for number in range(sheets * 10):
        pair = (rng.choice(names), rng.choice(names))
        yield from _wrong(rng, pair[0], "two mistakes", HANDED[number % 3], other=pair[1])


def _wrong(rng: Random, name: str, row: str, part: str, other: str = "") -> Iterator[Case]:
    for _ in range(40):
        exercise, pen = random_exercise(rng), random_pen(rng, rng.choice(tuple(MANNERS)))
        if row == "two mistakes":
            mistaken = slips.two(exercise, pen, (name, other), rng)
        else:
            everywhere = row == "made everywhere"
            mistaken = slips.calculate(exercise, pen, name, rng, everywhere=everywhere)
        if mistaken and (case := _case(rng, exercise, mistaken, part, row)):
            yield case
            return


def _case(rng: Random, exercise: Exercise, mistaken: Mistaken, part: str, row: str) -> Case | None:
    numbers = numbers_of(mistaken.wrong, part, rng, replace(random_style(rng), dropped=False))
    exact = calculated(exercise, EXACT)
    known = truth(mistaken, exact, numbers) if exact else None
    if known is None:
        return None
    return Case(row, part, exercise.configuration(), written(numbers, rng.choice(FORMATS)), known)


def convention_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Right sheets of each convention, and sheets with a mistake under it."""
    for convention in CONVENTIONS:
        for number in range(sheets):
            exercise = _exercise_for(rng, convention)
            pen = random_pen(rng, rng.choice(tuple(MANNERS)[:2]))
            calculation = calculated(exercise, pen, convention)
            namer = Namer(exercise, by_column=convention.by_column)
            if calculation:
                part = HANDED[number % 3]
                numbers = numbers_of(calculation, part, rng, None, namer)
                if convention.percent:
                    numbers = [_percent(number, exercise, calculation) for number in numbers]
                yield Case(
                    convention.title, part, exercise.configuration(),
                    written(numbers, rng.choice(FORMATS)), names=convention.names,
                )  # fmt: skip
                if number % 3 == 0 and not convention.percent:
                    yield from _mistake_under(rng, exercise, pen, convention)
    for number in range(sheets):
        exercise = random_exercise(rng, program=True)
        if calculation := calculated(exercise, EXACT):
            form = rng.choice(("JSON, float64", "NPZ, float64"))
            dump, _ = arrays.arrays_of(
                calculation, (1, 1, 0.5)[number % 3], rng.random(), turned=True
            )
            part = "complete" if number % 3 < 2 else "a random third"
            if dump:
                yield Case(
                    TRANSPOSED.title, part, exercise.configuration(), arrays.packed(dump, form, 6)
                )


def _exercise_for(rng: Random, convention: Convention) -> Exercise:
    while True:
        exercise = random_exercise(rng)
        if convention.applies(exercise):
            return exercise


def _percent(number: Number, exercise: Exercise, calculation: Calculation) -> Number:
    place = number.place
    if place.kind != "out" or place.layer != len(exercise.layers):
        return number
    value, pen = calculation.values[place], calculation.pen
    return replace(number, text=replace(pen, stepwise=False).text(100 * value, str(place)))


def _mistake_under(
    rng: Random, exercise: Exercise, pen: Pen, convention: Convention
) -> Iterator[Case]:
    """A sheet by the convention with one mistake in it."""
    try:
        right = convention.calculate(exercise, pen)
        exact = convention.calculate(exercise, EXACT)
        found: list[Slip] = slips.possible(right, rng.choice(UNDER), rng)
        if not found:
            return
        wrong = convention.calculate(exercise, pen, rng.choice(found))
    except (ValueError, ArithmeticError):
        return
    own = {place: name for place, name in wrong.slipped.items() if name != "convention"}
    wrong.slipped = own
    numbers = numbers_of(
        wrong, "complete", rng, None, Namer(exercise, by_column=convention.by_column)
    )
    known = truth(Mistaken(wrong, right), exact, numbers)
    if known:
        answers = written(numbers, rng.choice(FORMATS))
        yield Case(
            "a mistake under a convention", "complete", exercise.configuration(), answers, known
        )


def program_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Right programs of each form, and programs with a bug."""
    for form in arrays.FORMS:
        for number in range(sheets):
            exercise = random_exercise(rng, program=True)
            pen = random_pen(rng, "float32") if form in arrays.SINGLE else EXACT
            if calculation := calculated(exercise, pen):
                dump, _ = arrays.arrays_of(calculation, 0.3 if number % 3 == 2 else 1, rng.random())
                part = "complete" if number % 3 < 2 else "a random third"
                if dump:
                    content = arrays.packed(dump, form, rng.randint(4, 8))
                    yield Case(form, part, exercise.configuration(), content)
    for name in PROGRAM_BUGS:
        for number in range(sheets):
            if case := _bug(rng, name, arrays.FORMS[number % len(arrays.FORMS)]):
                yield case


def _bug(rng: Random, name: str, form: str) -> Case | None:
    """A program with the mistake wherever it can be made."""
    for _ in range(40):
        exercise = random_exercise(rng, program=True)
        pen = random_pen(rng, "float32") if form in arrays.SINGLE else EXACT
        right, exact = calculated(exercise, pen), calculated(exercise, EXACT)
        if right and exact and (found := slips.possible(right, name, rng)):
            slip = Slip(
                name, found[0].formula, kinds=(found[0].place.kind,) if found[0].place else ()
            )
            try:
                wrong = Calculation(exercise, pen, [slip]).run()
            except (ValueError, ArithmeticError):
                continue
            dump, numbers = arrays.arrays_of(wrong, 1, 0.0)
            off = arrays.PRECISION[form]
            numbers = [replace(number, precision=off) for number in numbers]
            if known := truth(Mistaken(wrong, right), exact, numbers):
                content = arrays.packed(dump, form, 8)
                return Case(
                    f"program, {form.partition(',')[0]}",
                    "complete",
                    exercise.configuration(),
                    content,
                    known,
                )
    return None


def zero_cases(rng: Random, sheets: int) -> Iterator[Case]:
    """Zeros in place of numbers: all of them, one of them, a program's gradients."""
    for row in (
        "all 0",
        "all 0.0",
        "all 0.00",
        "all 0.0000",
        "one number 0",
        "gradients 0.0, JSON",
        "gradients 0.0, NPZ",
    ):
        for _ in range(sheets):
            exercise = random_exercise(rng, program=row.startswith("gradients"))
            if calculation := calculated(exercise, EXACT):
                yield _zeros(rng, exercise, calculation, row)


def _zeros(rng: Random, exercise: Exercise, calculation: Calculation, row: str) -> Case:
    if row.startswith("gradients"):
        dump, handed = arrays.arrays_of(calculation, 1, 0.0)
        back = frozenset(
            number.name for number in handed
            if number.place.kind in ("grad", "delta", "dout") and abs(float(number.text)) > 1e-9
        )  # fmt: skip
        form = "JSON, float64" if row.endswith("JSON") else "NPZ, float64"
        content = arrays.packed(arrays.zeroed(dump), form, 6)
        return Case(row, "complete", exercise.configuration(), content, zeros=back)
    pen = random_pen(rng, rng.choice(tuple(MANNERS)[:2]))
    numbers = numbers_of(calculated(exercise, pen) or calculation, "complete", rng, Style())
    exact = {number.name: abs(calculation.values[number.place]) > 1e-9 for number in numbers}
    chosen = {number.name for number in numbers if exact[number.name]}
    if row.startswith("one"):
        chosen = {rng.choice(sorted(chosen))}
    zero = row.rpartition(" ")[2]
    numbers = [replace(n, text=zero) if n.name in chosen else n for n in numbers]
    answers = written(numbers, rng.choice(FORMATS))
    return Case(row, "complete", exercise.configuration(), answers, zeros=frozenset(chosen))
