"""`python -m benchmarks.oracle`: random trainings, calculated in decimals of 50 digits, and by bptrace.

Every number of every iteration is compared. Trainings in which rounding at the 16th digit grows to
1e-13 by itself are drawn again: they would measure the exercise and not the program.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.oracle import reading
from benchmarks.oracle.comparing import Difference, differences, kind_of, noise
from benchmarks.oracle.draw import random_case
from benchmarks.oracle.network import Network
from benchmarks.oracle.training import Case, Numbers, trained
from benchmarks.settings import RULES

LIMIT = 1e-12
STEADY = 1e-13
GREAT = 1e4


@dataclass(slots=True)
class Result:
    """What was found of an optimiser."""

    numbers: int = 0
    worst: Difference | None = None
    where: str = ""
    faults: list[str] = field(default_factory=list)
    absent: dict[str, int] = field(default_factory=dict)

    def take(self, found: Difference, where: str) -> None:
        """Count a number."""
        self.numbers += 1
        if self.worst is None or found.error > self.worst.error:
            self.worst, self.where = found, where

    @property
    def fine(self) -> bool:
        """Whether all numbers agree."""
        return not self.faults and self.worst is not None and self.worst.error <= LIMIT


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each optimiser; exit with 1 if one of them is off by more than 1e-12."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.oracle", description=__doc__)
    parser.add_argument("--networks", type=int, default=20, help="for each optimiser (20)")
    parser.add_argument("--iterations", type=int, default=50, help="of each training (50)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    parser.add_argument("--only", choices=RULES, action="append", help="these optimisers alone")
    parser.add_argument("--keep", type=Path, help="keep the configurations that differ here")
    options = parser.parse_args(arguments)
    fine = True
    for optimizer in options.only or RULES:
        rng, result = Random(f"{options.seed} {optimizer}"), Result()
        for number in range(options.networks):
            case, exact = steady(rng, optimizer, options.iterations)
            one = compared(case, exact, f"{optimizer}-{number}", rng, options.keep)
            _merge(result, one)
        fine &= result.fine
        _print(optimizer, result)
    sys.exit(0 if fine else 1)


def steady(rng: Random, optimizer: str, iterations: int) -> tuple[Case, list[Numbers]]:
    """A training that stays small, and in which rounding errors do."""
    while True:
        case = random_case(rng, optimizer)
        try:
            exact, rough = trained(case, iterations), trained(case, iterations, digits=16)
        except ArithmeticError:
            continue
        greatest = max(abs(x) for row in exact for x in row.values())
        if greatest < GREAT and noise(exact, rough) < STEADY:
            return case, exact


def compared(
    case: Case, exact: list[Numbers], title: str, rng: Random, keep: Path | None
) -> Result:
    """The case through the command, every number beside the oracle's."""
    result = Result()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{title}.yaml"
        path.write_text(case.configuration(), encoding="utf-8")
        try:
            of_network = isinstance(case.what, Network)
            run = reading.iterations(path, len(exact), network=of_network)
            for k, said in enumerate(run, 1):
                _count(result, exact[k - 1], said, k, title)
            _explain(result, exact, run, path, rng, title)
        except reading.RefusedError as error:
            result.faults.append(f"{title}: {error}")
        if not result.fine and keep:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / path.name).write_bytes(path.read_bytes())
    return result


def _count(result: Result, right: Numbers, said: reading.Numbers, k: int, title: str) -> None:
    for found in differences(right, said, k):
        result.take(found, title)
    for name in right.keys() - said.keys():
        kind = kind_of(name)
        result.absent[kind] = result.absent.get(kind, 0) + 1


def _explain(
    result: Result, exact: list[Numbers], run: list[reading.Numbers], path: Path, rng: Random,
    title: str,
) -> None:  # fmt: skip
    """Names of the first, some, and the last iteration through `explain`: what `run` lacks first."""
    wanted: dict[int, list[str]] = {}
    for k in sorted({1, rng.randint(1, len(exact)), len(exact)}):
        names = [name for name in sorted(exact[k - 1]) if "#" not in name]
        rng.shuffle(names)
        wanted[k] = sorted(names, key=run[k - 1].__contains__)[:16]
    asked = [f"{name}@{k}" if k > 1 else name for k, names in wanted.items() for name in names]
    said = reading.explained(path, asked)
    for k, names in wanted.items():
        ending = f"@{k}" if k > 1 else ""
        told = {name: said[name + ending] for name in names if name + ending in said}
        for name in names:
            if name not in told:
                result.faults.append(f"{title}: explain says nothing of {name}@{k}")
        for found in differences(exact[k - 1], told, k):
            result.take(found, f"{title}, explain")


def _merge(total: Result, one: Result) -> None:
    total.numbers += one.numbers
    total.faults += one.faults
    for kind, count in one.absent.items():
        total.absent[kind] = total.absent.get(kind, 0) + count
    if one.worst and (total.worst is None or one.worst.error > total.worst.error):
        total.worst, total.where = one.worst, one.where


def _print(optimizer: str, result: Result) -> None:
    worst = result.worst
    if worst is None:
        print(f"{optimizer:9} nothing compared", flush=True)
    else:
        print(
            f"{optimizer:9} {result.numbers:9,} numbers, greatest relative error "
            f"{worst.error:.1e} ({worst.name}@{worst.iteration} of {result.where}: "
            f"{worst.said!r}, right is {worst.right!r})",
            flush=True,
        )
    for fault in result.faults[:5]:
        print(f"          {fault}")
    if result.absent:
        print(f"          not in run's JSON: {', '.join(sorted(result.absent))}")


if __name__ == "__main__":
    main()
