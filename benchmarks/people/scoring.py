"""What the judge made of a sheet, against the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from benchmarks.people.calculation import Calculation
from benchmarks.people.judge import Judgement, Verdict
from benchmarks.people.places import Place
from benchmarks.people.sheets import Number
from benchmarks.people.slips import Mistaken
from benchmarks.people.slips_penalty import TOLD_AS

CLEAR = 3
"""A planted mistake counts from so many units of the last digit written."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of the numbers of a wrong sheet, by their names.

    `first`: where the mistakes come to light first, in the order of the calculation, with the
    mistake's name; `after`: what follows from those; `right`: what no mistake touches.
    """

    first: dict[str, str]
    after: frozenset[str]
    right: frozenset[str]


def truth(mistaken: Mistaken, exact: Calculation, numbers: Iterable[Number]) -> Truth | None:
    """The truth; None where the first wrong number can't be told from the right one."""
    handed = {number.place: number for number in numbers}
    wrong, right = mistaken.wrong, mistaken.right
    reached: dict[Place, str] = {}
    first: dict[str, str] = {}
    after, untouched = set(), set()
    for place, value in wrong.values.items():
        shown = sorted((source for source in wrong.sources[place] if source in reached), key=str)
        name = wrong.slipped.get(place) or next((reached[source] for source in shown), "")
        changed = value != right.values[place] or place in wrong.texts
        number = handed.get(place)
        if number is None:
            if name:
                reached[place] = name
        elif not changed:
            untouched.add(number.name)
        elif name:
            if not first and not clear(number, value, right.values[place], exact.values[place]):
                return None
            first[number.name] = name
        else:
            after.add(number.name)
    return Truth(first, frozenset(after), frozenset(untouched)) if first else None


def clear(number: Number, value: float, right: float, exact: float) -> bool:
    """Whether the number is wrong by clearly more than its digits, and those before it, hide.

    It has three significant digits at least, and differs by three units of the last one, and by
    three times what this person's rounding has come to. A program's needs no digits: 0.0 is a
    number.
    """
    if number.precision:
        noise = max(number.precision * max(abs(right), 0.01), abs(right - exact))
        return min(abs(value - right), abs(value - exact)) >= CLEAR * noise
    unit = _unit(number.text)
    noise = max(unit, abs(right - exact))
    return abs(value) >= 100 * unit and min(abs(value - right), abs(value - exact)) >= CLEAR * noise


def _unit(text: str) -> float:
    """One unit of the last digit written."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    return float(10.0 ** (int(exponent or 0) - decimals))


@dataclass(slots=True)
class Right:
    """Sheets without a mistake."""

    numbers: int = 0
    sheets: int = 0
    blamed: int = 0
    accused: int = 0
    coarse: int = 0
    recognised: int = 0
    conventions: dict[str, int] = field(default_factory=dict)

    def add(self, said: Judgement, names: tuple[str, ...] = ()) -> bool:
        """Count a sheet; whether it was accused. `names`: the convention's, empty: any."""
        blamed = sum(verdict.accused for verdict in said.verdicts)
        self.numbers += len(said.verdicts)
        self.sheets += 1
        self.blamed += blamed
        self.accused += blamed > 0
        self.coarse += sum(verdict.verdict == "coarse" for verdict in said.verdicts)
        self.recognised += any(name in names or not names for name in said.conventions)
        for name in said.conventions:
            self.conventions[name] = self.conventions.get(name, 0) + 1
        return blamed > 0


@dataclass(slots=True)
class Wrong:
    """Sheets with mistakes."""

    sheets: int = 0
    located: int = 0
    named: int = 0
    consequences: int = 0
    again: int = 0
    right: int = 0
    blamed: int = 0

    def add(self, said: Judgement, known: Truth) -> tuple[str, ...]:
        """Count a sheet; what went wrong: not located, not named, blamed again, right ones blamed."""
        faults = []
        first = next((verdict for verdict in said.verdicts if verdict.blamed), None)
        # What is done the same everywhere may be told as a convention, and then nothing is blamed.
        told = first is None and bool(said.conventions)
        located = told or (first is not None and first.name in known.first)
        named = told or (located and _named(said.verdicts, known))
        again = sum(verdict.blamed for verdict in said.verdicts if verdict.name in known.after)
        blamed = sum(verdict.accused for verdict in said.verdicts if verdict.name in known.right)
        self.sheets += 1
        self.located += located
        self.named += named
        self.consequences += len(known.after)
        self.again += again
        self.right += len(known.right)
        self.blamed += blamed
        faults += [] if located else ["not located"]
        faults += [] if named or not located else ["not named"]
        faults += ["blamed again"] if again else []
        faults += ["right number blamed"] if blamed else []
        return tuple(faults)


def _named(verdicts: Iterable[Verdict], known: Truth) -> bool:
    """Whether the first blamed number bears the mistake's name."""
    first = next(verdict for verdict in verdicts if verdict.blamed)
    mistake = known.first[first.name]
    return TOLD_AS.get(mistake, mistake) in first.mistakes


@dataclass(slots=True)
class Zeros:
    """Zeros in place of numbers that are none."""

    numbers: int = 0
    passed: int = 0
    sheets: int = 0
    accepted: int = 0

    def add(self, said: Judgement, zeros: frozenset[str]) -> bool:
        """Count a sheet on which the numbers of these names are zeros; whether one passed."""
        passed = sum(verdict.passed for verdict in said.verdicts if verdict.name in zeros)
        self.numbers += len(zeros)
        self.passed += passed
        self.sheets += 1
        self.accepted += passed > 0
        return passed > 0
