"""Names of quantities as identifiers: `dE/dw5` is `dE_dw5`, `w5+` is `w5_new`, `50%` is `x50_`.

A name of the configuration that a language can't take is replaced first, once for everything that is
called by it; the program says so at its head.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

_AFTER = "+"


def identifier(name: str) -> str:
    """The name in letters, digits and underscores, as Python and JavaScript both read them."""
    normal = unicodedata.normalize("NFKC", name.replace(_AFTER, "_new"))
    safe = "".join(letter if f"_{letter}".isidentifier() else "_" for letter in normal)
    return safe if safe.isidentifier() else f"x{safe}"


def unique(name: str, taken: Collection[str]) -> str:
    """The name, with an underscore or a number behind it where it is taken."""
    if name not in taken:
        return name
    found, number = f"{name}_", 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def safe_labels(labels: Iterable[str], reserved: Collection[str]) -> dict[str, str]:
    """For each name of a configuration what it is called in a program."""
    found: dict[str, str] = {}
    for label in sorted(labels, key=lambda text: (identifier(text) != text, text)):
        found[label] = unique(identifier(label), {*reserved, *found.values()})
    return found


def joined(name: str) -> str:
    """The identifier of a quantity's canonical name, made of identifiers: `dE_dout_h1`."""
    return re.sub(r"[^\w]", "_", name.replace(_AFTER, "_new"))
