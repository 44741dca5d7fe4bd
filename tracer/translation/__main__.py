"""`python -m tracer.translation de`: what a catalogue lacks, as TOML to translate and paste into it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from tracer.language import ENGLISH, codes
from tracer.translation.messages import lacks, messages


def main(arguments: Sequence[str]) -> int:
    """Write what is missing, stale or has other fields; 1 where anything is.

    Without a language: all the messages, for a new catalogue.
    """
    if not arguments:
        _write(messages())
        return 0
    incomplete = False
    for code in arguments:
        if code not in codes() or code == ENGLISH:
            there = ", ".join(code for code in codes() if code != ENGLISH)
            print(f"there is no catalogue '{code}'; there are {there}", file=sys.stderr)
            return 2
        lacking = lacks(code)
        _write(lacking.missing)
        for words, some in (("nobody says", lacking.stale), ("other fields in", lacking.fields)):
            for text in some:
                print(f"# {words}: {_quoted(text)}")
        incomplete |= bool(lacking)
    return int(incomplete)


def _write(missing: dict[str, str]) -> None:
    place = ""
    for text, where in missing.items():
        if where != place:
            print(f"\n# {where}")
            place = where
        print(f"{_quoted(text)} = {_quoted(text)}")


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
