r"""Documents as LaTeX: a fragment to put into one's own sheet, or a whole document that compiles.

Fragments need the package amsmath. Signs of `symbols` are written as commands, so pdflatex will
do; names in scripts beyond Latin (CJK) need xelatex or lualatex and a font that has them.
Notations return math-mode source for names and formulas; text between them in a displayed formula
is written by `_math_text`. Nothing is wider than `latex_width.LINE`, as far as an estimate can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TextIO

from tracer.language import preamble, say
from tracer.show.document import (
    Align,
    Blank,
    Block,
    Cell,
    Derivation,
    Document,
    Formula,
    Grid,
    Heading,
    Items,
    Letter,
    Matrix,
    MatrixEquation,
    Name,
    Notation,
    Note,
    Table,
    Text,
    Value,
    Warn,
)
from tracer.show.formats.common import number, plain, rows, write_blocks
from tracer.show.formats.latex_tables import tabulars
from tracer.show.formats.latex_width import LINE, broken, width
from tracer.show.formats.medium import Medium, Part
from tracer.show.symbols import SYMBOLS

_BEGIN = r"""\documentclass{article}
\usepackage[margin=2cm]{geometry}
\usepackage{amsmath}
\setlength{\parskip}{1ex plus 0.5ex}
\setlength{\emergencystretch}{3em}
\allowdisplaybreaks
\renewcommand{\arraystretch}{1.4}
\begin{document}
"""
_CLASS = r"\documentclass{article}"
_END = r"\end{document}"
_NEXT = r"\clearpage"
# An invisible rule makes room above the line.
_BLANK = r"\rule[-2mm]{0pt}{8mm}\rule{3cm}{0.4pt}"
_SIZES = (("", 1.0), (r"\small", 0.9), (r"\footnotesize", 0.8), (r"\scriptsize", 0.7))
_SECTIONS = {1: "section", 2: "subsection", 3: "subsubsection"}
_ALIGNS: dict[Align, str] = {"left": "l", "right": "r", "center": "c"}

_TEXT = str.maketrans(
    {
        **{sign: rf"\ensuremath{{{command}}}" for sign, (_, command) in SYMBOLS.items()},
        **{sign: f"\\{sign}" for sign in "{}$&#%_"},
        # After the \\ that ends a row, [ would begin a length and * would mean a starred \\.
        **{sign: f"{{{sign}}}" for sign in "[]*"},
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
    }
)
_MATH = str.maketrans(
    {
        **{
            sign: command + " " * command[-1].isalpha()  # \delta x, not \deltax
            for sign, (_, command) in SYMBOLS.items()
        },
        **{sign: f"\\{sign}" for sign in "{}$&#%_"},
        "\\": r"\backslash ",
        "~": r"\sim ",
    }
)
_NUMBER = re.compile(r"([-−+]?\d+(?:[.,]\d*)?)(?:e([-+]?\d+))?", re.IGNORECASE)
_LETTER = rf"(?:(?![{''.join(SYMBOLS)}])[^\W\d_])"
_HATTED = r"(?P<hatted>[^\W\d_])\u0302"
_WORDS = rf"(?P<words> *{_LETTER}{{2,}}(?:[ ,]+{_LETTER}+)* *)"
_MATH_TOKEN = re.compile(rf"{_HATTED}|(?P<number>\d+(?:[.,]\d*)?e[-+]?\d+|\d+,\d+)|{_WORDS}|.")


def _begin() -> str:
    """The preamble, with what the language in force needs."""
    own = preamble()
    return _BEGIN.replace(_CLASS, f"{_CLASS}\n{own}") if own else _BEGIN


def write(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write the blocks as paragraphs; with `medium.standalone`, in a document that compiles."""
    if medium.standalone:
        stream.write(f"{_begin()}\n")
    write_blocks(document, stream, lambda block: _lines(block, notation))
    if medium.standalone:
        stream.write(f"\n{_END}\n")


def write_together(parts: Iterable[Part], stream: TextIO, medium: Medium) -> None:
    """Write several documents as one that compiles, each on a page of its own."""
    stream.write(f"{_begin()}\n")
    for place, part in enumerate(parts):
        if place:
            stream.write(f"\n{_NEXT}\n\n")
        write(part.document, part.notation, stream, replace(medium, standalone=False))
    stream.write(f"\n{_END}\n")


def aligned(block: Derivation, notation: Notation, environment: str) -> list[str]:
    r"""The derivation's lines in an environment whose columns are aligned at `&`."""
    lines: list[str] = []
    head = notation.name(block.label)
    room = LINE - width(head) - 30  # the relation, and the indentation of what goes on below
    for step in block.steps:
        relation = "=" if step.relation == "=" else r"\approx"
        first, *rest = broken(_math(step.content, notation), room)
        lines.append(f"{'' if lines else head} &{relation} {first}")
        lines += [rf" &\quad {{}} {line.strip()}" for line in rest]
    ends = [r" \\"] * (len(lines) - 1) + [""]
    body = [line.rstrip() + end for line, end in zip(lines, ends, strict=True)]
    return [rf"\begin{{{environment}}}", *body, rf"\end{{{environment}}}"]


def equation(block: MatrixEquation, notation: Notation, room: float = LINE) -> list[str]:
    """The parts, a line each; in several rows, broken before the signs, where they are too wide."""
    units = _units(block, notation, between_matrices=False)
    if any(width(" ".join(unit)) > room for unit in units):
        units = _units(block, notation, between_matrices=True)
    rows: list[list[str]] = [[]]
    for unit in units:
        if rows[-1] and width(" ".join(rows[-1] + unit)) > room:
            rows.append([])
        rows[-1] += unit
    if len(rows) == 1:
        return rows[0]
    lines = [line for row in rows[1:] for line in (r"\\", r"&\quad {}", *row)]
    return [r"\begin{aligned}", "&", *rows[0], *lines, r"\end{aligned}"]


