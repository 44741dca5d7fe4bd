"""What a writer may use of the place it writes to: width, colour, characters."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from tracer.digits.whole import whole
from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.show.document import Document, Notation

_SAMPLE = "─═⎡⎢⎣⎤⎥⎦δ∂≈·−×⊙ᵀ′…"


@immutable
class Medium:
    """How to write. Each writer takes from it what concerns it.

    `width`: columns to fold at; None: lines as long as they need to be.
    `math`: the notation of displayed formulas, where it is another one than that of names.
    `standalone`: LaTeX only, a whole document that compiles, instead of a fragment. `fragment`: HTML
    only, a fragment instead of a whole page; `title`: of a page whose document has no heading.
    `terminal`: somebody looks at it while it is written.
    """

    width: int | None = None
    color: bool = False
    ascii: bool = False
    math: Notation | None = None
    standalone: bool = False
    fragment: bool = False
    title: str = ""
    terminal: bool = False


@immutable
class Part:
    """One of several documents in a file: each has its own names, and so its own notations.

    `math` as in `Medium`.
    """

    document: Document
    notation: Notation
    math: Notation | None = None


def detect(
    stream: TextIO, environ: Mapping[str, str], *, width: int | None = None, color: bool = True
) -> Medium:
    """What this stream can take: its terminal's width and colours, and what it can encode.

    `width` (`--width`) goes before `COLUMNS`, and that before the terminal's own width. A pipe is
    taken for one to a pager when standard error is a terminal, and gets the width of that one.
    `NO_COLOR`, `TERM=dumb`, `color=False` (`--no-color`) or not being a terminal switch colour off.
    """
    terminal = stream.isatty()
    colorful = color and terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    width = width or whole(environ.get("COLUMNS", "")) or None
    if width is None and (terminal or (_is_pipe(stream) and sys.stderr.isatty())):
        width = _terminal_width(stream if terminal else sys.stderr)
    return Medium(width=width, color=colorful, ascii=not can_encode(stream), terminal=terminal)


def can_encode(stream: TextIO) -> bool:
    """Whether the stream's encoding has the signs that documents use."""
    try:
        _SAMPLE.encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_pipe(stream: TextIO) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _terminal_width(stream: TextIO) -> int | None:
    """The terminal's columns, or None where it does not tell (some report 0)."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None
