"""What `run` and `graph` do with a format that draws: one picture, of the last iteration asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracer.cli.display import Display, show_picture
from tracer.errors import UsageError
from tracer.show.pictures.views import DEFAULT_PICTURE, PICTURE_VIEWS

if TYPE_CHECKING:
    from tracer.engine.timeline import NetworkTimeline
    from tracer.graph.trace import GraphTrace


def draw_network(
    timeline: NetworkTimeline,
    reached: Sequence[int],
    sample: int | str | None,
    view: str,
    display: Display,
) -> None:
    """Draw the last iteration that training came to, of one sample.

    Raises UsageError for all samples at once, or where there is nothing to draw.
    """
    from tracer.show.pictures.network import network_picture

    if sample == "all":
        raise UsageError("a picture shows one sample", "choose it with --sample K")
    trace = timeline.trace(reached[-1])
    first = trace.rows[0] + 1
    shown = view if view in PICTURE_VIEWS else DEFAULT_PICTURE
    picture = network_picture(trace, shown, first if sample is None else int(sample))
    show_picture(picture, display, trace.names)


def draw_graph(trace: GraphTrace, display: Display) -> None:
    """Draw an iteration of a graph."""
    from tracer.show.pictures.graph import graph_picture

    show_picture(graph_picture(trace), display, trace.names)
