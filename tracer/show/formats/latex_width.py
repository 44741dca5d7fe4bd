r"""How wide LaTeX source comes out, by estimate, and where a long formula can be broken.

Widths are in points at 10pt, from the character widths of Computer Modern, and rather too large than
too small: there is no TeX program here to ask. Serves the LaTeX writer and Markdown's formulas.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import zip_longest

LINE = 455.0
"""The text width that is written for: 16 cm, as of A4 paper with margins of 2.5 cm."""

_SCRIPT = 0.7
_RULE = r"\\rule(?:\[[^]]*\])?\{(?P<width>\d+)(?P<unit>cm|pt)\}\{[^}]*\}"
_TOKEN = re.compile(rf"{_RULE}|\\[A-Za-z]+\*?|\\.|[^\\]", re.DOTALL)
_SPACED = {"+": 12.2, "-": 12.2, "=": 13.4, ":": 8.4}
_COMMANDS = {
    r"\cdot": 7.2,
    r"\times": 12.2,
    r"\odot": 12.2,
    r"\pm": 12.2,
    r"\approx": 13.4,
    r"\to": 15.6,
    r"\leq": 13.4,
    r"\geq": 13.4,
    r"\neq": 13.4,
    r"\dots": 13.4,
    r"\ldots": 13.4,
    r"\quad": 10.0,
    r"\qquad": 20.0,
    r"\,": 1.7,
    r"\ ": 3.4,
}
_SWITCHES = {r"\displaystyle", r"\top", r"\limits", r"\raggedright"}
_TWO_GROUPS = {r"\frac", r"\tfrac", r"\dfrac", r"\underset", r"\overset"}
_FUNCTIONS = {r"\max", r"\min", r"\exp", r"\ln", r"\log", r"\tanh", r"\sinh", r"\cosh"}
_UNITS = {"cm": 28.5, "pt": 1.0}
_SIZED = {r"\left", r"\right", r"\bigl", r"\bigr", r"\Bigl", r"\Bigr"}
_UPRIGHT = {r"\text", r"\mathrm", r"\textbf", r"\emph"}


def width(source: str, *, math: bool = True) -> float:
    """The estimated width of one line of source; outside of `math`, between dollar signs only."""
    return _WidthReader(source, math).row(None)


class _WidthReader:
    """Reads source token by token and adds up what it takes."""

    def __init__(self, source: str, math: bool) -> None:
        self._tokens = [found[0] for found in _TOKEN.finditer(source)]
        self._place, self._math = 0, math

    def row(self, end: str | None) -> float:
        """The width up to the token `end`, which is read too; None: up to the end."""
        total = 0.0
        while (token := self._next()) is not None and token != end:
            total += self._scripts(token) if token in "^_" else self._piece(token)
        return total

    def _next(self) -> str | None:
        if self._place >= len(self._tokens):
            return None
        self._place += 1
        return self._tokens[self._place - 1]

    def _piece(self, token: str) -> float:
        """A token with its arguments."""
        if token == "{":
            return self.row("}")
        if token == "$":
            self._math = not self._math
            return 0.0
        if token in _TWO_GROUPS:
            return max(self._group(), self._group()) + 2.4
        if token in _SIZED:
            return 2.4 if self._next() == "." else 8.0
        if token in _UPRIGHT:
            return self._upright()
        if token == r"\begin":
            return self._array()
        return _sign_width(token, self._math)

    def _group(self) -> float:
        token = self._next()
        return 0.0 if token is None else self._piece(token)

    def _scripts(self, token: str) -> float:
        """Raised and lowered stand above one another."""
        widths = [self._group() * _SCRIPT]
        if self._place < len(self._tokens) and self._tokens[self._place] in "^_" and token in "^_":
            self._place += 1
            widths.append(self._group() * _SCRIPT)
        return max(widths) + 0.5

    def _upright(self) -> float:
        before, self._math = self._math, False
        taken = self._group()
        self._math = before
        return taken

    def _array(self) -> float:
        r"""`\begin{bmatrix} … \end{bmatrix}`: the widest cells, gaps between them, brackets."""
        self._group()
        rows: list[list[float]] = [[0.0]]
        while (token := self._next()) not in (None, r"\end"):
            assert token is not None
            if token == "&":
                rows[-1].append(0.0)
            elif token == "\\\\":
                rows.append([0.0])
            else:
                rows[-1][-1] += self._scripts(token) if token in "^_" else self._piece(token)
        self._group()
        columns = [max(column) for column in zip_longest(*rows, fillvalue=0.0)]
        return math.fsum(columns) + 10.0 * (len(columns) - 1) + 12.0


def _sign_width(token: str, math: bool) -> float:
    """A single sign or a command without arguments."""
    if token in _SWITCHES:
        return 0.0
    if rule := re.fullmatch(_RULE, token):  # a blank to write into
        return float(rule["width"]) * _UNITS[rule["unit"]]
    if token.startswith("\\"):
        return 5.2 * len(token) if token in _FUNCTIONS else _COMMANDS.get(token, 7.0)
    if math and token in _SPACED:
        return _SPACED[token]
    if token.isspace():
        return 0.0 if math else 3.4
    if token.isdecimal():
        return 5.0
    if token in ".,;()[]'!|":
        return 4.2
    if not token.isascii():
        return 10.0
    return 7.7 if token.isupper() else 5.7 if math else 5.2


def broken(formula: str, room: float) -> list[str]:
    """The formula in lines that fit, broken before + and −, else before ·, else within brackets.

    A fraction that is too wide is written with a slash; brackets that are broken within no longer
    grow with what they hold. A single name or number stays whole.
    """
    if width(formula) <= room:
        return [formula]
    for operators in (_SUMS, _PRODUCTS):
        pieces = list(_split(formula, operators))
        if len(pieces) > 1:
            return _filled(pieces, room)
    opened = _opened(_slashed(formula))
    return [formula] if opened == formula else broken(opened, room)


_SUMS, _PRODUCTS = ("+", "-"), (r"\cdot",)
_POWER_OF_TEN = " 10^"
_OPENING, _CLOSING = {"{", r"\left", r"\begin"}, {"}", r"\right", r"\end"}


def _filled(pieces: list[str], room: float) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and width(lines[-1] + piece) <= room:
            lines[-1] += piece
        else:
            lines += broken(piece, room)
    return lines


def _split(formula: str, operators: tuple[str, ...]) -> Iterator[str]:
    """The pieces between the operators, each with the one before it; only outside of any group."""
    depth, start = 0, 0
    for found in _TOKEN.finditer(formula):
        token, place = found[0], found.start()
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth or token not in operators or formula.startswith(_POWER_OF_TEN, found.end()):
            continue
        if formula[start:place].strip() and formula[place - 1] == " ":
            yield formula[start:place]
            start = place
    yield formula[start:]


def _opened(formula: str) -> str:
    r"""The outermost `\left(` … `\right)` as `\bigl(` … `\bigr)`, between which lines may break."""
    depth, parts, sizes = 0, [], {r"\left": r"\bigl", r"\right": r"\bigr"}
    for found in _TOKEN.finditer(formula):
        token = found[0]
        depth -= token in _CLOSING
        parts.append(sizes.get(token, token) if depth == 0 else token)
        depth += token in _OPENING
    return "".join(parts)


def _slashed(formula: str) -> str:
    r"""The first fraction outside of any group with a slash: `\left(a + b\right) / 2`."""
    tokens = [found[0] for found in _TOKEN.finditer(formula)]
    depth = 0
    for place, token in enumerate(tokens):
        if token == r"\frac" and not depth:
            below = _end_of_group(tokens, place + 1)
            end = _end_of_group(tokens, below)
            upper, lower = "".join(tokens[place + 2 : below - 1]), tokens[below + 1 : end - 1]
            under = "".join(lower) if " " not in lower else rf"\left({''.join(lower)}\right)"
            parts = ("".join(tokens[:place]), rf"\left({upper}\right) / {under}")
            return "".join((*parts, *tokens[end:]))
        depth += (token in _OPENING) - (token in _CLOSING)
    return formula


def _end_of_group(tokens: list[str], start: int) -> int:
    """The place behind the group that begins at `start`."""
    depth = 0
    for place in range(start, len(tokens)):
        depth += (tokens[place] == "{") - (tokens[place] == "}")
        if not depth:
            return place + 1
    return len(tokens)
