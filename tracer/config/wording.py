"""What pydantic found wrong, in this project's words and at its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tracer.config.fields import ConfigModel, Faulty, OneOf, sound
from tracer.config.hints import for_name, for_number, for_text, for_whole
from tracer.config.nodes import KeyPath, Node
from tracer.config.report import Report
from tracer.config.values import ROWS
from tracer.errors import did_you_mean

_LONGEST = 40

Words = tuple[str, str]
"""A message and its hint."""

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "finite_number": "a finite number",
    "too_short": "at least one",
    "name": "the name of a neuron",
}
_HINTS: dict[str, Callable[[Node], str]] = {
    "float_type": for_number,
    "int_type": for_whole,
    "string_type": for_text,
    "name": for_name,
}
_OTHER_KEYS = {
    "lr": "learning_rate",
    "eta": "learning_rate",
    "alpha": "learning_rate",
    "x": "inputs",
    "y": "targets",
    "outputs": "targets",
    "label": "class",
    "units": "neurons",
    "nodes": "neurons",
    "size": "neurons",
    "function": "activation",
    "w": "weights",
    "b": "bias",
    "theta": "threshold",
    "θ": "threshold",
    "thresholds": "threshold",
    "batch_size": "batch",
    "steps": "iterations",
    "cost": "loss",
    "error": "loss",
    "path": "file",
}
"""Keys as other people call them."""
_BOUNDS = {
    "greater_than_equal": ("ge", "{:.17g} or more"),
    "greater_than": ("gt", "more than {:.17g}"),
    "less_than_equal": ("le", "{:.17g} or less"),
    "less_than": ("lt", "less than {:.17g}"),
}


def sift(value: Any, node: Node, path: KeyPath, report: Report) -> Any:
    """A part of a model with None for each Faulty, whose findings go to the report.

    `node` is what the part was read from, and stands at `path`.
    """
    match value:
        case Faulty():
            for finding in value.findings:
                _report(finding, node, path, report)
            return None
        case ConfigModel():
            return _sift_model(value, node, path, report)
        case list() if any(isinstance(part, Faulty | ConfigModel) for part in value):
            return [
                sift(part, sound(node.child(index)), (*path, index), report)
                for index, part in enumerate(value)
            ]
        case dict():
            return {
                key: sift(part, sound(node.child(key)), (*path, key), report)
                for key, part in value.items()
            }
    return value


def _sift_model(model: ConfigModel, node: Node, path: KeyPath, report: Report) -> ConfigModel:
    known = model.descriptions()
    for key in node.value:
        if key not in known:
            _unknown_key(key, node, path, known, report)
    sifted = {}
    for name, key in zip(type(model).model_fields, known, strict=True):
        part, child = getattr(model, name), node.child(key)
        if child is not None:
            sifted[name] = sift(part, child, (*path, key), report)
        elif isinstance(part, Faulty):
            _missing(key, path, node, known, report)
            sifted[name] = None
    return model.model_copy(update=sifted) if sifted else model


def _report(finding: Mapping[str, Any], node: Node, path: KeyPath, report: Report) -> None:
    """One of pydantic's findings; its location has the kinds that it tried, which aren't told."""
    for part in finding["loc"]:
        child = node.child(part)
        if child is not None:
            path, node = (*path, part), child
    if finding["type"] == "union_tag_invalid":
        key = finding["ctx"]["discriminator"].strip("'")
        path, node = (*path, key), sound(node.child(key))
    report.at(path, *_words(finding["type"], finding, node))


def _missing(key: str, path: KeyPath, node: Node, known: Mapping[str, str], report: Report) -> None:
    """A missing key; not when an unknown key is likely to be meant for it, which is told already."""
    if not misspelled(key, node, known):
        report.at(path, f"missing key '{key}'", known[key])


def misspelled(key: str, node: Node, known: Mapping[str, str]) -> bool:
    """Whether an unknown key of the mapping is likely to be meant for `key`."""
    unknown = [name for name in node.value if name not in known]
    return any(f"'{key}'" in _near(name, known) for name in unknown)


def _near(key: str, known: Mapping[str, str]) -> str:
    """A hint with the known keys that `key` is likely to be meant for."""
    other = {word: meant for word, meant in _OTHER_KEYS.items() if meant in known}
    return did_you_mean(key, list(known), other)


def _unknown_key(
    key: str, node: Node, path: KeyPath, known: Mapping[str, str], report: Report
) -> None:
    hint = _near(key, known) or f"known here: {', '.join(known)}"
    if node.value[key] is None and not _near(key, known):  # {inputs: 1, 2}
        hint = "several values of a key stand in brackets, as in [1, 2]"
        if key.isdecimal():  # {bias: 0,3}
            hint += "; a decimal number is written with a point, 0.3"
    report.at_key((*path, key), f"unknown key '{key}'", hint)


def _words(kind: str, finding: Mapping[str, Any], node: Node) -> Words:
    context = finding.get("ctx", {})
    if kind == "choice":
        return choice(context["choice"], node)
    if kind == "union_tag_invalid":
        return choice(ROWS[context["discriminator"].strip("'")].choice, node)
    if kind == "union_tag_not_found":
        row = ROWS[context["discriminator"].strip("'")]
        return f"missing key '{row.key}'", f"there are {', '.join(row.table)}"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"found {found(node)}, expected {words.format(context[bound])}", ""
    if kind == "expected":
        return f"found {found(node)}, expected {finding['msg']}", context["hint"](node)
    if kind == "float_type" and isinstance(node.value, int) and not isinstance(node.value, bool):
        kind = "finite_number"  # a whole number beyond float64
    hint = _HINTS[kind](node) if kind in _HINTS else ""
    return f"found {found(node)}, expected {_EXPECTED[kind]}", hint


def choice(choice: OneOf, node: Node) -> Words:
    """The words for a value that isn't one of the names."""
    thing, names = choice.thing, list(choice.names)
    listed = f"there are {', '.join(names)}" if len(names) > 1 else f"write {names[0]}"
    listed = choice.otherwise or listed
    if not isinstance(node.value, str):
        return f"found {found(node)}, expected the name of the {thing}", listed
    return f"unknown {thing} {found(node)}", did_you_mean(node.value, names, choice.also) or listed


def found(node: Node) -> str:
    """What stands in the file, short enough for a line."""
    match node.value:
        case None:
            return "nothing"
        case list() | dict() as value if not value:
            return "an empty list" if isinstance(value, list) else "an empty mapping"
        case list():
            return "a list"
        case dict():
            return "a mapping"
    text = "".join(letter if letter.isprintable() else f"{letter!a}"[1:-1] for letter in node.text)
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return f"'{text}'" if isinstance(node.value, str) else text
