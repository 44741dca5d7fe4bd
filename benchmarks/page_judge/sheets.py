"""Sheets of one iteration, of every kind that people hand in, for one example after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.page_judge.exercises import Example
from benchmarks.people import slips
from benchmarks.people.calculation import Calculation
from benchmarks.people.cases import UNDER, calculated
from benchmarks.people.conventions import CONVENTIONS
from benchmarks.people.exercises import Exercise
from benchmarks.people.naming import Namer
from benchmarks.people.pens import MANNERS, Pen, random_pen
from benchmarks.people.sheets import PARTS, Number, numbers_of, random_style
from benchmarks.people.slips import PEN, misread
from tracer.diagnose.carried import Carried
from tracer.digits.rounding import Rounding
from tracer.explain.worksheet import to_calculate

Texts = dict[str, str]
"""What was written, by the names."""

_HANDED = tuple(PARTS)
_MODES = {"up": "half-up", "even": "half-even", "cut": "cut", "mixed": "half-up"}
_ZEROS = ("0", "0.0", "0.00", "0.0000")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of an example; `kind` for the table."""

    example: Example
    kind: str
    texts: Texts


def sheets_of(example: Example, rng: Random, count: int) -> Iterator[Sheet]:
    """So many sheets of the example, the kinds in turn; fewer where one can't be made."""
    kinds = OF_PEOPLE if example.exercise else OF_NUMBERS
    for number in range(count):
        kind, make = list(kinds.items())[number % len(kinds)]
        texts = make(example, rng)
        if texts:
            yield Sheet(example, kind, texts)


def _texts(numbers: list[Number]) -> Texts:
    return {number.name: number.text for number in numbers}


def _pen(rng: Random) -> Pen:
    return random_pen(rng, rng.choice(tuple(MANNERS)))


def _right(example: Example, rng: Random) -> Texts:
    assert example.exercise is not None
    found = calculated(example.exercise, _pen(rng))
    if found is None:
        return {}
    return _texts(numbers_of(found, rng.choice(_HANDED), rng, random_style(rng)))


def _mistaken(everywhere: bool) -> Callable[[Example, Random], Texts]:
    def made(example: Example, rng: Random) -> Texts:
        exercise = example.exercise
        assert exercise is not None
        for _ in range(20):
            name = rng.choice(slips.names())
            if everywhere and name in (slips.MISREAD, *PEN):
                continue
            found = slips.calculate(exercise, _pen(rng), name, rng, everywhere=everywhere)
            if found:
                return _handed(found.wrong, rng)
        return {}

    return made


def _two(example: Example, rng: Random) -> Texts:
    assert example.exercise is not None
    for _ in range(20):
        pair = (rng.choice(slips.names()), rng.choice(slips.names()))
        if found := slips.two(example.exercise, _pen(rng), pair, rng):
            return _handed(found.wrong, rng)
    return {}


def _handed(calculation: Calculation, rng: Random) -> Texts:
    return _texts(numbers_of(calculation, rng.choice(_HANDED[:4]), rng, random_style(rng)))


def _conventional(mistaken: bool) -> Callable[[Example, Random], Texts]:
    def made(example: Example, rng: Random) -> Texts:
        exercise = example.exercise
        assert exercise is not None
        possible = [row for row in CONVENTIONS if row.applies(exercise)]
        convention = rng.choice(possible)
        try:
            right = convention.calculate(exercise, _pen(rng))
            found = slips.possible(right, rng.choice(UNDER), rng) if mistaken else []
            if found:
                right = convention.calculate(exercise, right.pen, rng.choice(found))
        except (ValueError, ArithmeticError):
            return {}
        namer = Namer(exercise, by_column=convention.by_column)
        numbers = numbers_of(right, rng.choice(_HANDED[:3]), rng, None, namer)
        return _in_percent(numbers, right) if convention.percent else _texts(numbers)

    return made


