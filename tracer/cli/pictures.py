"""What commands do with a format that draws: one picture, of the last iteration asked for."""

from __future__ import annotations

from typing import Any

from tracer.cli.display import Display, show_picture
from tracer.errors import UsageError
from tracer.show.pictures.views import DEFAULT_PICTURE, PICTURE_VIEWS


def draw(trace: Any, display: Display, view: str = "", sample: int | str | None = None) -> None:
    """Draw an iteration, of a network with one sample; a view that is no picture stands for the usual.

    Raises UsageError for all samples at once, or where there is nothing to draw.
    """
    from tracer.show.reports.runs import picture_of

    if sample == "all":
        raise UsageError("a picture shows one sample", "choose it with --sample K")
    shown = view if view in PICTURE_VIEWS else DEFAULT_PICTURE
    picture = picture_of(trace, shown, None if sample is None else int(sample))
    show_picture(picture, display, trace.names)
