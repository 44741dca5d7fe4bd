"""How formulas and numbers are written: plain, Unicode, LaTeX, MathML.

Stands between the formulas (`tracer.expression`) and everything that shows one. Where brackets
belong is decided once, in `tracer.expression.writing`; a format only says what the
pieces look like.
"""

from tracer.notation.latex import latex, latex_symbol
from tracer.notation.mathml import mathml, mathml_symbol
from tracer.notation.numbers import (
    NumberFormat,
    Rounding,
    Written,
    latex_number,
    mathml_number,
    round_decimal,
)
from tracer.notation.plain import plain, text

__all__ = [
    "NumberFormat",
    "Rounding",
    "Written",
    "latex",
    "latex_number",
    "latex_symbol",
    "mathml",
    "mathml_number",
    "mathml_symbol",
    "plain",
    "round_decimal",
    "text",
]