def _units(block: MatrixEquation, notation: Notation, *, between_matrices: bool) -> list[list[str]]:
    """What stays on one row: from one sign to the next, or also from one matrix to the next."""
    units: list[list[str]] = [[]]
    for part in block.parts:
        drawn = _matrix(part, notation) if isinstance(part, Matrix) else _math(part, notation)
        if isinstance(part, str) and (part.strip() or between_matrices):
            units.append([])
        if drawn.strip():  # an empty line would end the formula
            units[-1].append(drawn)
    return [unit for unit in units if unit]


def _lines(block: Block, notation: Notation) -> Iterator[str]:
    match block:
        case Table():
            yield from _table(block, notation)
        case Grid():
            yield from _table(block.table, notation)
        case Heading():
            section = _SECTIONS.get(block.level, "paragraph")
            yield rf"\{section}*{{{_inline(block.text, notation)}}}"
        case Text():
            yield rf"\noindent {_inline(block.content, notation)}"
        case Items():
            yield r"\begin{itemize}"
            for item in block.items:
                yield rf"\item {_inline(item, notation)}"
            yield r"\end{itemize}"
        case Note():
            yield rf"\noindent \emph{{{_text(say('Note:'))}}} {_inline(block.content, notation)}"
        case Warn():
            yield rf"\noindent \textbf{{{_text(say('Warning:'))}}} {_inline(block.content, notation)}"
        case Derivation():
            yield from aligned(block, notation, "align*")
        case Matrix():
            yield from _equation(MatrixEquation((block,)), notation)
        case MatrixEquation():
            yield from _equation(block, notation)


def _table(table: Table, notation: Notation) -> Iterator[str]:
    if table.title is not None:
        yield rf"\noindent \textbf{{{_inline(table.title, notation)}}}\nopagebreak"
        yield ""
    aligns = tuple(_ALIGNS[column.align] for column in table.columns)
    header = tuple(_inline(column.header, notation) for column in table.columns)
    body = (tuple(_inline(cell, notation) for cell in row) for row in rows(table))
    yield from tabulars(aligns, header, body)


def _equation(block: MatrixEquation, notation: Notation) -> Iterator[str]:
    matrices = [part for part in block.parts if isinstance(part, Matrix)]
    columns = max((len(row) for row in chain.from_iterable(m.rows for m in matrices)), default=0)
    if columns > 10:  # as many as amsmath allows by itself
        yield rf"\setcounter{{MaxMatrixCols}}{{{columns}}}"
    widest = max((width(_matrix(matrix, notation)) for matrix in matrices), default=0.0)
    size, scale = next((s for s in _SIZES if widest * s[1] <= LINE - 30), _SIZES[-1])
    yield rf"{{{size} \[" if size else r"\["
    yield from equation(block, notation, (LINE - 30) / scale)
    yield r"\]}" if size else r"\]"


def _matrix(matrix: Matrix, notation: Notation) -> str:
    """The matrix in brackets over its label and shape."""
    rows = r" \\ ".join(" & ".join(_math(c, notation) for c in row) for row in matrix.rows)
    label = _math(matrix.label, notation)
    shape = r"{} \times {}".format(*matrix.shape)
    below = rf"{label}\ ({shape})" if label else shape
    return rf"\underset{{{below}}}{{\begin{{bmatrix}} {rows} \end{{bmatrix}}}}"


def _inline(cell: Cell, notation: Notation) -> str:
    """The cell in a paragraph: words escaped, everything else between dollar signs."""
    match cell:
        case tuple():
            return "".join(_inline(part, notation) for part in cell)
        case Blank():
            return _BLANK
        case None | bool() | str() | Letter():
            return _text(plain(cell, notation))
        case _:
            return f"${_math(cell, notation)}$"


def _math(cell: Cell, notation: Notation) -> str:
    """The cell inside a formula."""
    match cell:
        case tuple():
            return " ".join(filter(None, (_math(part, notation).strip() for part in cell)))
        case float():
            return _number(notation.number(cell))
        case Value():
            return _number(number(cell, notation))
        case Name() | Formula():
            return plain(cell, notation)
        case Blank():
            return _BLANK
        case _:
            return _math_text(plain(cell, notation))


def _number(text: str) -> str:
    r"""`-1.5e-07` → `-1.5 \cdot 10^{-7}`; what the notation wrote as LaTeX already stays."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    digits = found[1].replace("−", "-").replace(",", "{,}")
    return digits if found[2] is None else rf"{digits} \cdot 10^{{{int(found[2])}}}"


def _text(text: str) -> str:
    r"""Text outside of mathematics, signs as commands; m̂ is `\hat{m}`."""
    parts = re.split(_HATTED, text)
    return "".join(
        rf"\ensuremath{{\hat{{{part}}}}}" if place % 2 else part.translate(_TEXT)
        for place, part in enumerate(parts)
    )


def _math_text(text: str) -> str:
    r"""Text between a formula's symbols: words upright, signs as commands, `1e-5` a power."""

    def token(found: re.Match[str]) -> str:
        if found["number"]:
            return _number(found[0])
        if found["words"]:
            return rf"\text{{{found[0].translate(_TEXT)}}}"
        if found["hatted"]:
            return rf"\hat{{{found['hatted'].translate(_MATH)}}}"
        return found[0].translate(_MATH)

    return _MATH_TOKEN.sub(token, text).strip()
