"""`python -m benchmarks.mistakes`: how good `bptrace check` is, on sheets as people make them.

Right sheets of each manner, sheets by other conventions, zeros, programs, and sheets with
planted mistakes, all drawn from `--seed`. `docs/checking.md` quotes what it prints: `make mistakes`
writes it there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks.block import put
from benchmarks.people import cases
from benchmarks.people.cases import Case
from benchmarks.people.tables import Results
from benchmarks.people.update_cases import update_cases

BEGIN = "<!-- printed by `make mistakes` -->"
GROUPS: dict[str, tuple[Callable[[Random, int], Iterator[Case]], float]] = {
    "right": (cases.right_cases, 3),
    "conventions": (cases.convention_cases, 0.3),
    "zeros": (cases.zero_cases, 0.5),
    "programs": (cases.program_cases, 0.5),
    "wrong": (cases.wrong_cases, 0.15),
    "optimizers": (update_cases, 0.15),
}
"""The cases of a group, and how many times `--sheets` there are of each of its rows."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, or write them into a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mistakes", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    parser.add_argument(
        "--sheets", type=int, default=20, help="a measure of how many sheets of a kind (20)"
    )
    parser.add_argument("--only", choices=GROUPS, action="append", help="these groups alone")
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print the first N false cases"
    )
    parser.add_argument("--names", action="store_true", help="also a table by the mistakes' names")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the tables into the page's block"
    )
    options = parser.parse_args(arguments)
    results = Results(show=options.show)
    for group in options.only or GROUPS:
        make, times = GROUPS[group]
        for case in make(Random(f"{options.seed} {group}"), max(1, round(times * options.sheets))):
            results.take(group, case)
    shown = f"--seed {options.seed} --sheets {options.sheets}"
    shown += "".join(f" --only {group}" for group in options.only or ())
    lines = ["", f"`python -m benchmarks.mistakes {shown}` prints:"]
    lines += results.lines(by_name=options.names)
    if options.write:
        put(options.write, BEGIN, lines)
    print("\n".join(lines))


if __name__ == "__main__":
    main()
