"""Reading documents in tests: tables by their names, cells as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train_through
from tracer.model import words
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import FloatArray
from tracer.show.document import (
    Block,
    Cell,
    Formula,
    Items,
    Letter,
    Matrix,
    Name,
    Notation,
    Note,
    Records,
    Table,
    Text,
    Value,
    Warn,
)
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.run import run_document


def spelled(experiment: Experiment, document: Iterable[Block]) -> list[Block]:
    """What people see of the document, with canonical names of the network's numbers, as text."""
    notation = QuantityNotation(Names(experiment.network))
    return [_spelled(block, notation) for block in document if not isinstance(block, Records)]


def _spelled(part: Any, notation: Notation) -> Any:
    if isinstance(part, Name):
        return Name(notation.canonical(part.label))
    if is_dataclass(part) and not isinstance(part, type | Formula):
        inner = {field.name: getattr(part, field.name) for field in fields(part)}
        return replace(part, **{name: _spelled(value, notation) for name, value in inner.items()})
    if isinstance(part, Iterable) and not isinstance(part, str):
        return tuple(_spelled(inner, notation) for inner in part)
    return part


def tables(document: Iterable[Block]) -> dict[str, list[tuple[Cell, ...]]]:
    """The rows of each table by its name; names as plain text."""
    return {
        block.name: [tuple(map(plain, row)) for row in block.rows]
        for block in document
        if isinstance(block, Table)
    }


def plain(cell: Cell) -> Cell:
    """A name that is text, or a tuple of parts, as text; a number, whosever it is, as a number."""
    if isinstance(cell, Name):
        assert isinstance(cell.label, str), "only `spelled` documents have names"
        return cell.label
    if isinstance(cell, Letter):
        return words.plain(f"{{{cell.kind.name}}}")
    if isinstance(cell, Value):
        return cell.number if cell.of else str(cell.number)
    return "".join(str(plain(part)) for part in cell) if isinstance(cell, tuple) else cell


def elements(matrix: Matrix) -> FloatArray:
    """The elements of a matrix that is shown in full."""
    return np.array([list(map(plain, row)) for row in matrix.rows], dtype=float)


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
    """The document of `run`, its names spelled."""
    wanted = range(1, iterations + 1)
    run = train_through(NetworkTimeline(experiment), wanted)
    traces = map(run.timeline.trace, run.reached(wanted))
    document = run_document(experiment, run, traces, view=view, sample=sample, limit=limit)
    return spelled(experiment, document)
