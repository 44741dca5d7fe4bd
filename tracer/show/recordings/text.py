"""A recording as text: CSV, a number a line as `run --format csv`; JSONL, an iteration a line.

Every line is made once, with places for numbers, and filled in for each iteration.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

import numpy as np

from tracer.engine.recording import Block
from tracer.model.network import FloatArray
from tracer.show.recordings.layouts import Layout, Row, Shapes, numbers
from tracer.show.symbols import ENCODING_ERRORS

_WHICH = "\0"
"""Stands for iteration and sample in a line of CSV; no name has it."""
_TEMPLATES = 256


class CsvRecording:
    """iteration,sample,quantity,value; of a graph without `sample`. What isn't finite is empty."""

    def __init__(self, layout: Layout, stream: BinaryIO) -> None:
        self._layout, self._stream = layout, stream
        self._template = lru_cache(maxsize=4)(self._made)
        self._which = "{},{}" if layout.samples else "{}"
        sample = "sample," if layout.samples else ""
        stream.write(f"iteration,{sample}quantity,value\n".encode())

    def write(self, block: Block) -> None:
        """A line for each number of each iteration."""
        own, whole, order = self._template(Shapes.of(block))
        lines = []
        rows = (block.rows + 1).tolist()
        for number, samples, values in zip(
            block.iterations, rows, _values(numbers(block)[:, order]), strict=True
        ):
            pieces = [own.replace(_WHICH, self._which.format(number, row)) for row in samples]
            text = "".join((*pieces, whole.replace(_WHICH, self._which.format(number, ""))))
            lines.append(text % values)
        self._stream.write("".join(lines).encode("utf-8", ENCODING_ERRORS))

    def _made(self, shapes: Shapes) -> tuple[str, str, list[int]]:
        """The lines of one sample, those of the batch, and the places of their numbers."""
        rows = self._layout.rows(shapes)
        first = [row for row in rows if row.position == 0]
        batch = [row for row in rows if row.position is None]
        return _lines(first), _lines(batch), [row.place for row in rows]

    def end(self) -> None:
        """Nothing is left to write."""


class JsonlRecording:
    """An object a line: an iteration as among the `iterations` of `run --format json`."""

    def __init__(self, layout: Layout, stream: BinaryIO) -> None:
        self._layout, self._stream = layout, stream
        self._template = lru_cache(maxsize=_TEMPLATES)(self._made)

    def write(self, block: Block) -> None:
        """A line for each iteration."""
        shapes, found = Shapes.of(block), numbers(block)
        whole: list[bool] = np.asarray(np.isfinite(found).all(axis=1)).tolist()
        lines = []
        for place, number in enumerate(block.iterations):
            missing = () if whole[place] else _not_finite(found[place])
            rows = tuple(block.rows[place].tolist())
            text, order = self._template(shapes, rows, frozenset(missing))
            lines.append(text % (number, *found[place, order].tolist()))
        self._stream.write("".join(lines).encode("utf-8", ENCODING_ERRORS))

    def _made(
        self, shapes: Shapes, rows: tuple[int, ...], missing: frozenset[int]
    ) -> tuple[str, list[int]]:
        """The line of an iteration, and the places of its numbers."""
        order: list[int] = []
        found = self._layout.object(shapes, rows, missing) | {"iteration": _ITERATION}
        found = {"iteration": _ITERATION} | found
        return _written(found, order) + "\n", order

    def end(self) -> None:
        """Nothing is left to write."""


def _not_finite(values: FloatArray) -> list[int]:
    """The places of what float64 can't hold."""
    return [place for place, value in enumerate(values.tolist()) if not math.isfinite(value)]


class _Iteration:
    """Stands for the number of the iteration."""


_ITERATION = _Iteration()


def _written(value: Any, order: list[int]) -> str:
    """JSON with `%r` for every number; the places of the numbers are appended to `order`."""
    if value is _ITERATION:
        return "%d"
    if isinstance(value, float):
        order.append(int(value))
        return "%r"
    if isinstance(value, dict):
        parts = (f"{_constant(key)}: {_written(part, order)}" for key, part in value.items())
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_written(part, order) for part in value) + "]"
    return _constant(value)


def _constant(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("%", "%%")


def _lines(rows: Sequence[Row]) -> str:
    """A line of CSV for each, with `%s` for the number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows((_WHICH, row.name.replace("%", "%%"), "%s") for row in rows)
    return text.getvalue()


def _values(found: FloatArray) -> Iterable[tuple[float | str, ...]]:
    """The numbers of each iteration as they are written: empty where they aren't finite."""
    if np.isfinite(found).all():
        return map(tuple, found.tolist())
    finite = np.isfinite(found).tolist()
    return (
        tuple(x if good else "" for x, good in zip(*pair, strict=True))
        for pair in zip(found.tolist(), finite, strict=True)
    )
