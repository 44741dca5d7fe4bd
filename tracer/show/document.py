"""What is shown, before anyone decides how: immutable blocks between the views and the writers.

A view turns a trace into a document, a writer turns the document into text. Neither knows the
other: a block says "a table with these cells", never "two spaces" or "bold". A document is any
iterable of blocks; a generator will do, and so will a generator for a table's rows, so that a long
run is written while it is calculated. Writers read each block to its end before they ask for the
next, and read it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.formula import Expression
    from tracer.model.quantity import Identity, Kind, Label

Align: TypeAlias = Literal["left", "right", "center"]
Relation: TypeAlias = Literal["=", "≈"]
Topic: TypeAlias = Literal["conventions"]


class Notation(Protocol):
    """How names, formulas and numbers are written; LaTeX notations return math-mode source."""

    def name(self, label: Label | str, /) -> str:
        """The written form of an identity: `∂E/∂w5`."""
        ...

    def canonical(self, label: Label | str, /) -> str:
        """The canonical ASCII name of an identity: `dE/dw5`."""
        ...

    def letter(self, kind: Kind, /) -> str:
        """The letter of a kind of quantity, as plain text: `out` or `a`."""
        ...

    def formula(self, expression: Expression, /) -> str:
        """The written form of an expression tree."""
        ...

    def number(self, value: float, /) -> str:
        """The number with the digits that were asked for."""
        ...


@immutable
class Name:
    """The name of what has this identity, as the notation writes it; text stands as it is."""

    label: Label | str


@immutable
class Letter:
    """The letter of a kind of quantity among words, a word itself: out or a, E_total or C."""

    kind: Kind


@immutable
class Formula:
    """An expression tree, written as the notation writes it.

    `of`: whose number it is, where it is nothing but that.
    """

    expression: Expression
    of: Identity | None = None


@immutable
class Value:
    """A number among words: with the notation's digits, or (`exact`) as short as it goes: `0.5`.

    `written`: with the digits that somebody wrote it with, as they stand: `0.5000`. `of`: which number
    of the calculation it is, for formats that can tell.
    """

    number: float
    exact: bool = False
    written: str = ""
    of: Identity | None = None


@immutable
class Judged:
    """A number that somebody may write into a blank, give or take `tolerance`, and what is said then.

    `percent` of the blank's mark is what it is worth.
    """

    value: float
    tolerance: float
    percent: int
    feedback: Content = ""


@immutable
class Blank:
    """A place to write a number into by hand.

    `answers`: what may come there, the first that fits counts; for formats that judge.
    """

    answers: tuple[Judged, ...] = ()


Inline: TypeAlias = str | Name | Letter | Formula | Value | Blank
Content: TypeAlias = Inline | tuple[Inline, ...]
Cell: TypeAlias = Content | float | int | bool | None
"""An int is a count, a float a number in the notation's digits, a bool yes or no, None empty."""


@immutable
class Heading:
    """A heading; level 1 is the document's title."""

    text: str
    level: int = 1


@immutable
class Text:
    """A paragraph; `topic` as that of `Items`."""

    content: Content
    topic: Topic | None = None


@immutable
class Items:
    """A list of remarks that belong together, a line each; `topic`: what they can be left out by."""

    items: tuple[Content, ...]
    topic: Topic | None = None


@immutable
class Note:
    """A remark in passing, such as "12 more samples; --sample all shows them"."""

    content: Content


@immutable
class Warn:
    """A remark that must not be missed; writers mark it with a word, not with colour alone."""

    content: Content


@immutable
class Column:
    """A table's column."""

    header: Content
    align: Align = "left"


@immutable
class Table:
    """Rows of as many cells as there are columns; writers raise ValueError for any other row.

    `title` is for people, `name` for `--table`, which picks a table by it.
    """

    columns: tuple[Column, ...]
    rows: Iterable[tuple[Cell, ...]]
    title: str | None = None
    name: str = ""


@immutable
class Square:
    """A square of a `Grid`: its `sign` and `words` say everything, `look` only helps the eye.

    `look`: a word for the stylesheet of pages, the same for the same meaning.
    """

    sign: str
    look: str
    words: str


@immutable
class Grid:
    """A picture of many things by many others: a square for each pair; `legend` explains the signs.

    Writers that have no squares write `table`, with each row's signs side by side.
    """

    title: str
    columns: tuple[Content, ...]
    rows: tuple[tuple[Content, tuple[Square, ...]], ...]
    legend: tuple[Square, ...]
    name: str = ""

    @property
    def table(self) -> Table:
        """The same as a table; the signs stand in groups, so that they can be counted and folded."""
        legend = ", ".join(f"{mark.sign} {mark.words}" for mark in self.legend)
        rows = ((label, _grouped([mark.sign for mark in marks])) for label, marks in self.rows)
        return Table((Column(""), Column("")), rows, f"{self.title}: {legend}", self.name)


_GROUP = 5


def _grouped(signs: Sequence[str]) -> str:
    return " ".join("".join(signs[k : k + _GROUP]) for k in range(0, len(signs), _GROUP))


@immutable
class Records:
    """The document's numbers once more, complete and in one table: for programs, not for people.

    Comes before the blocks that it holds the numbers of, since rows can only be read once.
    """

    table: Table


@immutable
class Step:
    """One line of a derivation: what the quantity equals, or is when rounded."""

    relation: Relation
    content: Content


@immutable
class Derivation:
    """A quantity worked out line by line, the relation signs below one another."""

    label: Label | str
    steps: tuple[Step, ...]


@immutable
class Matrix:
    """A matrix, its label and its true shape (rows, columns); `rows` may be an excerpt."""

    rows: tuple[tuple[Cell, ...], ...]
    shape: tuple[int, int]
    label: Content = ""


@immutable
class MatrixEquation:
    """Matrices side by side with signs between them; without a matrix, a displayed formula."""

    parts: tuple[Inline | Matrix, ...]


class Sketch(Protocol):
    """Draws with characters."""

    def __call__(self, notation: Notation, width: int | None, ascii: bool, /) -> Lines:
        """The lines, in so many columns; none where the picture has no room there."""
        ...


Role: TypeAlias = Literal["", "axis", "drawn", "title"]
Span: TypeAlias = tuple[str, Role]
"""Characters, and what they are in the picture; no meaning stands in that alone."""
Lines: TypeAlias = Sequence[Sequence[Span]]


@immutable
class Drawing:
    """A picture made of characters.

    Only for terminals, where the eye helps; `asked`: somebody wants it wherever characters go.
    """

    sketch: Sketch
    asked: bool = False


Block: TypeAlias = (
    Heading
    | Text
    | Items
    | Note
    | Warn
    | Table
    | Grid
    | Records
    | Derivation
    | Matrix
    | MatrixEquation
    | Drawing
)
Document: TypeAlias = Iterable[Block]
