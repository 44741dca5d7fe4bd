"""`python -m benchmarks.exercises`: how long a class's exercises take, with sheets, keys and pages.

The command, `bptrace new --count 300 --with sheet,key,page`, from its start to its end, in multiples
of the 30 seconds that it is allowed; then each part of it in this process, and its share of them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from tracer.cli.exercise_files import COMPANIONS
from tracer.config.writing import dump
from tracer.model.experiment import Experiment
from tracer.teach.exercise import Wish, exercise
from tracer.teach.sets import drawn, without_near_ones

ALLOWED = 30.0
"""Seconds, on an idle machine."""
WITH = ("sheet", "key", "page")


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints a line for the command, and one for each part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exercises", description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="exercises (300)")
    options = parser.parse_args(arguments)
    count = options.count
    print(f"{'':36} {'seconds':>8} {'ratio':>6}")
    allowed = ALLOWED * count / 300
    for words, taken in zip(("from start to end", "of processors"), _command(count), strict=True):
        print(f"{f'the command, {count}: {words}':36} {taken:8.2f} {taken / allowed:6.2f}")
    parts = dict(_parts(count))
    whole = sum(parts.values())
    print(f"\n{'one process':36} {'seconds':>8} {'ratio':>6} {'ms each':>8}")
    for words, taken in {**parts, "all": whole}.items():
        print(f"{words:36} {taken:8.2f} {taken / whole:6.2f} {taken / count * 1000:8.1f}")


def _command(count: int) -> tuple[float, float]:
    """Seconds from start to end, and what all its processes calculate: a busy machine delays only
    the first."""
    with TemporaryDirectory() as folder:
        words = ["new", "--count", str(count), "--with", ",".join(WITH), "-o", folder]
        started, before = perf_counter(), os.times()
        subprocess.run([sys.executable, "-m", "tracer", *words], check=True)
        seconds, after = perf_counter() - started, os.times()
        files = len(list(Path(folder).iterdir()))
    if files != count * (1 + len(WITH)):
        sys.exit(f"{files} files")
    return seconds, after.children_user - before.children_user


def _parts(count: int) -> Iterator[tuple[str, float]]:
    """The process's own seconds for each part."""
    wish, seeds = Wish(), range(1, count + 1)
    made: list[Experiment] = []
    yield "exercises", _timed(lambda: made.extend(exercise(wish, seed) for seed in seeds))
    firsts = [next(drawn(wish, seed, dump)) for seed in seeds]
    again = partial(drawn, wish, make=dump)
    yield "no two nearly the same", _timed(lambda: without_near_ones(firsts, again, wish.digits))
    yield "configurations", _timed(lambda: map(dump, made))
    for name in WITH:
        yield f"{name}s", _timed(partial(map, COMPANIONS[name].text, made))


def _timed(work: Callable[[], Iterable[object] | None]) -> float:
    """Seconds for the work, and for going through what it gives."""
    started = process_time()
    for _ in work() or ():
        pass
    return process_time() - started


if __name__ == "__main__":
    main()
