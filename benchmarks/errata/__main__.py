"""`python -m benchmarks.errata [PAGE]`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.errata.found import found
from benchmarks.errata.page import page


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the page, or print it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.errata", description="The errata page, in Markdown."
    )
    parser.add_argument("page", type=Path, nargs="?", help="the file (default: print it)")
    options = parser.parse_args(arguments)
    text = page(found())
    if options.page:
        options.page.write_text(text, encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
