"""Results that show themselves: as text in a shell, as HTML, Markdown or LaTeX in a notebook.

Between the reports' documents and whoever looks at a result. Nothing is printed here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from html import escape
from io import StringIO
from os import PathLike
from typing import Any, Literal, NoReturn, Self, TypedDict, TypeVar, Unpack, overload

from tracer.api.arguments import one_of, path_of, text, whole_or_none, yes_or_no
from tracer.digits.numbers import NumberFormat
from tracer.errors import UsageError
from tracer.graph.names import GraphNames
from tracer.language import in_force, in_language
from tracer.model.names import Names
from tracer.show.document import Document
from tracer.show.formats import FORMATS, Medium, all_formats, by_extension
from tracer.show.formats.html import stylesheet
from tracer.show.formats.selection import chosen
from tracer.show.notation.notation import LIMIT, QuantityNotation
from tracer.show.notation.spelling import LETTERS
from tracer.show.output import open_output
from tracer.visible import printable

T = TypeVar("T")
NOTATIONS = tuple(LETTERS)
MOST_DIGITS = 30


class Look(TypedDict, total=False):
    """How numbers and names are written; what is left out stays as on the command line.

    `digits`: so many decimals (9); `sig`: so many significant digits instead; `notation`: the letters
    of a neuron's net input and output; `lang`: the language of words, such as `de`.
    """

    digits: int
    sig: int
    notation: Literal["net-out", "z-a"]
    lang: str


def decimals(digits: int | None, sig: int | None) -> NumberFormat:
    """The digits that are asked for; UsageError where both kinds are, or so many can't be shown."""
    if digits is not None and sig is not None:
        raise UsageError("digits and sig exclude each other", "give one of them")
    digits = whole_or_none("digits", digits, 0, MOST_DIGITS)
    sig = whole_or_none("sig", sig, 1, MOST_DIGITS)
    return NumberFormat(None if sig else 9 if digits is None else digits, sig)


def number_format(look: Look) -> NumberFormat:
    """The digits of that look; UsageError as `decimals` raises it, and where it has other words."""
    for word in look:
        one_of("option", word, Look.__annotations__)
    return decimals(look.get("digits"), look.get("sig"))


def written(
    document: Document,
    names: Names | GraphNames,
    format: str,
    look: Look,
    *,
    page: bool = False,
    full: bool = False,
) -> str:
    """The document in one of the formats; `page`: a whole one, `full`: long sums in full."""
    row, style, numbers = (
        FORMATS[format],
        one_of("notation", look.get("notation", "net-out"), NOTATIONS),
        number_format(look),
    )
    write_as, math = (
        QuantityNotation(names, style, target, numbers, None if full else LIMIT)
        for target in (row.notation, row.math or row.notation)
    )
    stream = StringIO()
    blocks = chosen(document, for_programs=row.for_programs)
    row.write(blocks, write_as, stream, Medium(math=math, fragment=not page, standalone=page))
    return stream.getvalue()


class Lasting:
    """A result that never changes, so that its copies are itself."""

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        instead = "its .yaml" if hasattr(type(self), "yaml") else "its text or its numbers"
        raise TypeError(f"this {type(self).__name__} can't be pickled; pickle {instead}")


class Shown(Lasting, ABC):
    """A result that can be looked at: `print` it, or leave it at the end of a notebook's cell."""

    @property
    @abstractmethod
    def _names(self) -> Names | GraphNames:
        """The names of its quantities."""

    @abstractmethod
    def _blocks(self, numbers: NumberFormat) -> Document:
        """Its document, made anew; `numbers`: how they will be written."""

    _full: bool = False
    """Whether long sums are written in full."""

    def _written(self, format: str, look: Look, *, page: bool = False) -> str:
        numbers = number_format(look)
        with in_language(text("lang", look.get("lang", in_force()))):
            blocks = self._blocks(numbers)
            return written(blocks, self._names, format, look, page=page, full=self._full)

    def text(self, **look: Unpack[Look]) -> str:
        """As on the command line: tables with lines of characters."""
        return self._written("table", look)

    def markdown(self, **look: Unpack[Look]) -> str:
        """As GitHub's Markdown, formulas in LaTeX between dollar signs."""
        return self._written("markdown", look)

    def latex(self, **look: Unpack[Look]) -> str:
        """As LaTeX to put into a document of one's own; it needs the package amsmath."""
        return self._written("latex", look)

    def html(self, **look: Unpack[Look]) -> str:
        """As HTML to put into a page of one's own, without its stylesheet."""
        return self._written("html", look)

    def save(self, path: str | PathLike[str], *, force: bool = False, **look: Unpack[Look]) -> None:
        """Write it to a file, in the format that the ending of its name chooses.

        Raises:
            UsageError: no format has that ending.
            OutputError: the file exists already and `force` isn't given, or it can't be written.
        """
        row = by_extension(path_of(path))
        if row is None or row.objects or row.picture:
            known = ", ".join(
                ending
                for each in all_formats()
                if not (each.objects or each.picture)
                for ending in each.extensions[:1]
            )
            raise UsageError(f"{path}: no format has this ending", f"there are {known}")
        save_text(path, self._written(row.name, look, page=True), force=force)

    def __str__(self) -> str:
        return self.text().rstrip("\n")

    def _repr_html_(self) -> str:
        return cell(self.html())

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_latex_(self) -> str:
        return self.latex()


class Several(Shown, Sequence[T]):
    """Such a result that is a sequence of others."""

    @property
    @abstractmethod
    def _items(self) -> tuple[T, ...]:
        """What it is a sequence of."""

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[T, ...]: ...
    def __getitem__(self, place: int | slice) -> T | tuple[T, ...]:
        return self._items[place]

    def __len__(self) -> int:
        return len(self._items)


def save_text(path: str | PathLike[str], text: str, *, force: bool) -> None:
    """Write a file whole or not at all, and over an existing one only with `force`."""
    yes_or_no(force=force)
    with open_output(path_of(path), force) as stream:
        stream.write(text)


def cell(content: str) -> str:
    """HTML for the output of a notebook's cell, in the notebook's own colours, light or dark."""
    return f'<style>{_cell_style()}</style>\n<div class="bptrace cell">\n{content}</div>'


def folded(summary: str, content: str) -> str:
    """HTML that is unfolded by a click on its summary."""
    return f"<details><summary>{escape(summary)}</summary>\n{content}</details>\n"


@cache
def _cell_style() -> str:
    """The pages' rules without their colours, which would be the notebook's as well."""
    rules = stylesheet()
    return _COLOURS + rules[rules.index("\n.bptrace {") :]


_COLOURS = """\
.bptrace.cell {
  --paper: transparent; --ink: currentcolor; --panel: #88888822; --line: #88888866;
  --shade: transparent; --muted: color-mix(in srgb, currentcolor 70%, transparent);
  --accent: #4a86d8; --positive: #4a86d8; --negative: #d9603b;
  --warning: #b97a12; --warning-panel: #f0b84022;
  --text-font: inherit; --math-font: "STIX Two Math", "Cambria Math", "Latin Modern Math", math, serif;
  --name-font: "STIX Two Text", Cambria, "Latin Modern Roman", "DejaVu Serif", serif;
}"""


def one_line(kind: str, *words: Any) -> str:
    """`<kind: word, word>`: what a shell shows."""
    told = ", ".join(str(word) for word in words if word not in (None, ""))
    return printable(f"<{kind}: {told}>" if told else f"<{kind}>")
