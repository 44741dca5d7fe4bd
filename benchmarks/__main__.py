"""`python -m benchmarks`: the engine's time in multiples of a plain NumPy loop's.

One OpenBLAS thread, as in the command. On two cores, two threads took 0.51 ms an iteration in place of
0.77 on 784-128-10 with batches of 64 while the machine was idle, and 9.4 ms while another process was
busy: threads that wait for each other spin. On 784-512-10 it was 4.5 ms in place of 5.1, and 32 ms.
On the small networks they change nothing on an idle machine and double the time on a busy one; a
thread more costs some 3 ms at the start.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

from benchmarks.cases import cases
from benchmarks.timing import measure

AGREE = 1e-9
"""How far apart the parameters may end."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every case and print its line; exit if the two sides don't calculate the same."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=31, help="pairs of measurements (31)")
    parser.add_argument("--iterations", type=int, help="updates a round (some tens of ms)")
    options = parser.parse_args(arguments)
    print(f"{'':34} {'bptrace':>9} {'plain':>9} {'ratio':>6}")
    print(f"{'medians of paired rounds':34} {'µs/iter':>9} {'µs/iter':>9}")
    for case in cases():
        result = measure(case, options.rounds, options.iterations)
        if not result.difference < AGREE:
            sys.exit(f"{case.title}: the two sides end at different parameters")
        print(f"{case.title:34} {result.ours:9.2f} {result.plain:9.2f} {result.ratio:6.2f}")


if __name__ == "__main__":
    main()
