"""Documents to text, one module a format; `FORMATS` is the only place that lists them.

A writer is a function `write(document, notation, stream, style)`. It knows nothing of networks,
and asks the notation how a name, a formula or a number is written. JSON is not among them: it is
written from traces, not from documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import Literal, Protocol, TextIO

from tracer.show.document import Document, Notation
from tracer.show.formats import csv, latex, markdown, terminal
from tracer.show.formats.style import Style, detect

__all__ = ["FORMATS", "Format", "Style", "Writer", "detect", "render"]


class Writer(Protocol):
    """Writes a document to a stream, block by block, as the blocks come."""

    def __call__(
        self, document: Document, notation: Notation, stream: TextIO, style: Style, /
    ) -> None:
        """Write all of the document, or raise what the stream or the document's source raises."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A row of the table: the writer, its files' extension, and the kind of notation it wants."""

    write: Writer
    extension: str
    notation: Literal["unicode", "ascii", "latex"] = "unicode"


FORMATS: dict[str, Format] = {
    "table": Format(terminal.write, ".txt"),
    "markdown": Format(markdown.write, ".md"),
    "csv": Format(csv.write, ".csv", notation="ascii"),
    "latex": Format(latex.write, ".tex", notation="latex"),
}


def render(document: Document, notation: Notation, format: str, style: Style | None = None) -> str:
    """The document as one text, in one of `FORMATS`."""
    stream = StringIO()
    FORMATS[format].write(document, notation, stream, style or Style())
    return stream.getvalue()
