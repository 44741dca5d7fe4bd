"""Plots: curves over the updates of a training, in panels below one another.

What a plot is, and where everything stands in it. Between the series and the files: `plot_svg` writes
one, `plot_matplotlib` has one drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TypeAlias

from tracer.immutable import immutable
from tracer.language import decimals, grouped, say
from tracer.show.pictures.axes import Axis, count_axis, value_axis

Points: TypeAlias = Sequence[tuple[int, float]]

COLORS = 8
DASHES: tuple[tuple[float, ...], ...] = ((), (7, 3), (2, 2.5), (9, 3, 2, 3), (14, 4))
MARKERS = "os^Dv+x"
"""Marks of a curve besides its colour; no two of the first 280 curves have all three in common."""
MARKS = 7
"""About so many markers a curve."""


@immutable
class Curve:
    """Points to be joined; `number` chooses colour, dashes and markers, `key` is a canonical name."""

    label: str
    points: Points
    number: int = 0
    key: str = ""

    @property
    def dash(self) -> tuple[float, ...]:
        """Lengths of strokes and gaps; none for a line that isn't broken."""
        return DASHES[self.number % len(DASHES)]

    @property
    def marker(self) -> str:
        """Its markers, in matplotlib's letters."""
        return MARKERS[self.number % len(MARKERS)]

    @property
    def color(self) -> int:
        """The number of its colour."""
        return self.number % COLORS

    @property
    def description(self) -> str:
        """How it begins and ends, in words."""
        if not self.points:
            return say("{name}: no finite number", name=self.label)
        (first, begin), (last, end) = self.points[0], self.points[-1]
        return say(
            "{name}: {begin} after {first} updates, {end} after {last}",
            name=self.label,
            begin=decimals(f"{begin:.6g}"),
            first=grouped(f"{first:,}"),
            end=decimals(f"{end:.6g}"),
            last=grouped(f"{last:,}"),
        )


@dataclass(frozen=True)
class Panel:
    """Curves on one axis."""

    title: str
    curves: tuple[Curve, ...]

    @cached_property
    def axis(self) -> Axis:
        """For the numbers of all its curves."""
        return value_axis(x for curve in self.curves for _, x in curve.points)

    @property
    def axis_words(self) -> str:
        """What must be said of the axis, in brackets behind the title."""
        if not self.axis.log:
            return ""
        if not self.axis.left_out:
            return f" ({say('log axis')})"
        without = say(
            "log axis; {count} zeros have no place on it",
            count=grouped(f"{self.axis.left_out:,}"),
        )
        return f" ({without})"

    def marked(self, curve: Curve) -> Points:
        """The points that bear markers: where there is only one curve, none is needed."""
        if len(self.curves) == 1 and len(curve.points) > 1:
            return ()
        shift = curve.number % MARKS / MARKS
        return spread(curve.points, MARKS, shift)


@dataclass(frozen=True)
class Plot:
    """The panels, over one axis of updates; `description` says in words how it was made."""

    title: str
    description: str
    panels: tuple[Panel, ...]

    @cached_property
    def updates(self) -> Axis:
        """From 0 to the last update of any curve."""
        curves = chain.from_iterable(panel.curves for panel in self.panels)
        return count_axis(max((curve.points[-1][0] for curve in curves if curve.points), default=1))


def spread(points: Points, count: int, shift: float) -> Points:
    """About so many of the points, at even distances along the updates, all moved by a part of one."""
    if len(points) <= count:
        return points
    first, last = points[0][0], points[-1][0]
    chosen, rest = [], iter(points)
    for place in range(count):
        wanted = first + (last - first) * (place + shift) / count
        found = next((point for point in rest if point[0] >= wanted), None)
        if found is not None:
            chosen.append(found)
    return chosen
