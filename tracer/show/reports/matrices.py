"""Arrays of a trace as the matrices of equations, with their names and their true shapes."""

from __future__ import annotations

from collections.abc import Callable

from tracer.engine.trace import IterationTrace
from tracer.model.network import FloatArray
from tracer.model.quantity import OF_A_WEIGHT, PARTS, ArrayDerivative, Identity, Kind, Stage
from tracer.show.document import Cell, Content, Matrix, MatrixEquation, Name
from tracer.show.reports.equations import Part
from tracer.show.reports.tables import cell, whose

WhoseNumber = Callable[[int, int], Identity]

_SIDE = 8
"""The longest side of a matrix that is shown in full."""


def equation(name: Name, parts: list[Part], result: Part | None) -> MatrixEquation:
    """name = parts = result."""
    return MatrixEquation((name, " = ", *parts, *((" = ", result) if result is not None else ())))


def name_of(trace: IterationTrace, stage: Stage | Kind) -> Name:
    """The name of an array; a gradient over a batch is the loss's: ∂loss/∂W."""
    if isinstance(stage, Kind):
        return Name(stage)
    if stage.kind in PARTS.values() and len(trace.rows) > 1 and not trace.rule.batch_means:
        kind = Kind.WEIGHT if stage.kind in OF_A_WEIGHT else Kind.BIAS
        return Name(ArrayDerivative(Kind.LOSS, Stage(kind, stage.layer)))
    return Name(stage)


def stage_matrix(trace: IterationTrace, stage: Stage) -> Matrix:
    """The array as it was recorded, biases as a column."""
    array = trace.arrays[stage]
    two_sided = array if array.ndim == 2 else array[:, None]
    whole = array.ndim
    return matrix_of(
        two_sided, name_of(trace, stage), lambda *place: whose(trace, stage, place[:whole])
    )


def matrix_of(array: FloatArray, label: Content, of: WhoseNumber | None = None) -> Matrix:
    """The array with its true shape; of a large one the first rows and columns and the last.

    `of(row, column)`: which number stands there.
    """
    height, width = array.shape
    rows, columns = _places(height), _places(width)
    return Matrix(
        tuple(tuple(_element(array, row, column, of) for column in columns) for row in rows),
        (height, width),
        label,
    )


def _places(length: int) -> list[int | None]:
    """Which rows or columns are shown; None is a gap."""
    return list(range(length)) if length <= _SIDE else [0, 1, 2, None, length - 1]


def _element(
    array: FloatArray, row: int | None, column: int | None, of: WhoseNumber | None
) -> Cell:
    if row is None or column is None:
        return "…"
    return cell(array[row, column], of(row, column) if of else None)
