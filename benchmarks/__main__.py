"""`python -m benchmarks`: the engine's time in multiples of others'.

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

from benchmarks import peers
from benchmarks.cases import cases
from benchmarks.timing import measure

AGREE = 1e-9
"""How far apart the parameters may end."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every case and print its line; exit if the two sides don't calculate the same."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=31, help="measurements of each pair (31)")
    parser.add_argument("--iterations", type=int, help="updates a round (some tens of ms)")
    options = parser.parse_args(arguments)
    missing = peers.missing()
    if missing:
        print(f"not installed, so not measured: {', '.join(missing)}\n")
    print(f"{'':34} {'beside':24} {'bptrace':>9} {'theirs':>9} {'ratio':>7}")
    print(f"{'medians of paired rounds':59} {'µs/iter':>9} {'µs/iter':>9}")
    for case in cases():
        for name, result in measure(case, options.rounds, options.iterations).items():
            if not result.difference < AGREE:
                sys.exit(f"{case.title}: {name} ends at different parameters")
            numbers = f"{result.ours:9.2f} {result.theirs:9.2f} {result.ratio:7.4f}"
            print(f"{case.title:34} {name:24} {numbers}", flush=True)


if __name__ == "__main__":
    main()
