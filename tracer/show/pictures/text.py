"""How wide text is, in ems, without a font: a table of generous widths, and what to do with too much.

Widths are those of DejaVu Sans, which is wider than what most viewers take for `sans-serif`, so
that text fits in any of them.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

_WIDTHS = {
    **dict.fromkeys("ijlI|'.,:;·", 0.34),
    **dict.fromkeys('ftr()[]-/" ', 0.42),
    **dict.fromkeys("mwMW@%", 0.95),
    **dict.fromkeys("ABCDEGHKNOPQRSTUVXYZ&=+−×≈→←∂Σ", 0.76),
}
_OTHER, _WIDE = 0.64, 1.05
_SMALL = 0.72
_PIECES = re.compile(r"<[^>]*>|&[^;]*;|.", re.DOTALL)
_SMALLER = "font-size"


def width(markup: str) -> float:
    """Width of the content of a <text> in ems; small indices count as small."""
    scale, found = 1.0, 0.0
    for piece in _PIECES.findall(markup):
        if piece.startswith("<") and len(piece) > 1:
            scale = _SMALL if _SMALLER in piece else 1.0
        else:
            found += scale * sum(map(_sign, unescape(piece)))
    return found


def cut(markup: str, limit: float) -> str:
    """The content, or its beginning with an ellipsis where it is wider than so many ems."""
    if width(markup) <= limit:
        return markup
    kept, scale, inside, so_far = "", 1.0, False, 1.0
    for piece in _PIECES.findall(markup):
        if piece.startswith("<") and len(piece) > 1:
            inside = not piece.startswith("</")
            scale = _SMALL if _SMALLER in piece else 1.0
        else:
            so_far += scale * sum(map(_sign, unescape(piece)))
            if so_far > limit:
                break
        kept += piece
    return kept.rstrip() + "…" + "</tspan>" * inside


def _sign(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return _WIDE
    return _WIDTHS.get(sign, _OTHER)
