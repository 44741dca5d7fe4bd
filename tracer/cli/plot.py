"""`--plot`: curves of a training, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.display import Display, note
from tracer.errors import UsageError
from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.show.pictures.plot import Plot

PlotOption = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", help="Draw the loss on the way as .svg, .png or .pdf."),
]
PlotQuantityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plot-quantity",
        metavar="NAME",
        help="Draw this in place of the loss: out_o1, w5, dE/dw1, gradients (their norm a layer), "
        "loss, …. Can be repeated.",
    ),
]


@immutable
class Wish:
    """What is to be drawn, into which file; without a file nothing."""

    path: Path | None
    names: tuple[str, ...]

    def write(self, plot: Plot, display: Display) -> None:
        """Write the file, whole or not at all."""
        from tracer.show.output import open_binary_output
        from tracer.show.pictures.plot_files import plot_file

        assert self.path is not None
        with open_binary_output(self.path, display.force) as stream:
            plot_file(self.path).write(plot, stream)
        curves = sum(len(panel.curves) for panel in plot.panels)
        note(f"drew {curves} curve{'s' if curves > 1 else ''}: {self.path}")


def wish(path: Path | None, names: list[str] | None) -> Wish:
    """What the options ask for; the loss where no quantity is named.

    Raises:
        UsageError: quantities without a file, a file of an unknown kind, or one that needs what is
            not installed: said before there is any training.
    """
    if path is None:
        if names:
            raise UsageError("--plot-quantity needs a file to draw into", "add --plot FILE.svg")
        return Wish(None, ())
    from tracer.show.pictures.plot_files import plot_file

    plot_file(path)
    return Wish(path, tuple(names or ["loss"]))
