"""Documents as HTML: a page that stands alone, or a fragment to paste into one.

No script, nothing loaded from anywhere: one stylesheet inside, formulas in MathML. Names and numbers
come from a notation of HTML, formulas from one of MathML (`Medium.math`). A number that is known bears
its name: `data-quantity="dE/dw5"`. What people wrote is escaped here, and nothing else is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TextIO

from tracer.language import say, tag
from tracer.show.document import (
    Align,
    Blank,
    Block,
    Cell,
    Content,
    Derivation,
    Document,
    Formula,
    Grid,
    Heading,
    Inline,
    Items,
    Matrix,
    MatrixEquation,
    Name,
    Notation,
    Note,
    Square,
    Table,
    Text,
    Value,
    Warn,
)
from tracer.show.formats.common import number, plain, rows, write_blocks
from tracer.show.formats.medium import Medium, Part
from tracer.show.symbols import escaped
from tracer.visible import printable

_BEGIN = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main class="bptrace">
"""
_END = "</main>\n</body>\n</html>\n"
_STYLE = Path(__file__).parent.parent / "assets" / "document.css"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_UNTITLED = "bptrace"
_BLANK = '<span class="blank" role="img" aria-label="{words}"></span>'
_CLASSES: dict[Align, str] = {"left": "", "right": "number", "center": "center"}
_DEEPEST = 6


@cache
def stylesheet() -> str:
    """The rules for everything that is written here, below `.bptrace`, and the colours by name."""
    return _STYLE.read_text(encoding="utf-8")


