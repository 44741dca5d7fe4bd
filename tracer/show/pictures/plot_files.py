"""The kinds of files that a plot is written as; `PLOTS` is the only place that lists them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, Literal

from tracer.immutable import immutable
from tracer.show.endings import by_ending
from tracer.show.pictures import plot_matplotlib
from tracer.show.pictures.plot import Plot
from tracer.show.pictures.plot_svg import plot_svg


@immutable
class PlotFile:
    """A row of the table: the ending of its files' names, what writes one.

    `check` raises UsageError where something that it needs is missing.
    """

    extension: str
    write: Callable[[Plot, BinaryIO], None]
    check: Callable[[], None] = lambda: None


def _svg(plot: Plot, stream: BinaryIO) -> None:
    stream.write(plot_svg(plot).encode("utf-8"))


def _by_matplotlib(kind: Literal["png", "pdf"]) -> PlotFile:
    return PlotFile(f".{kind}", partial(plot_matplotlib.draw, kind=kind), plot_matplotlib.check)


PLOTS: dict[str, PlotFile] = {
    row.extension: row
    for row in (PlotFile(".svg", _svg), _by_matplotlib("png"), _by_matplotlib("pdf"))
}


def plot_file(path: Path) -> PlotFile:
    """The kind that the ending of the file's name chooses.

    Raises:
        UsageError: the name has no such ending, or something that the kind needs is missing.
    """
    return by_ending(path, PLOTS, "--plot", "picture")
