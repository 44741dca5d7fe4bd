"""Monospaced layout: widths, folding, long tables, derivations and matrices as lines of text.

Serves the terminal. `text` is the function that turns a cell into its final text (ASCII or not), so
that widths are measured on what is really printed. Nothing is ever cut off: lines fold at spaces,
and a word, a name or a number that is wider than its place makes the line longer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice, zip_longest
from typing import TypeAlias

from tracer.immutable import immutable
from tracer.show.document import Align, Cell, Derivation, Inline, Matrix, MatrixEquation, Name

GAP = "  "
RULE = "─"
_WIDE = r"\u2e80-\u303f\u3040-\ua4cf\uac00-\ud7a3\uf900-\ufaff"
_CLOSING = "[、。，；：？！）」』…]*"
_NARROW = "\u2e7f"
"""The last sign before the wide ones."""
CHUNK = 500
"""Rows laid out at a time: as many as memory holds of a table, however long it is."""

CellText: TypeAlias = Callable[[Cell], str]


def cell_width(text: str) -> int:
    """The columns the text takes in a terminal: 2 for wide (CJK) signs, 0 for combining ones."""
    return len(text) if text.isascii() else sum(map(_sign_width, text))


def _sign_width(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def pad(text: str, width: int, align: Align) -> str:
    """The text filled up with spaces to the width; longer text stays as it is."""
    missing = max(0, width - cell_width(text))
    left = {"left": 0, "right": missing, "center": missing // 2}[align]
    return " " * left + text + " " * (missing - left)


def fold(text: str, width: int | None) -> list[str]:
    """The text in lines of at most `width` columns, broken at spaces and between wide (CJK) signs."""
    if width is None or cell_width(text) <= width:
        return [text]
    lines = [""]
    for place, (gap, word) in enumerate(_words(text)):
        if place and cell_width(lines[-1] + gap + word) > width:
            lines.append(word)
        else:
            lines[-1] += gap + word
    return lines


def _words(text: str) -> Iterator[tuple[str, str]]:
    """What stays together, with the space that stands before it, if one does."""
    for number, part in enumerate(text.split(" ")):
        gap = " " if number else ""
        for word in [part] if not part or max(part) <= _NARROW else _pieces().findall(part):
            yield gap, word
            gap = ""


@cache
def _pieces() -> re.Pattern[str]:
    """Wide signs one by one, with the punctuation that may not begin a line; the rest as it stands."""
    return re.compile(f"[{_WIDE}]{_CLOSING}|[^{_WIDE}]+{_CLOSING}")


@immutable
class TableLines:
    """A piece of a table: the header's lines (once, above the first piece), the rule, the rows'."""

    header: list[str]
    rule: str
    body: list[str]


def table_lines(
    header: Sequence[str],
    aligns: Sequence[Align],
    source: Iterator[Sequence[str]],
    width: int | None,
) -> Iterator[TableLines]:
    """The table piece by piece, folded to `width` columns at spaces, never within a word.

    Columns only ever need more room, from one chunk of rows to the next.
    """
    natural, narrowest = list(map(cell_width, header)), list(map(_longest_word, header))
    chunk = list(islice(source, CHUNK))
    head: Sequence[str] = header
    while chunk or head:
        columns = list(zip(*chunk, strict=True))
        natural = [max(n, *map(cell_width, c)) for n, c in _beside(natural, columns)]
        if width is not None:
            narrowest = [max(n, *map(_longest_word, c)) for n, c in _beside(narrowest, columns)]
        widths = fitted(natural, narrowest, width)
        rule = RULE * (sum(widths) + len(GAP) * (len(widths) - 1)) if head else ""
        body = [line for row in chunk for line in _row_lines(row, widths, aligns)]
        yield TableLines(_row_lines(head, widths, aligns, low=True) if head else [], rule, body)
        head, chunk = (), list(islice(source, CHUNK))


def _beside(
    widths: list[int], columns: list[tuple[str, ...]]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each column's width so far with its cells; a chunk without rows has empty ones."""
    return zip(widths, columns or [("",)] * len(widths), strict=True)


def _longest_word(text: str) -> int:
    return max(cell_width(word) for _, word in _words(text))