def write(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write a whole page, or with `medium.fragment` what stands in its main part.

    A page has a heading of the first level: the document's, or else `medium.title`.
    """
    blocks = iter(document)
    first = next(blocks, None)
    writer = HtmlWriter(notation, medium)
    blocks = blocks if first is None else chain([first], blocks)
    if medium.fragment:
        write_blocks(blocks, stream, writer.lines)
        return
    heading = first if isinstance(first, Heading) else Heading(_title(first, medium))
    title = writer.encoded(escaped(heading.text))
    stream.write(_BEGIN.format(language=tag(), policy=_POLICY, title=title, style=stylesheet()))
    write_blocks(blocks if first is heading else chain([heading], blocks), stream, writer.lines)
    stream.write(_END)


def write_together(parts: Iterable[Part], stream: TextIO, medium: Medium) -> None:
    """Write several documents as one page, on paper each on pages of its own; or as a fragment."""
    if not medium.fragment:
        title = escaped(medium.title or _UNTITLED)
        head = _BEGIN.format(language=tag(), policy=_POLICY, title=title, style=stylesheet())
        stream.write(HtmlWriter.in_ascii(head) if medium.ascii else head)
    for part in parts:
        writer = HtmlWriter(part.notation, replace(medium, math=part.math))
        stream.write('<section class="part">\n')
        write_blocks(part.document, stream, writer.lines)
        stream.write("</section>\n")
    if not medium.fragment:
        stream.write(_END)


def _title(first: Block | None, medium: Medium) -> str:
    """Of a page whose document has none: what the medium says, or else its first table."""
    named = first.title if isinstance(first, Table) else None
    return medium.title or named or _UNTITLED


class HtmlWriter:
    """The blocks as lines of HTML. `table` and `blank` are how these look elsewhere, too."""

    table = "<table>"

    def __init__(self, notation: Notation, medium: Medium) -> None:
        self._notation, self._math, self._ascii = notation, medium.math, medium.ascii
        self._above: list[int] = []
        self._top = 2 if medium.fragment else 1

    def lines(self, block: Block) -> Iterator[str]:
        """The block's lines, as they come."""
        return map(self.encoded, self._lines(block))

    def encoded(self, markup: str) -> str:
        """As it is, or in ASCII with every other sign as a reference."""
        return self.in_ascii(markup) if self._ascii else markup

    @staticmethod
    def in_ascii(markup: str) -> str:
        """With a reference for every sign that isn't ASCII."""
        return markup.encode("ascii", "xmlcharrefreplace").decode()

    def _lines(self, block: Block) -> Iterator[str]:
        match block:
            case Table():
                yield from self._table(block)
            case Grid():
                yield from self._grid(block)
            case Heading():
                level = self._level(block.level)
                yield f"<h{level}>{self.inline(block.text)}</h{level}>"
            case Text():
                yield f"<p>{self.inline(block.content)}</p>"
            case Items():
                yield f'<ul class="{block.topic or "items"}">'
                yield from (f"<li>{self.inline(item)}</li>" for item in block.items)
                yield "</ul>"
            case Note():
                yield _remark("note", say("Note:"), self.inline(block.content))
            case Warn():
                yield _remark("warning", say("Warning:"), self.inline(block.content))
            case Derivation():
                yield from self._derivation(block)
            case Matrix():
                yield from self._lines(MatrixEquation((block,)))
            case MatrixEquation():
                yield from self._equation(block)

    def _level(self, level: int) -> int:
        """The heading's level in HTML, where none may be left out on the way down."""
        while self._above and self._above[-1] >= level:
            self._above.pop()
        self._above.append(level)
        return min(self._top + len(self._above) - 1, _DEEPEST)

    def _table(self, table: Table) -> Iterator[str]:
        yield _box("table", table.title or say("Table"))
        yield self.table
        if table.title is not None:
            yield f"<caption>{self.inline(table.title)}</caption>"
        aligns = [column.align for column in table.columns]
        heads = [self._head(column.header, column.align) for column in table.columns]
        yield f"<thead><tr>{''.join(heads)}</tr></thead>"
        yield "<tbody>"
        naming = aligns.index("left") if "left" in aligns else None
        for row in rows(table):
            cells = (
                self._cell(cell, align, names_row=place == naming)
                for place, (cell, align) in enumerate(zip(row, aligns, strict=True))
            )
            yield f"<tr>{''.join(cells)}</tr>"
        yield "</tbody>"
        yield "</table></div>"

    def _grid(self, grid: Grid) -> Iterator[str]:
        """A table of squares, each with its sign, and the signs' meanings below it."""
        yield _box("table", grid.title)
        yield f'<table class="grid"><caption>{self.inline(grid.title)}</caption>'
        heads = (f'<th scope="col"><span>{self.inline(c)}</span></th>' for c in grid.columns)
        yield f"<thead><tr><td></td>{''.join(heads)}</tr></thead>"
        yield "<tbody>"
        for label, marks in grid.rows:
            squares = "".join(map(_square, marks))
            yield f'<tr><th scope="row">{self.inline(label)}</th>{squares}</tr>'
        yield "</tbody></table></div>"
        yield '<ul class="legend">'
        for mark in grid.legend:
            sign = f'<span class="square {mark.look}">{escaped(mark.sign)}</span>'
            yield f"<li>{sign} {escaped(mark.words)}</li>"
        yield "</ul>"

    def _head(self, header: Content, align: Align) -> str:
        words = self.inline(header)
        if not words:
            return "<td></td>"
        return f"<th{_attributes(scope='col', class_=_CLASSES[align])}>{words}</th>"

    def _cell(self, cell: Cell, align: Align, *, names_row: bool) -> str:
        of = self._known(cell) if isinstance(cell, Value) else ""
        written = self._number(cell) if isinstance(cell, Value) else self.inline(cell)
        element, scope = ("th", "row") if names_row and written else ("td", "")
        marks = _attributes(scope=scope, class_=_CLASSES[align], data_quantity=of)
        return f"<{element}{marks}>{written}</{element}>"

    def _derivation(self, block: Derivation) -> Iterator[str]:
        """A line a step, the quantity before the first one, the signs below one another."""
        label = plain(Name(self._notation.canonical(block.label)), self._notation)
        yield _box("derivation", label)
        head = self._head_of(block)
        for step in block.steps:
            side = self.inline(step.content, display=True)
            yield (
                f'<p><span class="head">{head}</span> <span class="relation">{step.relation}</span> '
                f'<span class="side">{side}</span></p>'
            )
            head = ""
        yield "</div>"

    def _head_of(self, block: Derivation) -> str:
        if self._math is None:
            return self.inline(Name(block.label))
        return _math(printable(self._math.name(block.label)), display=True)

    def _equation(self, block: MatrixEquation) -> Iterator[str]:
        """Parts side by side; where there is no more room they go on below, before a sign."""
        terms: list[list[str]] = [[]]
        for part in block.parts:
            if isinstance(part, str) and part.startswith(" "):
                terms.append([])
            terms[-1].append(self._part(part))
        yield _box("equation", say("Equation"))
        yield from (f'<div class="term">{" ".join(filter(None, term))}</div>' for term in terms)
        yield "</div>"

    def _part(self, part: Inline | Matrix) -> str:
        if isinstance(part, Matrix):
            return self._matrix(part)
        if isinstance(part, str):
            return f"<span>{escaped(part.strip())}</span>" if part.strip() else ""
        return f"<span>{self.inline(part, display=True)}</span>"

    def _matrix(self, matrix: Matrix) -> str:
        """The numbers in brackets, the name and the true shape below."""
        lines = "".join(f"<tr>{''.join(map(self._element, row))}</tr>" for row in matrix.rows)
        shape = "{}×{}".format(*matrix.shape)
        label = f"{self.inline(matrix.label)} <small>{shape}</small>"
        return f'<table class="matrix"><caption>{label}</caption><tbody>{lines}</tbody></table>'

    def _element(self, cell: Cell) -> str:
        return self._cell(cell, "right", names_row=False)

    def blank(self, _: Blank) -> str:
        """A place to write on."""
        return _BLANK.format(words=escaped(say("to fill in")))

    def inline(self, cell: Cell, *, display: bool = False) -> str:
        """A cell, or words among others, as HTML."""
        match cell:
            case tuple():
                return "".join(self.inline(part, display=display) for part in cell)
            case Blank():
                return self.blank(cell)
            case Name():
                return self._name(cell)
            case Formula():
                formula = plain(cell, self._math or self._notation)
                return _math(formula, display=display, of=self._known(cell))
            case Value():
                marks = _attributes(class_="value", data_quantity=self._known(cell))
                return f"<span{marks}>{self._number(cell)}</span>"
            case float():
                return plain(cell, self._notation)
            case _:
                return escaped(plain(cell, self._notation))

    def _name(self, name: Name) -> str:
        """As the notation writes it, its canonical name as what shows up when one points at it."""
        label = name.label
        typed = "" if isinstance(label, str) else self._notation.canonical(label)
        written = plain(name, self._notation)
        return f"<span{_attributes(class_='name', title=typed)}>{written}</span>"

    def _number(self, value: Value) -> str:
        """With the notation's signs, unless somebody wrote it: that stays as it stands."""
        if value.written or value.exact:
            return escaped(number(value, self._notation).replace("-", "−"))
        return number(value, self._notation)

    def _known(self, number: Value | Formula) -> str:
        """The canonical name of the number, if it is one of the calculation."""
        return "" if number.of is None else self._notation.canonical(number.of)


def _square(mark: Square) -> str:
    marks = _attributes(class_=f"square {mark.look}", title=mark.words)
    return f"<td{marks}>{escaped(mark.sign)}</td>"


def _box(kind: str, label: str) -> str:
    """What scrolls by itself where it is too wide, by keys as well."""
    return f'<div class="{kind}-box" role="group" aria-label="{escaped(label)}" tabindex="0">'


def _remark(kind: str, word: str, content: str) -> str:
    return f'<p class="{kind}"><strong>{word}</strong> {content}</p>'


def _math(formula: str, *, display: bool, of: str = "") -> str:
    style = "true" if display else ""
    return f"<math{_attributes(displaystyle=style, data_quantity=of)}>{formula}</math>"


def _attributes(**given: str) -> str:
    """Those that aren't empty; `class_` is class, `data_quantity` data-quantity."""
    named = ((name.rstrip("_").replace("_", "-"), value) for name, value in given.items())
    return "".join(f' {name}="{escaped(value)}"' for name, value in named if value)
