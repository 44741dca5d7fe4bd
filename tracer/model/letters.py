"""How the pieces of names are spelled: two sets of letters, and what doesn't count when one folds.

See `tracer.model.spellings` for the grammar that is read with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from tracer.immutable import immutable
from tracer.model.quantity import Kind

LONGEST = 200
"""Longer texts than this are read as they stand only."""
CLIPPED = "g"
"""The letter of a clipped gradient."""

_RAISED = re.compile("[⁰¹²³⁴-⁹⁽⁾]+")
_LOWERED = re.compile("[\u2080-\u209c\u1d62-\u1d6a\u2c7c]+")
_GAPS = re.compile(r"[\s_]+")
_BRACES = re.compile(r"[{}\\]")
_NEEDLESS = re.compile(r"(?<![0-9])_|_(?![0-9])")
_SIGNS = str.maketrans(
    {
        "δ": "delta",
        "θ": "theta",
        "∂": "d",
        "η": "lr",
        "σ": "sigma",
        "φ": "phi",
        "∇": "grad",
        "\u0302": "hat",
        "'": "+",
        "’": "+",
        "′": "+",
    }
)


def fold(text: str) -> str:
    """The text without what people write in different ways: `Net_H₁` → `neth1`, `δ_h1` → `deltah1`.

    A gap between two digits stays: 1_12 is not 11_2. Raised digits begin with ^: `W¹₁₁` → `w^1_11`.
    """
    text = _RAISED.sub(lambda run: f"^{run[0]}", text)
    text = _LOWERED.sub(lambda run: f"_{run[0]}", text)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _NEEDLESS.sub("", _GAPS.sub("_", _BRACES.sub("", text))).translate(_SIGNS)


@immutable
class Letters:
    """How the pieces between the neurons' names are spelled. `d` are signs of a derivative."""

    words: Mapping[str, Kind]
    wholes: Mapping[str, Kind]
    above: Mapping[str, Kind]
    thresholds: tuple[str, ...]
    mean: str
    gradient: str
    d: str
    new: tuple[str, ...]
    loose: bool = False


_WORDS = {
    "net": Kind.NET,
    "z": Kind.NET,
    "out": Kind.OUT,
    "a": Kind.OUT,
    "delta": Kind.DELTA,
    "δ": Kind.DELTA,
    "target": Kind.TARGET,
    "y": Kind.TARGET,
    "E": Kind.ERROR,
    "C": Kind.ERROR,
}
_WHOLES = {
    "E_total": Kind.TOTAL,
    "C": Kind.TOTAL,
    "loss": Kind.LOSS,
    "J": Kind.LOSS,
    "lr": Kind.LEARNING_RATE,
    "learning_rate": Kind.LEARNING_RATE,
    "η": Kind.LEARNING_RATE,
    "penalty": Kind.PENALTY,
    "grad_norm": Kind.NORM,
    "‖g‖": Kind.NORM,
}
_ABOVE = {
    "E": Kind.TOTAL,
    "E_total": Kind.TOTAL,
    "C": Kind.TOTAL,
    "loss": Kind.LOSS,
    "J": Kind.LOSS,
    "out": Kind.OUT,
    "a": Kind.OUT,
}
EXACT = Letters(
    {f"{word}_": kind for word, kind in _WORDS.items()},
    _WHOLES,
    _ABOVE,
    ("theta_", "θ_"),
    "mean_",
    "grad_",
    "d∂",
    ("+", "⁺", "_new"),
)
LOOSE = Letters(
    {fold(word): kind for word, kind in _WORDS.items()},
    {fold(word): kind for word, kind in {**_WHOLES, "E": Kind.TOTAL, "L": Kind.LOSS}.items()},
    {fold(word): kind for word, kind in {**_ABOVE, "L": Kind.LOSS}.items()},
    ("theta",),
    "mean",
    "grad",
    "d",
    ("+", "new"),
    loose=True,
)