def fitted(natural: Sequence[int], narrowest: Sequence[int], width: int | None) -> list[int]:
    """The columns' widths: the widest ones give way until all fit, or until only words are left."""
    widths = list(natural)
    if width is None:
        return widths
    excess = sum(widths) + len(GAP) * (len(widths) - 1) - width
    while excess > 0:
        wide = [i for i, taken in enumerate(widths) if taken > narrowest[i]]
        if not wide:
            break
        widest = max(wide, key=lambda index: widths[index])
        widths[widest] -= 1
        excess -= 1
    return widths


def _row_lines(
    row: Sequence[str], widths: Sequence[int], aligns: Sequence[Align], *, low: bool = False
) -> list[str]:
    """The row's lines: each cell folded in its column, the cells from the top, or down to the end."""
    if all(cell_width(cell) <= width for cell, width in zip(row, widths, strict=True)):
        return [GAP.join(map(pad, row, widths, aligns)).rstrip()]
    folded = list(map(fold, row, widths))
    if low:
        height = max(map(len, folded))
        folded = [[""] * (height - len(lines)) + lines for lines in folded]
    return [
        GAP.join(map(pad, cells, widths, aligns)).rstrip()
        for cells in zip_longest(*folded, fillvalue="")
    ]


def derivation_lines(block: Derivation, text: CellText, width: int | None) -> list[str]:
    """`∂E/∂w1 = delta_h1 · i1`, then the other steps, relation under relation."""
    head = text(Name(block.label))
    relations = [text(step.relation) for step in block.steps]
    widest = max(map(cell_width, relations), default=0)
    indent = cell_width(head) + widest + 2
    lines: list[str] = []
    for step, relation in zip(block.steps, relations, strict=True):
        first, *rest = fold(text(step.content), width and max(1, width - indent))
        lead = pad("" if lines else head, cell_width(head), "left")
        lines.append(f"{lead} {pad(relation, widest, 'right')} {first}")
        lines += [" " * indent + line for line in rest]
    return lines


def equation_lines(
    equation: MatrixEquation, text: CellText, width: int | None, *, ascii: bool = False
) -> list[str]:
    """The parts side by side, a matrix between its label and its shape; folded between parts."""
    parts = [_part_lines(part, text, ascii) for part in equation.parts]
    groups: list[list[list[str]]] = [[]]
    taken = 0
    for lines in parts:
        needed = cell_width(lines[0]) + 1
        if width is not None and groups[-1] and taken + needed - 1 > width:
            groups.append([])
            taken = 0
        groups[-1].append(lines)
        taken += needed
    return [line for group in groups for line in _side_by_side(group)]


def _part_lines(part: Inline | Matrix, text: CellText, ascii: bool) -> list[str]:
    """The part as lines of equal width: a sign's only one, or a matrix's label, rows and shape."""
    if not isinstance(part, Matrix):
        return [text(part).strip(" ")]
    cells = [[text(cell) for cell in row] for row in part.rows]
    widths = [max(map(cell_width, column)) for column in zip(*cells, strict=True)]
    brackets = _brackets(len(cells), ascii)
    body = [
        f"{left} {GAP.join(pad(c, w, 'right') for c, w in zip(row, widths, strict=True))} {right}"
        for row, (left, right) in zip(cells, brackets, strict=True)
    ]
    lines = [text(part.label), *body, text("{}×{}".format(*part.shape))]
    widest = max(map(cell_width, lines))
    return [pad(line, widest, "center") for line in lines]


def _brackets(rows: int, ascii: bool) -> list[tuple[str, str]]:
    if ascii or rows < 2:
        return [("[", "]")] * rows
    return [("⎡", "⎤"), *[("⎢", "⎥")] * (rows - 2), ("⎣", "⎦")]


def _side_by_side(parts: Sequence[Sequence[str]]) -> list[str]:
    """The parts' lines joined, lower parts in the middle of the tallest; empty lines left out."""
    height = max(map(len, parts), default=0)
    columns = [_centered(part, height) for part in parts]
    lines = (" ".join(cells).rstrip() for cells in zip(*columns, strict=True))
    return [line for line in lines if line]


def _centered(lines: Sequence[str], height: int) -> list[str]:
    blank = " " * cell_width(lines[0])
    above = (height - len(lines)) // 2
    return [blank] * above + [*lines] + [blank] * (height - len(lines) - above)
