"""One table of a result, with its rows as Python's own values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TypeAlias

from tracer.api.arguments import text
from tracer.api.frames import DataFrame, data_frame
from tracer.api.shown import Several
from tracer.digits.numbers import NumberFormat
from tracer.graph.names import GraphNames
from tracer.model.names import Names
from tracer.show import document as doc
from tracer.show.formats.common import plain
from tracer.show.formats.selection import chosen
from tracer.show.notation.notation import QuantityNotation

Cell: TypeAlias = str | float | int | bool | None
"""A number in full, a name or a formula as text that can be typed, or nothing."""


@dataclass(frozen=True, eq=False, repr=False)
class Table(Several[tuple[Cell, ...]]):
    """A table: a sequence of its rows, each a tuple; `columns` are what stands above them.

    >>> import tracer
    >>> errors = tracer.trace("mazur").table("errors")
    >>> errors.columns
    ('output', 'target', 'out', 'E')
    >>> errors[0]
    ('o1', 0.01, 0.751365069..., 0.274811083...)
    """

    _table: doc.Table
    _naming: Names | GraphNames

    @property
    def name(self) -> str:
        """What `table` calls it by."""
        return self._table.name

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What stands above the columns."""
        return tuple(plain(column.header, self._typed) for column in self._table.columns)

    @cached_property
    def rows(self) -> tuple[tuple[Cell, ...], ...]:
        """All rows."""
        return tuple(tuple(map(self._cell, row)) for row in self._table.rows)

    def to_dataframe(self) -> DataFrame:
        """The same as a data frame; UsageError where pandas is not installed."""
        return data_frame(self.columns, self.rows)

    @cached_property
    def _typed(self) -> QuantityNotation:
        """Names as they are typed."""
        return QuantityNotation(
            self._naming, target="ascii", numbers=NumberFormat(None), limit=None
        )

    @cached_property
    def _spelled(self) -> Callable[[doc.Cell], str]:
        """A cell as text; long tables name the same quantities again and again."""
        return cache(partial(plain, notation=self._typed))

    def _cell(self, cell: doc.Cell) -> Cell:
        if isinstance(cell, tuple) and len(cell) == 1:
            (cell,) = cell
        if isinstance(cell, doc.Value):
            return float(cell.number)
        return cell if cell is None or isinstance(cell, float | int) else self._spelled(cell)

    @property
    def _items(self) -> tuple[tuple[Cell, ...], ...]:
        return self.rows

    def __repr__(self) -> str:
        return str(self)

    @property
    def _names(self) -> Names | GraphNames:
        return self._naming

    def _blocks(self, numbers: NumberFormat) -> doc.Document:
        return (self._table,)


def table_from(table: doc.Table, names: Names | GraphNames) -> Table:
    """A document's table, its rows read."""
    return Table(replace(table, rows=tuple(table.rows)), names)


def table_of(document: doc.Document, name: str, names: Names | GraphNames) -> Table:
    """The document's table of that name; UsageError where it has none."""
    (table,) = chosen(document, table=text("table", name))
    assert isinstance(table, doc.Table)
    return table_from(table, names)


def records_of(document: doc.Document, names: Names | GraphNames) -> Table:
    """The document's numbers, all in one table."""
    table = next(iter(chosen(document, for_programs=True)))
    assert isinstance(table, doc.Table)
    return table_from(table, names)
