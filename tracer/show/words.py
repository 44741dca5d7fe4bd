"""A row's words with the letters of the notation put in: `∂{ERROR}/∂{OUT}` as content."""

from __future__ import annotations

from string import Formatter

from tracer.model.quantity import Kind
from tracer.show.document import Inline, Letter


def worded(*words: str) -> tuple[Inline, ...]:
    """The words, `{OUT}` and the like as letters; see `tracer.model.words`."""
    parts: list[Inline] = []
    for text, kind, _, _ in Formatter().parse("".join(words)):
        parts += [text] * bool(text)
        if kind is not None:
            parts.append(Letter(Kind[kind]))
    return tuple(parts)
