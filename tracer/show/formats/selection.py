"""Which blocks of a document a format gets: all, one table, or the records for programs.

Between a report and the writers, so that no writer needs to know of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from tracer.errors import UsageError, did_you_mean
from tracer.show.document import Document, Drawing, Items, Records, Table, Text
from tracer.show.spoken import spoken

Drawings: TypeAlias = Literal["all", "asked", "none"]


def chosen(
    document: Document,
    *,
    table: str | None = None,
    for_programs: bool = False,
    conventions: bool = True,
    drawings: Drawings = "none",
) -> Document:
    """The blocks to write.

    With `table` only the table of that name. `for_programs`: the records, or where there are none
    the first table. Otherwise everything but records, and with `conventions` false without those;
    of the drawings all, those that were asked for, or none.

    Raises:
        UsageError: there is no table of that name.
    """
    if table is not None:
        return spoken((_named(document, table, for_programs),))
    if for_programs:
        return spoken(tuple(_records(document)))
    left_out = Records if drawings == "all" else (Records, Drawing)
    return spoken(
        block
        for block in document
        if (isinstance(block, Drawing) and block.asked and drawings == "asked")
        or (
            not isinstance(block, left_out)
            and (conventions or not isinstance(block, Items | Text) or block.topic != "conventions")
        )
    )


def _tables(document: Document, *, records: bool) -> Iterator[Table]:
    for block in document:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Records) and records:
            yield block.table


def _records(document: Document) -> Iterator[Table]:
    """The records, or else the first table; nothing after it is asked for."""
    first: Table | None = None
    for block in document:
        if isinstance(block, Records):
            yield block.table
            return
        first = first or (block if isinstance(block, Table) else None)
    if first is not None:
        yield first


def _named(document: Document, name: str, records: bool) -> Table:
    known: list[str] = []
    for table in _tables(document, records=records):
        if table.name == name:
            return table
        known.append(table.name)
    names = list(dict.fromkeys(filter(None, known)))
    hint = f"there are {', '.join(names)}" if names else "the result has no tables"
    near = did_you_mean(name, names)
    raise UsageError(f"there is no table '{name}'", " ".join(filter(None, (near, hint))))
