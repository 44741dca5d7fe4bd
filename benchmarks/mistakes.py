"""`python -m benchmarks.mistakes`: how often `check` finds a mistake, and names one that wasn't made.

Every row of the table is planted on random networks, in one number of a sheet that is complete
otherwise. Against false alarms: sheets that are right (rounded, cut off, calculated from rounded
numbers, partial), and numbers that are wrong for no reason.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tracer.diagnose.check import check
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.verdicts import BLAMED
from tracer.formula import EvaluationError

# What plants mistakes is the tests' own; it stands beside them, in the checkout.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

from support.planting import (
    answers,
    asked,
    can_be_told,
    plants,
    random_experiment,
    right_sheet,
    sheet,
    source_of,
    written,
)

_DIGITS = 5


def planted(networks: int, rng: np.random.Generator) -> tuple[Counter[str], Counter[str]]:
    """How often each row was planted, and how often it was among the matches of that number."""
    made: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for _ in range(networks):
        experiment = random_experiment(rng)
        source = source_of(experiment)
        for row in MISTAKES.values():
            plant = next((p for p in plants(source, row, rng) if can_be_told(p, _DIGITS)), None)
            if plant is None:
                continue
            try:
                handed_in = answers(sheet(source, _DIGITS, plant))
            except EvaluationError:  # a mistaken net input can be beyond a logarithm
                continue
            verdicts = {f.name: f for f in check(experiment, handed_in).findings}
            made[row.name] += 1
            found[row.name] += row.name in {m.name for m in verdicts[plant.name].matches}
    return made, found


def right(networks: int, rng: np.random.Generator) -> tuple[int, int]:
    """How many right numbers were handed in, and how many were blamed."""
    numbers = blamed = 0
    for _ in range(networks):
        experiment = random_experiment(rng)
        handed_in = answers(right_sheet(source_of(experiment), rng))
        report = check(experiment, handed_in)
        numbers += len(report.findings)
        blamed += sum(finding.verdict in BLAMED for finding in report.findings)
    return numbers, blamed


def senseless(networks: int, digits: int, rng: np.random.Generator) -> tuple[int, int]:
    """How many numbers were wrong by a random factor of 1/10 to 10, and how many got a name.

    Half of them come alone, so that the slip may be in any of the steps before.
    """
    numbers = named = 0
    for _ in range(networks):
        experiment = random_experiment(rng)
        source = source_of(experiment)
        name = str(rng.choice(asked(source)))
        factor = 10 ** rng.uniform(-1, 1) * rng.choice([-1, 1])
        if source.value(name) == 0:
            continue
        texts = {} if rng.random() < 0.5 else sheet(source, _DIGITS)  # alone, or in its place
        texts[name] = written(source.value(name) * factor, digits)
        finding = {f.name: f for f in check(experiment, answers(texts)).findings}[name]
        numbers += finding.verdict in BLAMED
        named += bool(finding.matches)
    return numbers, named


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mistakes", description=__doc__)
    parser.add_argument("--networks", type=int, default=300, help="random networks (300)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (0)")
    options = parser.parse_args(arguments)
    rng = np.random.default_rng(options.seed)
    made, found = planted(options.networks, rng)
    for name in MISTAKES:
        print(f"{name:42} planted {made[name]:5}  found {found[name]:5}")
    print(f"{'all':42} planted {made.total():5}  found {found.total():5}")
    numbers, blamed = right(options.networks, rng)
    print(f"{'right numbers':42} {numbers:13}  blamed {blamed:4}")
    for digits in (2, 3, 4, 5, 6):
        numbers, named = senseless(options.networks, digits, rng)
        print(f"{f'random numbers of {digits} digits':42} {numbers:13}  named {named:5}")


if __name__ == "__main__":
    main()
