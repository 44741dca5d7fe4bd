"""What is said of a single mark: its points, and why a number has fewer than its verdict earns."""

from __future__ import annotations

from tracer.language import counted, say
from tracer.model.marking import decimal
from tracer.show.document import Content, Name
from tracer.show.reports.tables import joined
from tracer.show.words import worded
from tracer.teach.marking import Mark, MarkedSheet

PLACES = 2


def points_of(mark: Mark) -> str:
    """`0.5 of 1`; a part of a total is shown to hundredths, and the sum rounded once."""
    earned, worth = (decimal(points, PLACES) for points in (mark.earned, mark.worth))
    return say("{points} of {maximum}", points=earned, maximum=worth)


def of_maximum(sheet: MarkedSheet) -> str:
    """`35.5 of 43 points.`"""
    return counted(
        sheet.maximum,
        "{points} of {maximum} point.",
        "{points} of {maximum} points.",
        points=sheet.points,
        maximum=sheet.maximum,
    )


def why(mark: Mark) -> Content:
    """Why it has fewer points than its verdict earns; empty where it hasn't."""
    if mark.short:
        return say("fewer digits than your others; nobody can tell that it was calculated")
    if mark.foreign:
        return say("hardly any of your numbers comes from what the exercise gives")
    spoiled = mark.spoiled
    if spoiled is None:
        return ""
    if spoiled.ground is not None:
        return spoiled.ground.words()
    if not spoiled.behind:
        return say("it has become a copy of another number; nothing was left to calculate")
    names = joined([Name(identity) for identity in spoiled.behind], ", ")
    return worded(say("no method: it goes back to {names}"), names=names)
