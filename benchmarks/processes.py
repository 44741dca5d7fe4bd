"""`python -m benchmarks.processes`: whole commands, in multiples of the least program with this stack.

The processor's time of each process and its memory at the most, as the system counts them; turn by
turn, and the median of the ratios.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
MAZUR = str(ROOT / "configs" / "mazur.yaml")
BPTRACE = ("-m", "tracer")
LEAST = ("-m", "benchmarks.least", MAZUR)
PAIRS = (
    ("run mazur", (*BPTRACE, "run", MAZUR), "the least program", LEAST),
    ("step --iterations 10000", (*BPTRACE, "step", "-n", "10000"), "the least program", LEAST),
    ("--help", (*BPTRACE, "--help"), "import typer", ("-c", "import typer")),
)
MILLION = (*BPTRACE, "step", MAZUR, "--iterations", "1000000", "--trace-at", "700000")


def spent(arguments: Sequence[str]) -> tuple[float, float]:
    """The processor's time in seconds and the memory in MB of `python ARGUMENTS`."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "COLUMNS": "100"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody compiles all modules at each start
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"python {' '.join(arguments)} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each pair, and the memory of a long run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.processes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=11, help="runs of each command (11)")
    rounds = parser.parse_args(arguments).rounds
    print(f"{'medians':26} {'beside':18} {'bptrace':>9} {'theirs':>9} {'ratio':>6}")
    print(f"{'':26} {'':18} {'CPU ms':>9} {'CPU ms':>9}")
    for title, ours, beside, theirs in PAIRS:
        spent(ours), spent(theirs)  # the files are at hand then
        times = [(spent(ours)[0], spent(theirs)[0]) for _ in range(rounds)]
        first, second = (median(side) * 1000 for side in zip(*times, strict=True))
        ratio = median(a / b for a, b in times)
        print(f"{title:26} {beside:18} {first:9.0f} {second:9.0f} {ratio:6.2f}", flush=True)
    seconds, memory = spent(MILLION)
    print(f"\nstep --iterations 1000000 --trace-at 700000: {seconds:.1f} s, {memory:.0f} MB")


if __name__ == "__main__":
    main()
