"""`python -m benchmarks.justice`: right sheets, as people write them, and how many lose points.

Every small network of the bundled configurations, and exercises of `bptrace new`, are calculated by a
calculation of its own, step by step as on paper: rounded or cut off to two to six digits, at every step
or at the end, or now this and now that; whole sheets and parts, one iteration and two, in every kind of
file. Each sheet is marked; nothing on it is wrong, so whatever it loses is lost unjustly. Numbers with
too few digits to tell anything are counted apart: that is the marking's rule and not its error.
"""

from __future__ import annotations

import argparse
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import product
from random import Random
from time import process_time

from benchmarks.page_judge.exercises import CONFIGS, on_paper
from benchmarks.people.calculation import Calculation
from benchmarks.people.exercises import Exercise
from benchmarks.people.pens import MANNERS, Pen, shorten
from benchmarks.people.sheets import FORMATS, Style, numbers_of, written
from tracer.config import load
from tracer.diagnose.answers import read_answers
from tracer.model.experiment import Experiment
from tracer.model.network import Bias
from tracer.teach.exercise import Wish
from tracer.teach.exercise import exercise as drawn
from tracer.teach.marking import Exercise as Asked
from tracer.teach.marking import MarkedSheet, exercise_of, mark_sheet

DIGITS = range(2, 7)
PARTS = ("complete", "without slopes and paths", "a random third", "deltas, gradients, new weights")
WISHES = (
    Wish(),
    Wish(sizes=(2, 3, 1), activation="tanh"),
    Wish(sizes=(2, 2, 2, 1), activation="relu", output_activation="sigmoid"),
    Wish(sizes=(3, 2, 2), loss="cross_entropy"),
    Wish(sizes=(2, 2, 1), loss="binary_cross_entropy", samples=2),
    Wish(bias=Bias.SHARED, loss="squared_error"),
    Wish(sizes=(2, 2, 1), bias=Bias.NONE, activation="leaky_relu"),
    Wish(sizes=(2, 2, 1), samples=3, loss="mean_squared_error"),
)
WAVERING = "each operation rounded or cut off"
ALL_MANNERS = (*MANNERS, WAVERING)
_MOST_SAMPLES = 5
_HARM = 1 - 1e-9
"""Points from which on a loss counts."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An exercise as a person has it, and as bptrace has it."""

    name: str
    person: Exercise
    experiment: Experiment

    def asked(self, iterations: int) -> Asked:
        """What is asked of so many iterations."""
        return _asked(self.name, iterations)


@cache
def subjects() -> dict[str, Subject]:
    """The bundled networks that people can calculate, and one exercise of each wish."""
    experiments = {path.stem: load(path) for path in sorted(CONFIGS.glob("*.yaml"))}
    experiments |= {f"new {n}": drawn(wish, n) for n, wish in enumerate(WISHES, 1)}
    return {
        name: Subject(name, person, experiment)
        for name, experiment in experiments.items()
        if isinstance(experiment, Experiment) and (person := _person(experiment))
    }


def _person(experiment: Experiment) -> Exercise | None:
    """The exercise as people have it, if they do all of it by hand."""
    person, training = on_paper(experiment), experiment.training
    if person is None or training is None or len(person.samples) > _MOST_SAMPLES:
        return None
    whole = training.batch in (None, 1, len(person.samples))
    return person if whole and not (training.shuffle or training.stop) else None


@cache
def _asked(name: str, iterations: int) -> Asked:
    return exercise_of(subjects()[name].experiment, iterations=iterations)


@dataclass(frozen=True, slots=True)
class WaveringPen(Pen):
    """Rounds this and cuts off that, be it a number or a product on the way to one."""

    def _short(self, number: float, what: str) -> Decimal:
        cut = zlib.crc32(f"{self.seed} {what or repr(number)}".encode()) % 2
        return shorten(number, self.digits, self.significant, "cut" if cut else "up")


@dataclass(frozen=True, slots=True)
class Case:
    """A right sheet: whose exercise, how it was written."""

    subject: Subject
    manner: str
    pen: Pen
    iterations: int
    answers: bytes
    form: str

    def marked(self) -> MarkedSheet:
        """The sheet with its marks."""
        asked = self.subject.asked(self.iterations)
        return mark_sheet(asked, read_answers(self.answers, self.form, asked.experiment))


