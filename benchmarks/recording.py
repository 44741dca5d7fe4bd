"""`python -m benchmarks.recording`: a training that is recorded, in multiples of the same without.

The processor's time of training and of writing the file, in one process and turn by turn, when the
program of an iteration is there; medians of the ratios of neighbouring measurements.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

from benchmarks.cases import Case, cases
from tracer.cli.record import Recorded
from tracer.diagnose.answers.named import recording_of
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train
from tracer.errors import UsageError
from tracer.model.experiment import Experiment
from tracer.show.output import open_binary_output
from tracer.show.recordings import RECORDINGS, RecordFile
from tracer.show.recordings.layouts import layout_of


def trained(experiment: Experiment, iterations: int) -> float:
    """The seconds of a training that nobody records."""
    timeline = _programmed(experiment)
    began = process_time()
    train(timeline, iterations)
    return process_time() - began


def recorded(experiment: Experiment, iterations: int, row: RecordFile, path: Path) -> float:
    """The seconds of the same, with every number of every iteration in a file."""
    path.unlink(missing_ok=True)
    timeline = _programmed(experiment)
    began = process_time()
    with open_binary_output(path) as stream:
        writer = row.writer(layout_of(timeline, ()), stream)
        recording = Recorded(recording_of(timeline, 1), writer)
        run = train(timeline, iterations, progress=recording.before(None))
        recording.end(run.done)
    return process_time() - began


def _programmed(experiment: Experiment) -> NetworkTimeline:
    """Its timeline with the program of an iteration."""
    timeline = NetworkTimeline(experiment)
    timeline.advance(timeline.start, 0, 1)
    return timeline


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each case and kind of file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recording", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each (5)")
    parser.add_argument("--iterations", type=int, default=100_000, help="of 2-2-2 (100000)")
    options = parser.parse_args(arguments)
    print(
        f"{'medians, µs of CPU an iteration':34} {'file':9} {'with':>9} {'without':>9} {'ratio':>7}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for case, count in _cases(options.iterations):
            for row in _written():
                path = Path(folder, f"all{row.extension}")
                pairs = [
                    (recorded(case.experiment, count, row, path), trained(case.experiment, count))
                    for _ in range(options.rounds)
                ]
                ours, plain = (median(x) / count * 1e6 for x in zip(*pairs, strict=True))
                ratio = median(a / b for a, b in pairs)
                numbers = f"{ours:9.2f} {plain:9.2f} {ratio:7.2f}"
                print(f"{case.title:34} {row.extension:9} {numbers}", flush=True)


def _cases(iterations: int) -> list[tuple[Case, int]]:
    """The single sample with so many, batches of 128 with fewer."""
    single, *_, deep, _ = cases()
    return [(single, iterations), (deep, iterations // 100)]


def _written() -> list[RecordFile]:
    """The kinds of files that can be written here."""
    found = []
    for row in RECORDINGS.values():
        try:
            row.check()
        except UsageError as missing:
            print(f"{row.extension} is not measured: {missing}\n")
            continue
        found.append(row)
    return found


if __name__ == "__main__":
    main()
