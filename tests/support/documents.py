"""Reading documents in tests: tables by their names, cells as they are."""

from __future__ import annotations

from collections.abc import Iterable

from tracer.engine.training import trace_iterations
from tracer.model.experiment import Experiment
from tracer.show.document import Block, Cell, Items, Name, Note, Table, Text, Value, Warn
from tracer.show.reports.run import run_document


def tables(document: Iterable[Block]) -> dict[str, list[tuple[Cell, ...]]]:
    """The rows of each table by its name; names as plain text."""
    return {
        block.name: [tuple(map(plain, row)) for row in block.rows]
        for block in document
        if isinstance(block, Table)
    }


def plain(cell: Cell) -> Cell:
    """A name or a tuple of parts as text; other cells as they are."""
    if isinstance(cell, Name):
        return cell.name
    if isinstance(cell, Value):
        return str(cell.number)
    return "".join(str(plain(part)) for part in cell) if isinstance(cell, tuple) else cell


def remarks(document: Iterable[Block], kind: type = Note) -> list[Cell]:
    """The words of all notes, warnings or texts."""
    return [
        plain(block.content)
        for block in document
        if isinstance(block, Note | Warn | Text) and isinstance(block, kind)
    ]


def items(document: Iterable[Block]) -> list[Cell]:
    """The words of all items of lists."""
    return [plain(item) for block in document if isinstance(block, Items) for item in block.items]


def run_blocks(
    experiment: Experiment,
    iterations: int = 1,
    *,
    view: str = "neurons",
    sample: int | str | None = None,
    limit: int | None = 200,
) -> list[Block]:
    """The document of `run`; its tables can be read once."""
    run, traces = trace_iterations(experiment, range(1, iterations + 1))
    return list(run_document(experiment, run, traces, view=view, sample=sample, limit=limit))
