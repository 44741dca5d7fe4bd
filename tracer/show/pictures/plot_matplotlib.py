"""A plot as PNG or PDF, drawn by matplotlib: the only module that needs it."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from tracer.errors import UsageError
from tracer.language import say
from tracer.show.pictures.plot import Curve, Panel, Plot
from tracer.visible import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLORS = ("#0b62b8", "#c2410c", "#15803d", "#a21caf", "#0e7490", "#92600a", "#b91c1c", "#4c51bf")
_POINTS_A_PIXEL = 0.75


def check() -> None:
    """UsageError where matplotlib isn't installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise UsageError(
            "PNG and PDF are drawn by matplotlib, which is not installed",
            'pip install "bptrace[plot]", or name the file .svg',
        ) from None


def draw(plot: Plot, stream: BinaryIO, kind: Literal["png", "pdf"]) -> None:
    """Write the plot; the same numbers give the same bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    count = len(plot.panels)
    with rc_context({"text.parse_math": False, "pdf.fonttype": 42}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a sign that the font lacks is drawn as a box
        figure = Figure(figsize=(7.2, 0.7 + 3.3 * count), layout="constrained")
        figure.suptitle(printable(plot.title), fontsize=13, fontweight="bold")
        for axes, panel in zip(
            figure.subplots(count, squeeze=False).flat, plot.panels, strict=True
        ):
            _panel(axes, panel, plot)
        metadata: dict[str, Any] = {"Title": printable(plot.title)}
        metadata |= {"CreationDate": None} if kind == "pdf" else {}
        figure.savefig(stream, format=kind, dpi=160, metadata=metadata)


def _panel(axes: Axes, panel: Panel, plot: Plot) -> None:
    axes.set_title(printable(panel.title) + panel.axis_words, fontsize=10, loc="left")
    for curve in panel.curves:
        _curve(axes, panel, curve)
    if panel.axis.log:
        axes.set_yscale("log")
    axes.set_xlim(plot.updates.low, plot.updates.high)
    axes.set_ylim(panel.axis.low, panel.axis.high)
    axes.set_xticks(plot.updates.ticks, plot.updates.labels())
    axes.set_yticks(panel.axis.ticks, panel.axis.labels())
    axes.set_xlabel(say("updates"))
    axes.grid(color="#e3e7ec")
    axes.spines[["top", "right"]].set_visible(False)
    if len(panel.curves) > 1:
        axes.legend(frameon=False, fontsize=9, handlelength=3.4)


def _curve(axes: Axes, panel: Panel, curve: Curve) -> None:
    places = {point: place for place, point in enumerate(curve.points)}
    axes.plot(
        [updates for updates, _ in curve.points],
        [value for _, value in curve.points],
        label=printable(curve.label),
        color=_COLORS[curve.color],
        linestyle=(0, tuple(_POINTS_A_PIXEL * x for x in curve.dash)) if curve.dash else "-",
        marker=curve.marker,
        markevery=[places[point] for point in panel.marked(curve)],
        markerfacecolor="white",
        linewidth=1.6,
    )
