r"""Tables as LaTeX's tabulars that fit the line and the page, from cells that are LaTeX already.

A table that is too wide first folds its widest column of words or formulas, then is set smaller,
then is divided: its columns over several tabulars that each begin with the column that names the
rows. A long one becomes several tabulars, between which a page may end. Only amsmath is needed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from tracer.immutable import immutable
from tracer.show.formats.latex_width import LINE, broken, width

_CHUNK = 500
_LINES_A_PAGE = 30
_GAP = 12.0
_NARROWEST = 110.0
_SIZES = (("", 1.0), (r"\small", 0.9), (r"\footnotesize", 0.8))
_FORMULA = re.compile(r"\$([^$]+)\$")


@immutable
class Grid:
    """Header and rows of cells; `columns` as tabular wants them: `l`, `r`, `c` or `p{120pt}`."""

    columns: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def widths(self) -> tuple[float, ...]:
        """The estimated width of each column without the gap."""
        cells = zip(self.header, *self.rows, strict=True)
        return tuple(
            float(column[2:-3]) if column.startswith("p") else max(map(_width, found))
            for column, found in zip(self.columns, cells, strict=True)
        )

    def part(self, chosen: Sequence[int]) -> Grid:
        """Only these columns."""
        return Grid(
            tuple(self.columns[index] for index in chosen),
            tuple(self.header[index] for index in chosen),
            tuple(tuple(row[index] for index in chosen) for row in self.rows),
        )


def tabulars(
    columns: tuple[str, ...], header: tuple[str, ...], rows: Iterator[tuple[str, ...]]
) -> Iterator[str]:
    """The lines of the table's tabulars, an empty line between them."""
    first = True
    while (chunk := tuple(islice(rows, _CHUNK))) or first:
        for part in _divided(_folded(Grid(columns, header, chunk))):
            for page in _pages(part):
                if not first:
                    yield ""
                first = False
                yield from _tabular(page, _size(_total(part)))


def _width(cell: str) -> float:
    return width(cell, math=False)


def _total(grid: Grid) -> float:
    return math.fsum(grid.widths) + _GAP * len(grid.columns)


def _folded(grid: Grid) -> Grid:
    """With its widest column folded, as far as that makes the table fit."""
    excess, widths = _total(grid) - LINE, grid.widths
    widest = max(range(len(widths)), key=widths.__getitem__)
    if excess <= 0 or widths[widest] <= _NARROWEST or grid.columns[widest] != "l":
        return grid
    room = max(_NARROWEST, widths[widest] - excess)
    columns = list(grid.columns)
    columns[widest] = f"p{{{room:.0f}pt}}"
    rows = tuple(
        tuple(_fold(cell, room) if at == widest else cell for at, cell in enumerate(row))
        for row in grid.rows
    )
    return replace(grid, columns=tuple(columns), rows=rows)


def _fold(cell: str, room: float) -> str:
    """A formula in lines below one another; words fold by themselves, ragged at the right."""
    formula = _FORMULA.fullmatch(cell)
    if formula is None:
        return rf"\raggedright {cell}"
    lines = broken(formula[1], room - 10)
    if len(lines) == 1:
        return cell
    below = r" \\ ".join(rf"&\quad {{}} {line.strip()}" for line in lines[1:])
    return rf"$\begin{{aligned}}[t] &{lines[0]} \\ {below} \end{{aligned}}$"


def _divided(grid: Grid) -> Iterator[Grid]:
    """The table, or its columns in groups that fit, each behind those that name the rows."""
    smallest = _SIZES[-1][1]
    if _total(grid) * smallest <= LINE:
        yield grid
        return
    widths = grid.widths
    keys = list(range(2 if len(widths) > 2 and grid.columns[0] == "r" else 1))
    room = LINE - math.fsum(widths[key] + _GAP for key in keys)
    group: list[int] = []
    for index in range(len(keys), len(widths)):
        if group and math.fsum(widths[at] + _GAP for at in (*group, index)) > room:
            yield grid.part([*keys, *group])
            group = []
        group.append(index)
    yield grid.part([*keys, *group])


def _pages(grid: Grid) -> Iterator[Grid]:
    """The rows in portions that a page has room for; a table without rows is one."""
    page: list[tuple[str, ...]] = []
    lines = 0
    for row in grid.rows:
        high = max(1 + cell.count(r" \\ ") for cell in row)
        if page and lines + high > _LINES_A_PAGE:
            yield replace(grid, rows=tuple(page))
            page, lines = [], 0
        page.append(row)
        lines += high
    if page or not grid.rows:
        yield replace(grid, rows=tuple(page))


def _size(total: float) -> str:
    """The largest size in which so many points fit the line."""
    return next((name for name, scale in _SIZES if total * scale <= LINE), _SIZES[-1][0])


def _tabular(grid: Grid, size: str) -> Iterator[str]:
    end = r"\tabularnewline" if any(c.startswith("p") for c in grid.columns) else r"\\"
    begin = rf"\noindent \begin{{tabular}}{{{''.join(grid.columns)}}}"
    yield f"{{{size} {begin}" if size else begin
    yield r"\hline"
    yield f"{' & '.join(grid.header)} {end}"
    yield r"\hline"
    for row in grid.rows:
        yield f"{' & '.join(row)} {end}"
    yield r"\hline"
    yield r"\end{tabular}\par}" if size else r"\end{tabular}"
