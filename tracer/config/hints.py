"""What to write instead: the number, the list or the name that a text most likely means."""

from __future__ import annotations

import re

from tracer.config.nodes import Node
from tracer.config.scalars import meant, number
from tracer.model.initializers import INITIALIZERS
from tracer.model.words import other_words

_SHORT = 8
_FILES = (".npz", ".npy", ".csv")
OTHER_SCHEMES = other_words(INITIALIZERS)
_GAP = re.compile(r"\s*[,;]\s*|\s+")
_NAMES = re.compile(r"[^\W\d]\w*(?:(?:\s*,\s*|\s+)[^\W\d]\w*)*")


def spells_numbers(text: str) -> bool:
    """Whether a text means a number, or several."""
    parts = _GAP.split(text.strip())
    return meant(text) is not None or all(number(part) is not None for part in parts)


def for_samples(node: Node) -> str:
    """For what should be a list of samples, or a file."""
    return "a list of samples has a - before each" if isinstance(node.value, dict) else ""


def for_number(node: Node) -> str:
    """For what should be a number."""
    if not isinstance(node.value, str):
        return ""
    if node.style and number(node.text) is not None:
        return "write it without quotes"
    plain = meant(node.text)
    if plain is None and spells_numbers(node.text):
        return "numbers stand in a list, with commas between them: [1, 2]"
    return f"write {plain}" if plain else ""


def for_whole(node: Node) -> str:
    """For what should be a whole number."""
    if isinstance(node.value, float) and node.value.is_integer() and abs(node.value) < 1e15:
        return f"write {int(node.value)}"
    spelled = number(meant(node.text) or "") if isinstance(node.value, str) else None
    return for_number(node) if isinstance(spelled, int) else ""


def for_text(node: Node) -> str:
    """For what should be text."""
    return "put it in quotes" if isinstance(node.value, bool | int | float) else ""


def for_name(node: Node) -> str:
    """For what should be the name of a neuron."""
    if isinstance(node.value, bool):
        return "put it in quotes"
    return "give names, as in [x1, x2], or their count without brackets"


def for_names(node: Node) -> str:
    """For what should be a list of names, or a count."""
    if isinstance(node.value, str) and _NAMES.fullmatch(node.text):
        return f"write [{', '.join(_GAP.split(node.text))}]"
    return for_whole(node)


def for_numbers(node: Node, things: str) -> str:
    """For what should be a number or a list of numbers, one for each of the `things`."""
    if not isinstance(node.value, str):
        return ""
    parts = _GAP.split(node.text.strip())
    if 1 < len(parts) <= _SHORT and all(number(part) is not None for part in parts):
        listed, point = f"[{', '.join(parts)}]", meant(node.text)
        if point is None or "," not in node.text:
            return f"write {point or listed}"
        return f"write {point} with a point, or {listed} for two {things}"
    return for_number(node)


def for_weights(node: Node) -> str:
    """For what should be a matrix, one number, a scheme, or a file."""
    if isinstance(node.value, str) and node.value.lower().endswith(_FILES):
        return f"write {{file: {node.value}}}"
    scheme = OTHER_SCHEMES.get(node.value, node.value) if isinstance(node.value, str) else ""
    options = INITIALIZERS[scheme].options.values() if scheme in INITIALIZERS else ()
    if scheme in INITIALIZERS and all(option.default is not None for option in options):
        return f"write {{init: {scheme}}}"
    return for_number(node)
