"""The messages in a document's constants, put into the language in force just before it is written.

What is said while a document is made is in that language already; columns and titles that are constants
hold a `Message`, which stays English until here. Between the reports and the writers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from tracer.language import ENGLISH, Message, in_force, say
from tracer.show.document import Block, Cell, Document, Records, Table

T = TypeVar("T")


def spoken(document: Document) -> Document:
    """The same blocks; in English they are as they were."""
    return document if in_force() == ENGLISH else map(_block, document)


def _block(block: Block) -> Block:
    if isinstance(block, Records):
        return replace(block, table=_table(block.table))
    return _table(block) if isinstance(block, Table) else _said(block)


def _table(table: Table) -> Table:
    """Rows are read once, as they come."""
    title = None if table.title is None else _said(table.title)
    return replace(table, columns=_said(table.columns), title=title, rows=_rows(table.rows))


def _rows(rows: Iterable[tuple[Cell, ...]]) -> Iterator[tuple[Cell, ...]]:
    return map(_said, rows)


def _said(part: T) -> T:
    """What may be a message, or holds some."""
    found: Any = part
    if isinstance(found, Message):
        found = say(found)
    elif isinstance(found, tuple):
        found = tuple(map(_said, found))
    elif is_dataclass(found) and type(found).__module__ == Table.__module__:
        found = replace(found, **{f.name: _said(getattr(found, f.name)) for f in fields(found)})  # type: ignore[type-var]
    said: T = found
    return said
