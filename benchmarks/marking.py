"""`python -m benchmarks.marking`: how long a class of 300 takes, and how fair its points are.

Sheets of the bundled mazur as people make them, and as they are made up: constants, copied numbers,
a wrong number at the beginning with which the rest was calculated. For each kind the part of the points
that they get, the least and the most, and how many are taken for no sheet of this exercise.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePosixPath
from random import Random
from time import process_time

from benchmarks.checking import CONFIG, KINDS
from tracer.config import load
from tracer.diagnose.carried import Carried
from tracer.digits.numbers import round_decimal, shortest
from tracer.formula import EvaluationError
from tracer.teach.marking import (
    Exercise,
    MarkedStudent,
    Student,
    Submission,
    exercise_of,
    mark_class,
)
from tracer.teach.marking.files import Source

_COPIED = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.01, 0.99)
_TRIVIAL = ("out_h1", 0.0), ("out_h1", 1.0), ("out_h1", 1000.0), ("w5", 0.0), ("net_o1", 0.6)
Sheet = Callable[[Exercise, Random], bytes]


def _drawn(make: Callable[[Random], bytes], exercise: Exercise, rng: Random) -> bytes:
    return make(rng)


def _constant(exercise: Exercise, rng: Random) -> bytes:
    value = rng.choice(("0", "0.0000", "1", "1.000", "0.5", "0.35", "-1"))
    return written({question.name: value for question in exercise.questions})


def _copied(exercise: Exercise, rng: Random) -> bytes:
    return written({q.name: shortest(rng.choice(_COPIED)) for q in exercise.questions})


def carried_on(exercise: Exercise, name: str, value: float) -> bytes:
    """The sheet of somebody who puts that value there and calculates on correctly, to four digits."""
    exact = next(iter(exercise.exact.values()))
    own = exact.find(name)
    calculation = Carried(exact, {own: value})
    found = {name: repr(value)}
    for question in exercise.questions:
        if question.identity != own:
            try:
                number = round_decimal(calculation[question.identity], significant=4)
            except (EvaluationError, ArithmeticError):
                break
            found[question.name] = shortest(number)
    return written(found)


def _trivial(exercise: Exercise, rng: Random) -> bytes:
    return carried_on(exercise, *rng.choice(_TRIVIAL))


def _plausible(exercise: Exercise, rng: Random) -> bytes:
    name = rng.choice(("net_h1", "net_h2"))
    return carried_on(exercise, name, round(rng.uniform(0.2, 0.6), 4))


def written(numbers: dict[str, str]) -> bytes:
    return "\n".join(f"{name}: {value}" for name, value in numbers.items()).encode()


MADE_UP: dict[str, Sheet] = {
    "a plausible net input, carried on": _plausible,
    "a trivial number, carried on": _trivial,
    "numbers of the exercise": _copied,
    "one number everywhere": _constant,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line for each kind of sheet, and the time for all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.marking", description=__doc__)
    parser.add_argument("--sheets", type=int, default=300, help="in all (300)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    options = parser.parse_args(arguments)
    rng, started = Random(options.seed), process_time()
    exercise = exercise_of(load("mazur.yaml", CONFIG.read_text(encoding="utf-8")), iterations=1)
    kinds: dict[str, Sheet] = {kind: partial(_drawn, make) for kind, make in KINDS.items()}
    kinds |= MADE_UP
    each = max(1, options.sheets // len(kinds))
    made = {kind: [make(exercise, rng) for _ in range(each)] for kind, make in kinds.items()}
    drawn = process_time()
    marked = mark_class(
        _submission(kind, number, content, exercise)
        for kind, contents in made.items()
        for number, content in enumerate(contents)
    )
    ended = process_time()
    print(f"{'':40} {'sheets':>6} {'mean':>6} {'least':>6} {'most':>6} {'foreign':>7}")
    for kind in kinds:
        print(_line(kind, [student for student in marked.students if student.student.id == kind]))
    print(f"{len(marked.students)} sheets marked in {ended - drawn:.2f} s; ", end="")
    print(f"drawn and loaded in {drawn - started:.2f} s")


def _submission(kind: str, number: int, content: bytes, exercise: Exercise) -> Submission:
    source = Source(PurePosixPath(f"{kind} {number}"), f"{kind} {number}", lambda: content)
    return Submission(Student(f"{kind} {number}", kind), exercise, (source,))


def _line(kind: str, students: Sequence[MarkedStudent]) -> str:
    sheets = [student.sheet for student in students if student.sheet]
    parts = [float(sheet.points / sheet.maximum) for sheet in sheets]
    foreign = sum(sheet.foreign for sheet in sheets)
    numbers = " ".join(
        f"{100 * part:5.0f}%" for part in (sum(parts) / len(parts), min(parts), max(parts))
    )
    return f"{kind:40} {len(sheets):6} {numbers} {foreign:7}"


if __name__ == "__main__":
    main()
