"""What stands between a function's arguments, in languages whose numbers have a comma."""

from __future__ import annotations

from dataclasses import replace

from tracer.formula.primitive import Pattern
from tracer.language import decimal_mark

_COMMAS = (("$1, ", "$1; "), ("$2, ", "$2; "), ("<mo>,</mo>", "<mo>;</mo>"))


def apart(pattern: Pattern) -> Pattern:
    """`max($1, $2)`; with a decimal comma `max($1; $2)`."""
    if decimal_mark() == ".":
        return pattern
    template = pattern.template
    for comma, semicolon in _COMMAS:
        template = template.replace(comma, semicolon)
    return replace(pattern, template=template)
