"""What the views share: columns, cells, and tables that are shortened where they would be long."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from tracer.engine.trace import IterationTrace
from tracer.language import message, say
from tracer.model.quantity import Identity, Index, Kind, Quantity, Stage, at
from tracer.show.document import Block, Cell, Column, Content, Inline, Name, Note, Table, Value

Row: TypeAlias = tuple[Cell, ...]

NOT_REPRESENTABLE = message("not representable")
"""Stands where a number is beyond float64; `inf` and `nan` are never shown."""

_NAMES_SHOWN = 6

LAYER, NEURON = Column(message("layer"), "right"), Column(message("neuron"))
NET, OUT = Column(Name(Kind.NET), "right"), Column(Name(Kind.OUT), "right")
TARGET, ERROR = Column(Name(Kind.TARGET), "right"), Column(Name(Kind.ERROR), "right")
DE_DOUT, SLOPE = Column(Name(Kind.DE_DOUT), "right"), Column(Name(Kind.SLOPE), "right")
PARAMETER = (Column(message("parameter")), Column(message("connection")))
DELTA = Column(Name(Kind.DELTA), "right")


def local(identity: Identity) -> Name:
    """The name below a heading that says the iteration."""
    return Name(at(identity, 1))


def cell(value: float, of: Identity | None = None) -> Cell:
    """The number, or words where float64 can't hold it; `of`: which of the calculation it is."""
    value = float(value)
    if not math.isfinite(value):
        return NOT_REPRESENTABLE
    return value if of is None else Value(value, of=of)


def cells(trace: IterationTrace, kind: Kind, layer: int, position: int | None) -> list[Cell]:
    """The layer's numbers of a kind, for the sample at `position` of the batch.

    With None, the means over the batch. Empty cells where nothing calculates them.
    """
    stage = Stage(kind, layer, mean=position is None)
    array = trace.arrays.get(stage)
    if array is None:
        return [None] * len(trace.experiment.network.neurons(layer))
    values = array[position or 0].tolist()
    return [cell(value, whose(trace, stage, (k,), position)) for k, value in enumerate(values)]


def whose(
    trace: IterationTrace, stage: Stage, index: Index, position: int | None = None
) -> Quantity:
    """The number at that place of an array; `position`: of which sample of the batch."""
    row = None if position is None else trace.rows[position]
    return Quantity(stage, index, row, trace.number)


def joined(parts: Sequence[Inline | tuple[Inline, ...]], separator: str) -> tuple[Inline, ...]:
    """The parts with the separator between them."""
    found: list[Inline] = []
    for part in parts:
        found += [separator] * bool(found)
        found += part if isinstance(part, tuple) else (part,)
    return tuple(found)


def listed(names: Sequence[str], separator: str = " ") -> str:
    """`h1 h2`, or `h1 … h128` where there are many."""
    return separator.join(names if len(names) <= _NAMES_SHOWN else (names[0], "…", names[-1]))


def suffix(iteration: int, sample: int | None = None) -> str:
    """`@2#3` behind a table's name for programs, as behind a quantity's: 1 is not written."""
    of_iteration = f"@{iteration}" if iteration != 1 else ""
    return of_iteration + (f"#{sample}" if sample not in (None, 1) else "")


def number_column(header: Content) -> Column:
    """A column of numbers."""
    return Column(header, "right")


def table(
    columns: Sequence[Column], rows: Sequence[Row], limit: int | None, *, title: str, name: str
) -> Iterator[Block]:
    """A table of the rows; of more than `limit` only the first and the last, and a note."""
    return long_table(columns, len(rows), rows.__getitem__, limit, title=title, name=name)


def long_table(
    columns: Sequence[Column],
    count: int,
    row: Callable[[int], Row],
    limit: int | None,
    *,
    title: str,
    name: str,
) -> Iterator[Block]:
    """The same for rows that are only made when they are shown: row(0) … row(count − 1)."""
    if limit is None or count <= limit:
        yield Table(tuple(columns), map(row, range(count)), title, name)
        return
    last = limit // 2
    gap: Row = ("…", *[None] * (len(columns) - 1))
    rows = chain(map(row, range(limit - last)), [gap], map(row, range(count - last, count)))
    yield Table(tuple(columns), rows, title, name)
    yield Note(
        say(
            "{left_out} of {count} rows are left out; --all-rows shows them.",
            left_out=count - limit,
            count=count,
        )
    )
