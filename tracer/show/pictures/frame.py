"""What stands around a picture: title and subtitle above it, the legend below, as wide as it is."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.immutable import immutable
from tracer.show.pictures.picture import Mark
from tracer.show.pictures.placed import Placed, Writing
from tracer.show.pictures.text import width
from tracer.show.symbols import escaped

_LEAST = 300.0
_EDGE = 18.0
_TITLE, _SUBTITLE, _SMALL = 17.0, 13.0, 12.0
_LEADING = 1.35
_HEADINGS = 34.0
_SIGN, _BETWEEN, _ROW = 34.0, 20.0, 20.0


@immutable
class Frame:
    """The whole drawing: `titles` (y, words, class), `legend` (x, y, mark), the picture's corner."""

    placed: Placed
    width: float
    height: float
    left: float
    shift: float
    top: float
    titles: tuple[tuple[float, str, str], ...]
    legend: tuple[tuple[float, float, Mark], ...]

    @staticmethod
    def indent(mark: Mark) -> float:
        """How far from its sign a mark's words stand."""
        return 0.0 if mark.sign == "words" else _SIGN


def framed(placed: Placed, writing: Writing) -> Frame:
    """The picture with title and legend."""
    wide = max(placed.width, _LEAST)
    titles = tuple(_titles(placed, wide - 2 * _EDGE))
    top = (titles[-1][0] if titles else 0.0) + (_HEADINGS + 10 if placed.headings else 18.0)
    below = top + placed.height + 34
    legend = tuple(_legend(placed, wide - 2 * _EDGE, below, writing))
    bottom = (legend[-1][1] if legend else below - 34) + 18
    shift = (wide - placed.width) / 2
    return Frame(placed, wide, bottom, _EDGE, shift, top, titles, legend)


def _titles(placed: Placed, room: float) -> Iterator[tuple[float, str, str]]:
    y = 10.0
    for words, size, kind in (
        (placed.picture.title, _TITLE, "title"),
        (placed.picture.subtitle, _SUBTITLE, "subtitle"),
    ):
        for line in _wrapped(words, room / size / (1.08 if kind == "title" else 1.0)):
            y += size * _LEADING
            yield y, line, kind


def _wrapped(words: str, room: float) -> Iterator[str]:
    line = ""
    for word in (piece for whole in words.split() for piece in _pieces(whole, room)):
        longer = f"{line} {word}".strip()
        if line and width(escaped(longer)) > room:
            yield line
            longer = word
        line = longer
    if line:
        yield line


def _pieces(word: str, room: float) -> Iterator[str]:
    """The word, in pieces where it alone is wider than the room."""
    piece = ""
    for sign in word:
        if piece and width(escaped(piece + sign)) > room:
            yield piece
            piece = ""
        piece += sign
    yield piece


def _legend(
    placed: Placed, room: float, y: float, writing: Writing
) -> Iterator[tuple[float, float, Mark]]:
    x = 0.0
    for mark in placed.picture.legend:
        wide = Frame.indent(mark) + _SMALL * width(escaped(writing.words(mark)))
        if x and x + wide > room:
            x, y = 0.0, y + _ROW
        yield _EDGE + x, y, mark
        x += wide + _BETWEEN
