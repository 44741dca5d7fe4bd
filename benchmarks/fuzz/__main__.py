"""`python -m benchmarks.fuzz`: odd inputs of every kind, and what of them does not hold.

Each kind gets its share of `--seconds`; what failed is printed with the smallest case that shows
it. `docs/reliability.md` quotes the table: `make fuzz` writes it there.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.block import put
from benchmarks.fuzz.case import Case
from benchmarks.fuzz.hunt import Found, hunt
from benchmarks.fuzz.judge import judged
from benchmarks.fuzz.kinds import KINDS

BEGIN = "<!-- printed by `make fuzz` -->"
_CODES = ("0", "1", "2", "130")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table and the failures; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="for all kinds together (600)")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (1)")
    parser.add_argument("--kind", choices=KINDS, action="append", help="these kinds alone")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="put the table into the page's block"
    )
    options = parser.parse_args(arguments)
    kinds = options.kind or list(KINDS)
    os.environ["HOME"] = tempfile.gettempdir()
    for words in ("run", "check", "walk", "page -o page.html", "step", "gradcheck"):
        judged(Case((*words.split(), "mazur")))  # what they import is there when time is taken
    found: dict[str, Found] = {}
    for kind in kinds:
        found[kind] = hunt(kind, options.seed, options.seconds / len(kinds))
        for cause, (case, verdict) in found[kind].smallest.items():
            print(
                f"\n{kind}: {cause} ({found[kind].failed[cause]} times)\n{verdict.shown!a}\n{case}",
                flush=True,
            )
    shown = f"--seconds {options.seconds:g} --seed {options.seed}" + "".join(
        f" --kind '{kind}'" for kind in options.kind or ()
    )
    lines = table(found)
    if options.write:
        put(options.write, BEGIN, ["", f"`python -m benchmarks.fuzz {shown}` prints:", "", *lines])
    print("\n" + "\n".join(lines))
    return int(any(each.failed for each in found.values()))


def table(found: Mapping[str, Found]) -> list[str]:
    """A row a kind: how many were tried, how they ended, how many failed."""
    total = Found()
    for each in found.values():
        total.add(each)
    lines = [
        "| inputs | tried | exit 0 | 1 | 2 | 130 | failed | causes |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for kind, each in [*found.items(), ("**all**", total)]:
        ends = " | ".join(f"{each.codes[code]:,}" for code in _CODES)
        lines.append(
            f"| {kind} | {each.tried:,} | {ends} | {each.failed.total():,} | {len(each.failed)} |"
        )
    return lines


if __name__ == "__main__":
    sys.exit(main())
