"""How names, formulas and numbers look: Unicode, ASCII, LaTeX, MathML.

Where brackets belong is decided once, in `tracer.formula.writing`; a format only says what the pieces
look like.
"""
