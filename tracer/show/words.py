"""A row's words with the letters of the notation put in: `∂{ERROR}/∂{OUT}` as content."""

from __future__ import annotations

from string import Formatter

from tracer.model.quantity import Kind
from tracer.show.document import Content, Inline, Letter


def worded(*words: str, **parts: Content) -> tuple[Inline, ...]:
    """The words, `{OUT}` and the like as letters, `{name}` as the part of that name.

    See `tracer.model.words`.
    """
    found: list[Inline] = []
    for text, field, _, _ in Formatter().parse("".join(words)):
        found += [text] * bool(text)
        if field is None:
            continue
        part = parts.get(field)
        if part is None:
            found.append(Letter(Kind[field]))
        else:
            found += part if isinstance(part, tuple) else (part,)
    return tuple(found)