def cases(rng: Random, rounds: int) -> Iterator[Case]:
    """For each manner and number of digits so many sheets, the exercises one after the other."""
    some = list(subjects().values())
    kinds = product(range(rounds), ALL_MANNERS, DIGITS)
    for number, (_, manner, digits) in enumerate(kinds):
        subject = some[number % len(some)]
        yield case(rng, subject, manner, digits)


def case(rng: Random, subject: Subject, manner: str, digits: int) -> Case:
    """A right sheet of the exercise."""
    stepwise, mode = MANNERS.get(manner, (True, "up"))
    make = WaveringPen if manner == WAVERING else Pen
    pen = make(
        digits=digits,
        significant=rng.random() < 0.4,
        mode=rng.choice(("up", "even")) if mode == "round" else mode,
        stepwise=stepwise,
        terms=manner == WAVERING or (stepwise and rng.random() < 0.3),
        exponentials=stepwise and rng.random() < 0.3,
        difference=rng.random() < 0.7,
        anew=rng.random() < 0.3,
        seed=rng.randrange(1 << 30),
    )
    iterations = rng.choice((1, 1, 2))
    person = replace(subject.person, iterations=iterations)
    style = Style(dropped=rng.random() < 0.15, scientific=rng.random() < 0.15)
    part, form = rng.choice(PARTS), rng.choice(FORMATS)
    numbers = numbers_of(Calculation(person, pen).run(), part, rng, style)
    return Case(subject, manner, pen, iterations, written(numbers, form), form)


def losses(sheet: MarkedSheet) -> tuple[float, float]:
    """The points that numbers lose which were handed in; and those of too few digits."""
    lost = [mark for mark in sheet.marks if mark.finding is not None and mark.part < 1]
    coarse = sum(float(mark.worth - mark.earned) for mark in lost if mark.verdict == "coarse")
    return sum(float(mark.worth - mark.earned) for mark in lost) - coarse, coarse


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints for each manner how many sheets lose a point or more, and how many in all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.justice", description=__doc__)
    parser.add_argument("--rounds", type=int, default=25, help="sheets of each kind (25)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    parser.add_argument("--show", action="store_true", help="which numbers lose points")
    options = parser.parse_args(arguments)
    started = process_time()
    harmed: defaultdict[str, list[float]] = defaultdict(list)
    coarse: defaultdict[str, int] = defaultdict(int)
    foreign: defaultdict[str, int] = defaultdict(int)
    for one in cases(Random(options.seed), options.rounds):
        sheet = one.marked()
        lost, told = losses(sheet)
        harmed[one.manner].append(lost)
        coarse[one.manner] += told >= _HARM
        foreign[one.manner] += sheet.foreign
        if options.show and lost >= _HARM:
            _show(one, sheet)
    print(f"{'':36} {'sheets':>6} {'lose a point':>13} {'most':>6} {'foreign':>8} {'coarse':>7}")
    for manner, some in harmed.items():
        print(_line(manner, some, foreign[manner], coarse[manner]))
    every = [lost for some in harmed.values() for lost in some]
    print(_line("all", every, sum(foreign.values()), sum(coarse.values())))
    print(f"in {process_time() - started:.0f} s")


def _show(one: Case, sheet: MarkedSheet) -> None:
    pen = one.pen
    print(f"{one.subject.name}, {one.manner}, {pen}, {one.iterations} iterations")
    for mark in sheet.marks:
        if (found := mark.finding) and mark.part < 1 and mark.verdict != "coarse":
            given, carried = found.answer.written.text, found.carried
            print(
                f"    {mark.question.name}: {given} for {found.exact:.8g} ({carried}) {mark.verdict}"
            )


def _line(manner: str, some: Sequence[float], foreign: int, coarse: int) -> str:
    harmed = sum(lost >= _HARM for lost in some)
    return f"{manner:36} {len(some):6} {harmed:13} {max(some):6.1f} {foreign:8} {coarse:7}"


if __name__ == "__main__":
    main()
