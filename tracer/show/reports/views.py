"""The views of an iteration: what `bptrace run --view` can show of it; `VIEWS` lists them.

The row loads its function when it is asked for, so that the command line knows the views' names
without NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.engine.trace import IterationTrace
    from tracer.show.document import Block
    from tracer.show.reports.selection import Selection

    Show: TypeAlias = Callable[[IterationTrace, Selection], Iterator[Block]]


@immutable
class View:
    """A row of the table: its name, what it shows in words, and how the function is loaded.

    `needs_targets`: without `data` there is nothing that it could show.
    """

    name: str
    words: str
    load: Callable[[], Show]
    needs_targets: bool = True


def _neurons() -> Show:
    from tracer.show.reports.neurons import neurons

    return neurons


def _matrix() -> Show:
    from tracer.show.reports.matrix import matrix

    return matrix


def _paths() -> Show:
    from tracer.show.reports.paths import paths

    return paths


def _layers() -> Show:
    from tracer.show.reports.layers import layers

    return layers


_ROWS = (
    View("neurons", "neuron by neuron", _neurons, needs_targets=False),
    View("matrix", "the equations with their matrices", _matrix),
    View("paths", "what came back, path by path", _paths),
    View("layers", "how large deltas and gradients are", _layers),
)

VIEWS: dict[str, View] = {row.name: row for row in _ROWS}
DEFAULT = _ROWS[0].name
