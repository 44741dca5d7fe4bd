"""`python -m benchmarks.checking`: how long `check` takes for many sheets of the bundled mazur.

300 sheets, as people make them, in one process: the configuration is loaded for each, its answers are
read and checked, as the command does it. Times are the process's own.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from time import process_time

from benchmarks.people import slips
from benchmarks.people.calculation import Calculation
from benchmarks.people.exercises import HALF, Exercise, Layer
from benchmarks.people.pens import random_pen
from benchmarks.people.sheets import FORMATS, numbers_of, written
from tracer.config import load
from tracer.diagnose.answers import read_answers
from tracer.diagnose.check import check

CONFIG = Path(__file__).parent.parent / "configs" / "mazur.yaml"
MAZUR = Exercise(
    inputs=("i1", "i2"),
    layers=(
        Layer(("h1", "h2"), "sigmoid", ((0.15, 0.20), (0.25, 0.30)), "shared", (0.35,)),
        Layer(("o1", "o2"), "sigmoid", ((0.40, 0.45), (0.50, 0.55)), "shared", (0.60,)),
    ),
    loss=HALF,
    reduction="mean",
    samples=((0.05, 0.10),),
    targets=((0.01, 0.99),),
    rate=0.5,
    iterations=1,
    freeze=True,
    output_first=False,
    online=False,
)
AT_THE_END, EVERY_STEP = "exact, rounded at the end", "every step rounded, carried on"
MIXED = "some steps rounded, others cut off"

Sheet = Callable[[Random], bytes]


def _right(manner: str, part: str = "complete", iterations: int = 1) -> Sheet:
    def sheet(rng: Random) -> bytes:
        exercise = replace(MAZUR, iterations=iterations)
        calculation = Calculation(exercise, random_pen(rng, manner)).run()
        return written(numbers_of(calculation, part, rng), rng.choice(FORMATS))

    return sheet


def _mistaken(rng: Random) -> bytes:
    while True:
        pen, name = random_pen(rng, AT_THE_END), rng.choice(slips.names())
        if found := slips.calculate(MAZUR, pen, name, rng):
            return written(numbers_of(found.wrong, "complete", rng), rng.choice(FORMATS))


KINDS: dict[str, Sheet] = {
    "right, rounded at the end": _right(AT_THE_END),
    "right, rounded at every step": _right(EVERY_STEP),
    "right, a random third": _right(AT_THE_END, "a random third"),
    "right, two iterations": _right(AT_THE_END, iterations=2),
    "right, some rounded, others cut off": _right(MIXED),
    "one mistake": _mistaken,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line for each kind of sheet, and one for all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.checking", description=__doc__)
    parser.add_argument("--sheets", type=int, default=300, help="in all (300)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    options = parser.parse_args(arguments)
    rng, configuration = Random(options.seed), CONFIG.read_text(encoding="utf-8")
    count = max(1, options.sheets // len(KINDS))
    sheets = {kind: [make(rng) for _ in range(count)] for kind, make in KINDS.items()}
    print(f"{'':36} {'sheets':>6} {'seconds':>8} {'ms each':>8} {'slowest':>8}")
    found = []
    for kind, some in sheets.items():
        times = list(_times(configuration, some))
        found += times
        print(_line(kind, times))
    print(_line("all", found))


def _times(configuration: str, sheets: Sequence[bytes]) -> Iterator[float]:
    """Seconds for each sheet."""
    for answers in sheets:
        started = process_time()
        experiment = load("mazur.yaml", configuration)
        check(experiment, read_answers(answers, "answers", experiment, None))
        yield process_time() - started


def _line(kind: str, times: Sequence[float]) -> str:
    all_of_them, slowest = sum(times), max(times) * 1000
    each = all_of_them / len(times) * 1000
    return f"{kind:36} {len(times):6} {all_of_them:8.2f} {each:8.1f} {slowest:8.1f}"


if __name__ == "__main__":
    main()
