"""`python -m benchmarks.page_judge`: how often the judge of a page says what `bptrace check` says.

Sheets of one iteration as people make them, of the bundled small examples and of random exercises,
judged by both: the page's JavaScript runs in node. All of a number is told alike where the verdict, the
names of the mistakes in their order, what it follows from and how it was cut off are the same; a sheet
is alike where that is so of all its numbers, and of what is said of the sheet as a whole.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.page_judge.compare import Compared, Page, compared
from benchmarks.page_judge.exercises import Example, bundled
from benchmarks.page_judge.sheets import Sheet, sheets_of
from benchmarks.people.exercises import random_exercise
from benchmarks.people.trainings import OPTIMIZERS, random_training
from tracer.page.exercise import MOST

BUNDLED = (
    "mazur", "mazur-free-biases", "mazur-shared-biases", "appendix-b", "zhou", "zhou-training",
    "xor-thresholds", "xor", "relu-bce", "sigmoid-graph", "recurrent-two-steps", "descent",
    "descent-momentum", "descent-rmsprop", "descent-adagrad", "deeplearning-momentum",
)  # fmt: skip
"""The bundled examples of a size that people calculate by hand."""


@dataclass
class Line:
    """How many sheets and numbers were told alike."""

    sheets: int = 0
    alike: int = 0
    numbers: int = 0
    verdicts: int = 0
    told: int = 0
    slowest: float = 0.0
    times: list[float] = field(default_factory=list)

    def add(self, found: Compared) -> None:
        """One sheet more."""
        self.sheets += 1
        self.alike += found.agrees
        self.numbers += len(found.python)
        for name, said in found.python.items():
            other = found.page.get(name, {})
            self.verdicts += said["verdict"] == other.get("verdict")
            self.told += said == other
        self.times.append(found.milliseconds)

    def text(self, title: str) -> str:
        """The line of the table."""
        part = 100 * self.verdicts / max(self.numbers, 1)
        typical = sorted(self.times)[len(self.times) // 2]
        return (
            f"{title:32} {self.sheets:6} {self.alike:6} {self.numbers:8} {self.verdicts:8} "
            f"{part:8.3f} {self.told:8} {typical:7.1f} {max(self.times):7.1f}"
        )


HEAD = (
    f"{'':32} {'sheets':>6} {'alike':>6} {'numbers':>8} {'verdict':>8} "
    f"{'percent':>8} {'all told':>8} {'ms':>7} {'slowest':>7}"
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line for each example and each kind of sheet, and one for all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page_judge", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    parser.add_argument("--sheets", type=int, default=220, help="of each bundled example (220)")
    parser.add_argument("--random", type=int, default=20, help="so many random exercises (20)")
    parser.add_argument("--each", type=int, default=22, help="sheets of each of those (22)")
    parser.add_argument("--only", action="append", metavar="NAME", help="these examples alone")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N differences")
    options = parser.parse_args(arguments)
    lines: dict[str, Line] = defaultdict(Line)
    shown = 0
    with Page() as page:
        for title, sheet in _sheets(options):
            found = compared(sheet, page)
            for line in (title, f"  {sheet.kind}", "all"):
                lines[line].add(found)
            if not found.agrees and shown < options.show:
                shown += 1
                print(_difference(found))
    print(HEAD)
    last = lines.pop("all")
    for title in sorted(lines, key=lambda title: title.startswith("  ")):
        print(lines[title].text(title))
    print(last.text("all"))


def _sheets(options: argparse.Namespace) -> Iterator[tuple[str, Sheet]]:
    for name in options.only or BUNDLED:
        for sheet in sheets_of(bundled(name), Random(f"{options.seed} {name}"), options.sheets):
            yield name, sheet
    for number in range(options.random):
        rng = Random(f"{options.seed} random {number}")
        title, example = _drawn(rng, number)
        for sheet in sheets_of(example, rng, options.each):
            yield title, sheet


def _drawn(rng: Random, number: int) -> tuple[str, Example]:
    """A random exercise; of every third the training has an optimiser, a penalty or the like."""
    what = "training" if number % 3 == 2 else "network"
    while True:
        if what == "training":
            exercise = random_training(rng, rng.choice(tuple(OPTIMIZERS)))
        else:
            exercise = random_exercise(rng)
        example = Example(f"{what} {number}", exercise.configuration())
        if len(example.exact) <= MOST:
            return f"random {what}s", example


def _difference(found: Compared) -> str:
    said = [f"--- {found.sheet.example.name}, {found.sheet.kind}"]
    if found.whole[0] != found.whole[1]:
        said += [f"  {side}" for side in map(json.dumps, found.whole)]
    for name, python, page in list(found.differences)[:4]:
        keys = [key for key in python.keys() | page.keys() if python.get(key) != page.get(key)]
        both = ({key: side.get(key) for key in keys} for side in (python, page))
        said.append(f"  {name} = {python.get('given')}: " + "  |  ".join(map(str, both)))
    said.append(f"  {json.dumps(found.sheet.texts)}")
    return "\n".join(said)


if __name__ == "__main__":
    main()