def _in_percent(numbers: list[Number], calculation: Calculation) -> Texts:
    """The outputs' outputs times 100."""
    exercise: Exercise = calculation.exercise
    texts = _texts(numbers)
    for number in numbers:
        place = number.place
        if place.kind == "out" and place.layer == len(exercise.layers):
            texts[number.name] = f"{100 * calculation.values[place]:.3f}"
    return texts


def _numbers(example: Example, rng: Random) -> Texts:
    """Right numbers, rounded at the end or at every step; some of them left out."""
    pen, exact = _pen(rng), example.exact
    asked = list(to_calculate(exact.trace))
    rounding = Rounding(pen.digits, pen.significant, _MODES[pen.mode])  # type: ignore[arg-type]
    way = Carried(exact, {}, rounding=rounding if pen.stepwise else None)
    share = rng.choice((1.0, 1.0, 0.6, 0.3))
    return {
        exact.names.name(identity): pen.text(way[identity], str(identity))
        for identity in asked
        if rng.random() < share
    }


def _program(example: Example, rng: Random) -> Texts:
    """A program's numbers, with all digits; at times one with a slip."""
    texts = {
        example.exact.names.name(identity): repr(example.exact.value(identity))
        for identity in to_calculate(example.exact.trace)
        if rng.random() < 0.8
    }
    return _spoiled(texts, rng, 1) if rng.random() < 0.5 else texts


def _replaced(example: Example, rng: Random) -> Texts:
    """Right numbers, and one to three others in the place of some."""
    return _spoiled(_any(example, rng), rng, rng.randint(1, 3))


def _any(example: Example, rng: Random) -> Texts:
    return (_right if example.exercise else _numbers)(example, rng)


def _spoiled(texts: Texts, rng: Random, count: int) -> Texts:
    found = dict(texts)
    for name in rng.sample(sorted(texts), min(count, len(texts))):
        found[name] = _other(texts, name, rng)
    return found


def _other(texts: Texts, name: str, rng: Random) -> str:
    """Another number: a slip of the pen, a random one, one from elsewhere, some times the right one."""
    text = texts[name]
    match rng.randrange(5):
        case 0:
            return misread(text, rng.choice(PEN), rng) or f"{rng.uniform(-2, 2):.4f}"
        case 1:
            return f"{rng.uniform(-2, 2):.{rng.randint(1, 6)}f}"
        case 2:
            return texts[rng.choice(sorted(texts))]
        case 3:
            return f"{float(text) * rng.choice((2, 0.5, -1, 10, 1.01)):.5f}"
        case _:
            return rng.choice(_ZEROS)


def _garbage(example: Example, rng: Random) -> Texts:
    texts, digits = _any(example, rng), rng.randint(1, 6)
    return {name: f"{rng.uniform(-1.5, 1.5):.{digits}f}" for name in texts}


def _zeros(example: Example, rng: Random) -> Texts:
    zero = rng.choice(_ZEROS)
    return dict.fromkeys(_any(example, rng), zero)


def _few(example: Example, rng: Random) -> Texts:
    """What stands on a page after a few fields: the first numbers, one of them wrong."""
    texts = _any(example, rng)
    count = rng.randint(1, 8)
    return _spoiled(dict(list(texts.items())[:count]), rng, rng.randint(0, 1))


OF_PEOPLE: dict[str, Callable[[Example, Random], Texts]] = {
    "right": _right,
    "a mistake, made once": _mistaken(everywhere=False),
    "a mistake, made everywhere": _mistaken(everywhere=True),
    "two mistakes": _two,
    "another convention": _conventional(mistaken=False),
    "a mistake under a convention": _conventional(mistaken=True),
    "numbers replaced": _replaced,
    "the first few numbers": _few,
    "a program's": _program,
    "any numbers at all": _garbage,
    "zeros": _zeros,
}
"""The kinds of sheets, by how they are made."""
OF_NUMBERS = {
    "right": _numbers,
    "numbers replaced": _replaced,
    "the first few numbers": _few,
    "a program's": _program,
    "any numbers at all": _garbage,
    "zeros": _zeros,
}
"""Of an exercise that people's own calculation doesn't know."""
