"""A network, a graph or a curve as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from os import PathLike
from pathlib import Path
from typing import Any

from tracer.api.arguments import path_of
from tracer.api.shown import Lasting, one_line, save_text
from tracer.errors import UsageError
from tracer.graph.names import GraphNames
from tracer.model.names import Names
from tracer.show.formats import PICTURES, Medium, by_extension
from tracer.show.notation.notation import QuantityNotation
from tracer.show.output import open_binary_output
from tracer.show.pictures import picture as drawn
from tracer.show.pictures.numbers import PICTURE_NUMBERS
from tracer.show.pictures.plot import Plot
from tracer.show.pictures.plot_files import plot_file
from tracer.show.pictures.plot_svg import plot_svg


@dataclass(frozen=True, eq=False, repr=False)
class Picture(Lasting):
    """A drawing: a notebook shows it, `svg`, `dot` and `mermaid` are its texts."""

    _picture: drawn.Picture
    _names: Names | GraphNames

    @cached_property
    def svg(self) -> str:
        """As SVG, for light and for dark surroundings."""
        return self._text("svg")

    @property
    def dot(self) -> str:
        """For Graphviz."""
        return self._text("dot")

    @property
    def mermaid(self) -> str:
        """For Mermaid, which GitHub draws."""
        return self._text("mermaid")

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write it as .svg, .dot or .mmd.

        Raises:
            UsageError: the name has another ending.
            OutputError: the file exists already and `force` isn't given, or it can't be written.
        """
        row = by_extension(path_of(path))
        if row is None or not row.picture:
            known = ", ".join(each.extensions[0] for each in PICTURES.values())
            raise UsageError(f"{path}: no picture has this ending", f"there are {known}")
        save_text(path, self._text(row.name), force=force)

    def _text(self, format: str) -> str:
        row, stream = PICTURES[format], StringIO()
        notation = QuantityNotation(self._names, target=row.notation, numbers=PICTURE_NUMBERS)
        row.write(self._picture, notation, stream, Medium())
        return stream.getvalue()

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return one_line("picture", self._picture.title, self._picture.subtitle)


@dataclass(frozen=True, eq=False, repr=False)
class Curve:
    """Numbers over the updates of a training, drawn: a notebook shows it."""

    _plot: Plot

    @cached_property
    def svg(self) -> str:
        """As SVG."""
        return plot_svg(self._plot)

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write it as .svg, or as .png or .pdf where matplotlib is installed.

        Raises:
            UsageError: the name has another ending, or matplotlib is missing.
            OutputError: the file exists already and `force` isn't given, or it can't be written.
        """
        row = plot_file(path_of(path))
        with open_binary_output(Path(path), force) as stream:
            row.write(self._plot, stream)

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        curves: list[Any] = [curve.description for p in self._plot.panels for curve in p.curves]
        return one_line(f"curve of {self._plot.title!r}", *curves)
