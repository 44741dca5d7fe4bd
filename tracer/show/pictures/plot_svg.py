"""A plot as SVG, by ourselves: one file that needs nothing else.

Units are those of the picture's own coordinate system, 720 wide; it shrinks with its window. Colours
follow the reader's choice of light or dark. All text of people goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Iterator

from tracer.immutable import immutable
from tracer.language import say
from tracer.show.pictures.axes import Axis
from tracer.show.pictures.plot import Curve, Panel, Plot, Points
from tracer.show.symbols import escaped

WIDTH, LEFT, RIGHT = 720.0, 86.0, 36.0
_HEAD, _PANEL, _FOOT, _CAPTION, _ROW, _GAP = 50.0, 240.0, 60.0, 36.0, 24.0, 8.0
_CHARACTER = 9.2
"""About how wide a character of the legend is."""
_KEY = 44.0
_LONGEST = 60

_STYLE = """
.bptrace-plot{color-scheme:light dark;max-width:100%;height:auto;--paper:#fff;--ink:#1b1f24;
--soft:#5b6470;--grid:#e3e7ec;--c0:#0b62b8;--c1:#c2410c;--c2:#15803d;--c3:#a21caf;--c4:#0e7490;--c5:#92600a;
--c6:#b91c1c;--c7:#4c51bf}
.bptrace-plot text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--ink)}
.bptrace-plot .plot-title{font-size:17px;font-weight:600}
.bptrace-plot .panel-title{font-weight:600}
.bptrace-plot .soft{fill:var(--soft);font-weight:400}
.bptrace-plot .tick{fill:var(--soft);font-variant-numeric:tabular-nums}
.bptrace-plot .grid{stroke:var(--grid);fill:none}
.bptrace-plot .frame{stroke:var(--soft);fill:none}
.bptrace-plot .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:butt}
.bptrace-plot .mark{stroke-width:1.6;fill:var(--paper)}
@media (max-width:560px){.bptrace-plot text{font-size:19px}.bptrace-plot .plot-title{font-size:23px}
.bptrace-plot .line{stroke-width:2.6}}
@media (prefers-color-scheme:dark){.bptrace-plot{--paper:#14171b;--ink:#eceff3;--soft:#a3adb9;
--grid:#2b3138;--c0:#63b3ff;--c1:#ff9b57;--c2:#5fd38a;--c3:#eb8cf2;--c4:#4fd3e6;--c5:#e6b84a;--c6:#ff8a8a;
--c7:#a9b0ff}}
@media print{.bptrace-plot{--paper:#fff;--ink:#000;--soft:#444;--grid:#ddd}}
"""
_MARKS = {
    "o": "M{x} {y}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "s": "M{x} {y}m-3.6 -3.6h7.2v7.2h-7.2z",
    "^": "M{x} {y}m0 -4.8l4.6 8h-9.2z",
    "D": "M{x} {y}m0 -5l5 5l-5 5l-5 -5z",
    "v": "M{x} {y}m0 4.8l4.6 -8h-9.2z",
    "+": "M{x} {y}m-4.6 0h9.2m-4.6 -4.6v9.2",
    "x": "M{x} {y}m-3.8 -3.8l7.6 7.6m0 -7.6l-7.6 7.6",
}


@immutable
class Box:
    """Where the curves of a panel are drawn, and the axes of the place."""

    top: float
    bottom: float
    updates: Axis
    values: Axis

    def x(self, updates: float) -> float:
        """The place of so many updates."""
        return LEFT + (self.updates.place(updates) or 0.0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float | None:
        """The place of a number; None where the axis has none."""
        place = self.values.place(value)
        return None if place is None else self.bottom - place * (self.bottom - self.top)


def plot_svg(plot: Plot) -> str:
    """The plot as the text of an SVG file."""
    top, panels = _HEAD, list[str]()
    for panel in plot.panels:
        rows = len(_legend_rows(panel))
        box_top = top + _CAPTION + _ROW * rows + _GAP * bool(rows)
        box = Box(box_top, box_top + _PANEL, plot.updates, panel.axis)
        panels += _panel(panel, box, top)
        top = box.bottom + _FOOT
    return "\n".join([*_begin(plot, top), *panels, "</svg>", ""])


def _begin(plot: Plot, height: float) -> Iterator[str]:
    size = f'viewBox="0 0 {_n(WIDTH)} {_n(height)}" width="{_n(WIDTH)}" height="{_n(height)}"'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bptrace-plot" {size} role="img"'
        ' aria-labelledby="plot-title plot-desc">'
    )
    curves = [curve.description for panel in plot.panels for curve in panel.curves]
    yield f'<title id="plot-title">{escaped(plot.title)}</title>'
    yield f'<desc id="plot-desc">{escaped(". ".join([plot.description, *curves]))}.</desc>'
    yield f"<style>{_STYLE}</style>"
    yield '<rect width="100%" height="100%" style="fill:var(--paper)"/>'
    yield f'<text class="plot-title" x="20" y="32">{escaped(_short(plot.title))}</text>'


def _panel(panel: Panel, box: Box, top: float) -> Iterator[str]:
    yield '<g class="panel">'
    words = f'<tspan class="soft">{escaped(panel.axis_words)}</tspan>' if panel.axis_words else ""
    title = f"{escaped(_short(panel.title))}{words}"
    yield f'<text class="panel-title" x="20" y="{_n(top + 20)}">{title}</text>'
    yield from _legend(panel, top + _CAPTION)
    yield from _grid(box)
    for curve in panel.curves:
        yield from _curve(panel, curve, box)
    yield "</g>"


def _grid(box: Box) -> Iterator[str]:
    right = WIDTH - RIGHT
    for tick, label in zip(box.values.ticks, box.values.labels(), strict=True):
        y = box.y(tick) or 0.0
        yield f'<path class="grid" d="M{_n(LEFT)} {_n(y)}H{_n(right)}"/>'
        yield _tick(LEFT - 9, y + 4.5, "end", label)
    for tick, label in zip(box.updates.ticks, box.updates.labels(), strict=True):
        x = box.x(tick)
        yield f'<path class="grid" d="M{_n(x)} {_n(box.top)}V{_n(box.bottom)}"/>'
        yield f'<path class="frame" d="M{_n(x)} {_n(box.bottom)}v5"/>'
        yield _tick(x, box.bottom + 21, "middle", label)
    yield _tick((LEFT + right) / 2, box.bottom + 43, "middle", say("updates"))
    yield f'<path class="frame" d="M{_n(LEFT)} {_n(box.top)}V{_n(box.bottom)}H{_n(right)}"/>'


def _tick(x: float, y: float, anchor: str, label: str) -> str:
    where = f'x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"'
    return f'<text class="tick" {where}>{escaped(label)}</text>'


def _curve(panel: Panel, curve: Curve, box: Box) -> Iterator[str]:
    yield f'<g class="curve" data-curve="{escaped(curve.key or curve.label)}">'
    yield f"<title>{escaped(curve.description)}</title>"
    yield f'<path class="line" style="{_stroke(curve)}" d="{_path(curve.points, box)}"/>'
    for updates, value in panel.marked(curve):
        y = box.y(value)
        if y is not None:
            yield _mark(curve, box.x(updates), y)
    yield "</g>"


def _path(points: Points, box: Box) -> str:
    """The points joined, a gap where the axis has no place for one."""
    pieces, joined = [], False
    for updates, value in points:
        y = box.y(value)
        if y is not None:
            pieces.append(f"{'L' if joined else 'M'}{_n(box.x(updates))} {_n(y)}")
        joined = y is not None
    return "".join(pieces)


def _mark(curve: Curve, x: float, y: float) -> str:
    shape = _MARKS[curve.marker].format(x=_n(x), y=_n(y))
    return f'<path class="mark" style="stroke:var(--c{curve.color})" d="{shape}"/>'


def _stroke(curve: Curve) -> str:
    dash = ";stroke-dasharray:" + " ".join(map(_n, curve.dash)) if curve.dash else ""
    return f"stroke:var(--c{curve.color}){dash}"


def _legend_rows(panel: Panel) -> list[list[tuple[Curve, float]]]:
    """The curves with their places from the left, in as many rows as it takes; none for one curve."""
    rows: list[list[tuple[Curve, float]]] = []
    x = WIDTH
    for curve in panel.curves if len(panel.curves) > 1 else ():
        width = _KEY + _CHARACTER * len(_short(curve.label)) + 26
        if x + width > WIDTH - RIGHT:
            rows.append([])
            x = 20.0
        rows[-1].append((curve, x))
        x += width
    return rows


def _legend(panel: Panel, top: float) -> Iterator[str]:
    for number, row in enumerate(_legend_rows(panel)):
        y = top + _ROW * number + 8
        for curve, x in row:
            yield '<g class="key">'
            line = f"M{_n(x)} {_n(y)}h{_n(_KEY - 8)}"
            yield f'<path class="line" style="{_stroke(curve)}" d="{line}"/>'
            yield _mark(curve, x + (_KEY - 8) / 2, y)
            yield f'<text x="{_n(x + _KEY)}" y="{_n(y + 4.5)}">{escaped(_short(curve.label))}</text>'
            yield "</g>"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _n(number: float) -> str:
    """A coordinate, to a hundredth."""
    return f"{number:.2f}".rstrip("0").rstrip(".")
