"""What people hand in: which of their numbers, and in which file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from benchmarks.people.calculation import Calculation
from benchmarks.people.naming import Namer
from benchmarks.people.places import Place

BACK = ("delta", "part", "grad", "new")
FORWARD = ("net", "out", "E", "E_total", "loss")
SLOPES = ("path", "slope", "cross")
PARTS: dict[str, Callable[[Place, int, Random], bool]] = {
    "complete": lambda place, last, rng: True,
    "without slopes and paths": lambda place, last, rng: place.kind not in SLOPES,
    "a random third": lambda place, last, rng: rng.random() < 1 / 3,
    "deltas, gradients, new weights": lambda place, last, rng: place.kind in BACK,
    "forward pass": lambda place, last, rng: place.kind in FORWARD,
    "results of the last iteration": lambda place, last, rng: (
        place.iteration == last
        and (place.kind in ("loss", "E_total", "new") or place.kind == "out")
    ),
}
STATES = ("m+", "v+", "s+")
CORRECTED = ("mhat", "vhat")
UPDATE = ("lr", "penalty", "loss", "grad", "data", "pen", "clip", *STATES, *CORRECTED, "new")
UPDATE_PARTS: dict[str, Callable[[Place, int, Random], bool]] = {
    "complete": lambda place, last, rng: True,
    "from the gradient on": lambda place, last, rng: place.kind in UPDATE,
    "without corrected moments": lambda place, last, rng: (
        place.kind in UPDATE and place.kind not in CORRECTED
    ),
    "states and new weights": lambda place, last, rng: place.kind in (*STATES, "new"),
    "only the new weights": lambda place, last, rng: place.kind == "new",
    "a random third": lambda place, last, rng: rng.random() < 1 / 3,
    "the last iteration's states and weights": lambda place, last, rng: (
        place.iteration == last and place.kind in (*STATES, "new")
    ),
}
"""What people leave out of an optimiser's step."""
FORMATS = ("yaml", "csv", "lines", "markdown", "semicolons", "tabs", "json")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was handed in: where it belongs, and as it is written.

    `precision` is a program's: what its numbers may be off by, relative to 1 or to themselves.
    """

    place: Place
    name: str
    text: str
    precision: float | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """How the numbers look: zeros at the end dropped, or powers of ten."""

    dropped: bool = False
    scientific: bool = False

    def apply(self, text: str) -> str:
        """The text in this style, with the same digits (but the zeros)."""
        if self.dropped and "." in text:
            text = text.rstrip("0").rstrip(".")
        if self.scientific:
            digits = text.lstrip("-").replace(".", "").lstrip("0")
            if digits and "." in text:
                return f"{float(text):.{len(digits) - 1}e}"
        return text


def random_style(rng: Random) -> Style:
    """Mostly plain; sometimes zeros are dropped, seldom powers of ten."""
    return Style(dropped=rng.random() < 0.15, scientific=rng.random() < 0.08)


def numbers_of(
    calculation: Calculation,
    part: str,
    rng: Random,
    style: Style | None = None,
    namer: Namer | None = None,
) -> list[Number]:
    """The numbers that are handed in of a calculation."""
    namer = namer or Namer(calculation.exercise)
    style = style or Style()
    wanted = PARTS.get(part) or UPDATE_PARTS[part]
    handed = []
    for place, value in calculation.values.items():
        if wanted(place, calculation.exercise.iterations, rng):
            text = calculation.texts.get(place) or calculation.pen.text(value, str(place))
            handed.append(Number(place, namer(place), style.apply(text)))
    return handed


def written(numbers: Iterable[Number], form: str) -> bytes:
    """The numbers as a file."""
    pairs = [(number.name, number.text) for number in numbers]
    match form:
        case "csv":
            lines = ["name,value", *(f"{name},{text}" for name, text in pairs)]
        case "semicolons":
            lines = [f"{name};{text.replace('.', ',')}" for name, text in pairs]
        case "tabs":
            lines = [f"{name}\t{text}" for name, text in pairs]
        case "lines":
            lines = [f"{name} = {text}" for name, text in pairs]
        case "markdown":
            rows = (f"| {name} | {text} |" for name, text in pairs)
            lines = ["# My numbers", "", "| quantity | value |", "|---|---|", *rows]
        case "json":
            body = ", ".join(f"{json.dumps(name)}: {text}" for name, text in pairs)
            lines = [f"{{{body}}}"]
        case _:
            lines = [f"{name}: {text}" for name, text in pairs]
    return ("\n".join(lines) + "\n").encode()
