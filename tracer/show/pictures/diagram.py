"""A small network as a diagram of characters: boxes, and wires that bring each its inputs.

    i1 0.05 ─┬──── w1 0.15 ─▶│ h1 …
             │ ┌── w2 0.2 ──▶│

Each output runs into a line of its own, down and up, from which its wires branch off; where two
lines only cross, the one from left to right is interrupted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracer.immutable import immutable
from tracer.show.formats.layout import cell_width

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_JOINTS = " │││─┘┐┤─└┌├─┴┬┼"
"""The sign that joins these sides, by the sum of their numbers."""
_ASCII = str.maketrans("│─┘┐┤└┌├┴┬┼╭╮╰╯▶", "|-+++++++++++++>")


@immutable
class Wire:
    """What goes into a neuron: its label, and from which number of the layer before (None: nowhere)."""

    label: str
    source: int | None


@immutable
class Box:
    """A neuron: its name, its wires from above down, its numbers, a line each."""

    name: str
    wires: tuple[Wire, ...]
    facts: tuple[str, ...]

    @property
    def height(self) -> int:
        """Lines, with the frame."""
        return max(len(self.wires), len(self.facts)) + 2


@dataclass(slots=True)
class _Canvas:
    """Signs by (row, column)."""

    signs: dict[tuple[int, int], str] = field(default_factory=dict)

    def write(self, row: int, column: int, text: str) -> None:
        for place, sign in enumerate(text, column):
            self.signs[row, place] = sign

    def lines(self) -> Iterator[str]:
        width = max(column for _, column in self.signs) + 1
        for row in range(max(row for row, _ in self.signs) + 1):
            yield "".join(self.signs.get((row, column), " ") for column in range(width)).rstrip()


def diagram_lines(
    inputs: Sequence[str], layers: Sequence[Sequence[Box]], *, ascii: bool = False
) -> list[str]:
    """The diagram, the layers from left to right.

    Text must take a column a sign; [] where it doesn't.
    """
    if any(cell_width(text) != len(text) for text in _texts(inputs, layers)):
        return []
    canvas, height = _Canvas(), max(sum(box.height for box in boxes) for boxes in layers)
    tops = [_tops(boxes, height) for boxes in layers]
    wires = [_wire_rows(*pair) for pair in zip(tops, layers, strict=True)]
    places = [_beside(len(inputs), layers[0], height), *map(_within, tops, layers)]
    sources = [_free(*pair) for pair in zip(places, wires, strict=False)]
    if None in sources:
        return []
    column = max(map(len, inputs)) + 1
    for row, text in zip(sources[0] or (), inputs, strict=True):
        canvas.write(row, 0, f"{text} {'─' * (column - len(text) - 1)}")
    for number, boxes in enumerate(layers):
        column = _wired(canvas, column, sources[number] or (), wires[number])
        leaving = sources[number + 1] if number + 1 < len(layers) else None
        column = _boxed(canvas, column, tops[number], boxes, leaving or ())
    lines = list(canvas.lines())
    return [line.translate(_ASCII) for line in lines] if ascii else lines


def _wire_rows(tops: Sequence[int], boxes: Sequence[Box]) -> list[tuple[int, Wire]]:
    return [
        (row, wire)
        for top, box in zip(tops, boxes, strict=True)
        for row, wire in enumerate(box.wires, top + 1)
    ]


def _beside(count: int, boxes: Sequence[Box], height: int) -> list[list[int]]:
    """For each input the rows where it could stand, the best first: evenly beside the boxes."""
    tops = _tops(boxes, height)
    first, last = tops[0] + 1, max(tops[-1] + max(1, len(boxes[-1].wires) - 1), tops[0] + count)
    wanted = (first + (last - first) * k / max(1, count - 1) for k in range(count))
    rows = range(max(height, last + 1))
    return [sorted(rows, key=lambda row, best=best: abs(row - best)) for best in wanted]  # type: ignore[misc]


def _within(tops: Sequence[int], boxes: Sequence[Box]) -> list[list[int]]:
    """For each box the rows where its output could leave it, the best first."""
    return [
        sorted(range(top + 1, top + box.height - 1), key=lambda row, top=top: abs(row - top - 2))  # type: ignore[misc]
        for top, box in zip(tops, boxes, strict=True)
    ]


def _free(places: Sequence[Sequence[int]], wires: Sequence[tuple[int, Wire]]) -> list[int] | None:
    """A row for each output of a layer; None where there are too few.

    On its way to its own line an output crosses those of the outputs before it. In the rows where a
    wire branches off from one of them, it would run into that wire.
    """
    found: list[int] = []
    for number, rows in enumerate(places):
        taken = {row for row, wire in wires if wire.source is not None and wire.source < number}
        row = next((row for row in rows if row not in taken and row not in found), None)
        if row is None:
            return None
        found.append(row)
    return found


def _texts(inputs: Sequence[str], layers: Sequence[Sequence[Box]]) -> Iterator[str]:
    yield from inputs
    for box in (box for boxes in layers for box in boxes):
        yield from (box.name, *box.facts, *(wire.label for wire in box.wires))


def _tops(boxes: Sequence[Box], height: int) -> list[int]:
    """The first row of each box; the layer stands in the middle."""
    top = (height - sum(box.height for box in boxes)) // 2
    return [top + sum(box.height for box in boxes[:place]) for place in range(len(boxes))]


def _wired(
    canvas: _Canvas, column: int, sources: Sequence[int], wires: Sequence[tuple[int, Wire]]
) -> int:
    """Draw the lines and the wires; the column where the boxes begin."""
    first = column + 1
    label = first + 2 * len(sources) + 1
    width = max(len(wire.label) for _, wire in wires)
    for row in sources:
        canvas.write(row, column, "─")
    for number, row in enumerate(sources):
        ends = [end for end, wire in wires if wire.source == number]
        canvas.write(row, column, "─" * (2 * number + 1))
        for end in ends:
            canvas.write(end, first + 2 * number, "─" * (label - first - 2 * number - 1))
    for number, row in enumerate(sources):
        ends = [end for end, wire in wires if wire.source == number]
        _line(canvas, first + 2 * number, row, ends)
    for row, wire in wires:
        canvas.write(row, label, f"{wire.label} {'─' * (width - len(wire.label) + 1)}▶")
    return label + width + 3


def _line(canvas: _Canvas, column: int, source: int, ends: Sequence[int]) -> None:
    """The line of one output, down from the first row that it is needed in to the last."""
    top, bottom = min(source, *ends), max(source, *ends)
    for row in range(top, bottom + 1):
        sides = _UP * (row > top) + _DOWN * (row < bottom)
        sides += _LEFT * (row == source) + _RIGHT * (row in ends)
        canvas.write(row, column, _JOINTS[sides])


def _boxed(
    canvas: _Canvas,
    column: int,
    tops: Sequence[int],
    boxes: Sequence[Box],
    leaving: Sequence[int],
) -> int:
    """Draw the boxes of a layer, which outputs leave in some rows; the column behind them."""
    inner = max(max(len(text) for text in (f"{box.name} ─", *box.facts)) for box in boxes)
    for top, box in zip(tops, boxes, strict=True):
        rest = "─" * (inner - len(box.name))
        canvas.write(top, column, f"╭ {box.name} {rest}╮")
        for place in range(box.height - 2):
            fact = box.facts[place] if place < len(box.facts) else ""
            side = "├" if top + 1 + place in leaving else "│"
            canvas.write(top + 1 + place, column, f"│ {fact.ljust(inner)} {side}")
        canvas.write(top + box.height - 1, column, f"╰{'─' * (inner + 2)}╯")
    return column + inner + 4
