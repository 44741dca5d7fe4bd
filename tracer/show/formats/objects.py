"""Results that are objects (mappings, lists, iterators) as JSON.

Long lists are iterators: `write` takes from them as it goes, so that a long run is written while it
is calculated. Numbers are the shortest text that reads back as the same float64; what isn't finite
must have been left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from tracer.show.document import Notation
from tracer.show.formats.medium import Medium
from tracer.visible import json_escaped


def write_json(result: Any, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write the result; the names in it are canonical, whatever the notation."""
    write(result, stream, ascii=medium.ascii)


def write(result: Any, stream: TextIO, *, ascii: bool = True) -> None:
    """Write a result: an iterator, or a list that is the whole result, an element a line.

    `ascii`: other signs in names and titles are written as \\uXXXX.
    """
    encoder = json.JSONEncoder(ensure_ascii=ascii, allow_nan=False)
    pieces = _pieces(iter(result) if isinstance(result, list) else result, encoder, "\n")
    stream.writelines(map(json_escaped, pieces))
    stream.write("\n")


def _pieces(value: Any, encoder: json.JSONEncoder, line: str) -> Iterator[str]:
    """The text of the value in pieces; `line` is a line break with the indentation so far."""
    if isinstance(value, Mapping) and any(isinstance(v, Iterator) for v in value.values()):
        opening = "{"
        for key, part in value.items():
            yield f"{opening}{line} {encoder.encode(key)}: "
            yield from _pieces(part, encoder, line + " ")
            opening = ","
        yield line + "}"
    elif isinstance(value, Iterator):
        opening = "["
        for part in value:
            yield f"{opening}{line} "
            yield from _pieces(part, encoder, line + " ")
            opening = ","
        yield "[]" if opening == "[" else line + "]"
    else:
        yield encoder.encode(value)
