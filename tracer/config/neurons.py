"""The neurons' names: those that the file gives, and those that follow from a count.

Refused is what would give a number two names on the screen, or a name two numbers: see
`tracer.model.spellings` for what else is read as a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from tracer.config.models import NetworkModel
from tracer.config.nodes import KeyPath, spell
from tracer.config.report import Report
from tracer.config.scalars import number
from tracer.model.optimizers import state_letters

NameRow = tuple[str, ...]

_PARAMETER = re.compile(r"(?:(?P<of>\w+)_)?(?P<letter>[wb])(?:[\d₀-₉]+(?:⁺|_new)?|\[.*\])")
_OF_THRESHOLD = re.compile(r"(?P<of>\w+?)_(?:theta|θ)_.*")
_OF_PARAMETERS = frozenset({"g", "m", "s", "v", "mhat", "shat", "vhat"})
"""What may stand before a parameter's name, besides the states of the optimisers in the table."""
_ARRAY = re.compile(r"(?:net|out|target|E|delta|W|theta)\[\d+\]")
_FORBIDDEN = re.compile(r"[\s@#:/,+=*()\"'`]")
_IN_WORDS = {"\n": "a line break", "\t": "a tab"}
_PREFIXES = (
    "net_", "out_", "delta_", "target_", "E_", "z_", "a_", "y_", "C_", "theta_", "grad_", "mean_",
    "dE", "d∂", "∂", "δ_", "θ_",
)  # fmt: skip
_TAKEN = {
    "lr": "the learning rate",
    "learning_rate": "the learning rate",
    "η": "the learning rate",
    "loss": "the loss of the batch",
    "J": "the loss of the batch",
    "penalty": "the penalty in the loss",
    "total": "the E_total of a sample",
    "net": "all net inputs",
    "out": "all outputs",
    "target": "all targets",
    "delta": "all deltas",
    "E": "the E_total of a sample",
}


def reserved(name: str) -> str:
    """Why a neuron can't be called so; empty when it can."""
    if not name:
        return "a neuron's name is empty"
    return _another_quantity(name) or _unreadable(name)


def _another_quantity(name: str) -> str:
    parameter = _PARAMETER.fullmatch(name)
    prefix = next((prefix for prefix in _PREFIXES if name.startswith(prefix)), "")
    letters = _OF_PARAMETERS | state_letters()
    if parameter and (not parameter["of"] or parameter["of"] in letters):
        return f"'{name}' is the name of a {'weight' if parameter['letter'] == 'w' else 'bias'}"
    threshold = _OF_THRESHOLD.fullmatch(name)
    if threshold and threshold["of"] in letters:
        return f"'{name}' is the name of what an optimiser keeps of a threshold"
    if _ARRAY.fullmatch(name):
        return f"'{name}' is the name of all of a layer's numbers"
    if name in _TAKEN:
        return f"'{name}' is the name of {_TAKEN[name]}"
    if prefix and name.isprintable() and not _FORBIDDEN.search(name):
        return f"'{name}' begins with {prefix}, as the names of other quantities do"
    return ""


def _unreadable(name: str) -> str:
    forbidden = _FORBIDDEN.search(name)
    if forbidden:
        space = "a space" if forbidden[0].isspace() else forbidden[0]
        character = _IN_WORDS.get(forbidden[0], space)
        return f"{name!r} contains {character}, which names of neurons can't"
    if not name.isprintable():
        return f"{name!a} contains a character that can't be printed"
    if unicodedata.category(name[0]).startswith("M"):
        return f"{name!a} begins with a character that joins the one before it"
    if name.startswith("-"):
        return f"'{name}' begins with -, as options do"
    if number(name) is not None:
        return f"'{name}' looks like a number"
    return ""


def _look(name: str) -> str:
    """The same for names that look the same: é of one character and of two, both code points of µ."""
    return unicodedata.normalize("NFC", name).replace("µ", "μ")


def default_names(sizes: list[int]) -> list[NameRow]:
    """i1 i2 …, h1 h2 … through all the hidden layers, o1 o2 …; `sizes` begins with the inputs."""
    names, hidden = [_numbered("i", 0, sizes[0])], 0
    for size in sizes[1:-1]:
        names.append(_numbered("h", hidden, size))
        hidden += size
    return [*names, _numbered("o", 0, sizes[-1])]


def _numbered(letter: str, before: int, count: int) -> NameRow:
    return tuple(f"{letter}{number}" for number in range(before + 1, before + count + 1))


def name_all(
    network: NetworkModel, sizes: list[int] | None, report: Report
) -> tuple[NameRow, ...] | None:
    """The names of each layer, the inputs first; reserved and repeated ones are reported.

    Where not all the sizes are known, the names given in the file are checked, and None comes back.
    """
    rows = default_names(sizes) if sizes else None
    first: dict[str, tuple[str, KeyPath]] = {}
    for layer, (path, given) in enumerate(_given(network)):
        if isinstance(given, list):
            for index, name in enumerate(given):
                _check(name, (*path, index), True, first, report)
            if rows:
                rows[layer] = tuple(given)
        elif rows:
            for name in rows[layer]:
                _check(name, path, False, first, report)
    return tuple(rows) if rows else None


def check_settings(network: NetworkModel, named: Mapping[str, str], report: Report) -> None:
    """Reports neurons that are called as options of this training are; `named`: those, in words."""
    for path, given in _given(network):
        for index, name in enumerate(given if isinstance(given, list) else ()):
            if name in named:
                message = f"'{name}' is the name of {named[name]}"
                report.at((*path, index), message, "choose another name")


def _given(network: NetworkModel) -> Iterator[tuple[KeyPath, int | list[str] | None]]:
    yield ("network", "inputs"), network.inputs
    for index, layer in enumerate(network.layers or []):
        yield ("network", "layers", index, "neurons"), layer.neurons if layer else None


def _check(
    name: str, path: KeyPath, explicit: bool, first: dict[str, tuple[str, KeyPath]], report: Report
) -> None:
    """`first`: where each name stands first, and how it is spelled there, by its look."""
    why = reserved(name) if explicit else ""
    before, place = first.setdefault(_look(name), (name, path))
    if why:
        report.at(path, why, "choose another name")
    elif before != name:
        message = f"'{name}' looks the same as the name at {spell(place)}, in other characters"
        report.at(path, message, "choose another name")
    elif place != path:
        hint = f"it first stands at {spell(place)}"
        report.at(path, f"duplicate neuron name '{name}'", hint)
