"""What pydantic found wrong, in this project's words and at its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from tracer.config.fields import Context
from tracer.config.nodes import Node, Path
from tracer.config.report import Report
from tracer.config.scalars import number
from tracer.errors import did_you_mean
from tracer.model.initializers import INITIALIZERS

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
}
_BOUNDS = {
    "greater_than_equal": ("ge", "{:g} or more"),
    "greater_than": ("gt", "more than {:g}"),
    "less_than_equal": ("le", "{:g} or less"),
}


def report_all(error: ValidationError, context: Context, report: Report) -> None:
    """Adds each of the error's findings to the report."""
    for finding in error.errors(include_url=False, include_input=False):
        path, kind = _path(report.root, finding["loc"]), finding["type"]
        if kind == "union_tag_invalid":
            path = (*path, "init")
        node = report.root.find(path)
        known = _known(node, context)
        if kind == "missing":
            _missing(str(finding["loc"][-1]), path, node, known, report)
        elif kind == "extra_forbidden":
            _unknown_key(path, _known(report.root.find(path[:-1]), context), report)
        else:
            report.at(path, *_words(kind, finding, node))


def _path(root: Node, location: tuple[int | str, ...]) -> Path:
    """Pydantic's location without the names of the kinds that it tried."""
    path: Path = ()
    node = root
    for part in location:
        child = node.child(part)
        if child is not None:
            path, node = (*path, part), child
    return path


def _known(node: Node, context: Context) -> dict[str, str]:
    section = context.sections.get(id(node.value))
    return section.descriptions() if section else {}


def _missing(key: str, path: Path, node: Node, known: Mapping[str, str], report: Report) -> None:
    """A missing key; not when an unknown key is likely to be meant for it, which is told already."""
    if not misspelled(key, node, known):
        report.at(path, f"missing key '{key}'", known.get(key, ""))


def misspelled(key: str, node: Node, known: Mapping[str, str]) -> bool:
    """Whether an unknown key of the mapping is likely to be meant for `key`."""
    unknown = [name for name in node.value if name not in known]
    return any(f"'{key}'" in did_you_mean(name, list(known)) for name in unknown)


def _unknown_key(path: Path, known: Mapping[str, str], report: Report) -> None:
    key = str(path[-1])
    hint = did_you_mean(key, list(known)) or f"known here: {', '.join(known)}"
    report.at_key(path, f"unknown key '{key}'", hint)


def _words(kind: str, finding: Mapping[str, Any], node: Node) -> Words:
    context = finding.get("ctx", {})
    if kind == "choice":
        return choice(context["thing"], context["names"].split(), node)
    if kind == "union_tag_invalid":
        return choice("scheme", list(INITIALIZERS), node)
    if kind == "union_tag_not_found":
        return "missing key 'init'", f"there are {', '.join(INITIALIZERS)}"
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"found {found(node)}, expected {words.format(context[bound])}", ""
    expected = finding["msg"] if kind == "expected" else _EXPECTED[kind]
    return f"found {found(node)}, expected {expected}", _HINTS.get(kind, _no_hint)(node)


def choice(thing: str, names: list[str], node: Node) -> Words:
    """The words for a value that isn't one of the names."""
    listed = f"there are {', '.join(names)}" if len(names) > 1 else f"write {names[0]}"
    if not isinstance(node.value, str):
        return f"found {found(node)}, expected the name of the {thing}", listed
    return f"unknown {thing} {found(node)}", did_you_mean(node.value, names) or listed


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
    text = node.text if len(node.text) <= _LONGEST else node.text[:_LONGEST] + "…"
    return f"'{text}'" if isinstance(node.value, str) else text


def _number_hint(node: Node) -> str:
    if not isinstance(node.value, str):
        return ""
    if node.style and number(node.text) is not None:
        return "write it without quotes"
    for sign, plain in ((",", "."), ("_", "")):
        tidied = node.text.replace(sign, plain)
        if sign in node.text and number(tidied) is not None:
            return f"write {tidied}"
    return ""


def _whole_hint(node: Node) -> str:
    if isinstance(node.value, float) and node.value.is_integer() and abs(node.value) < 1e15:
        return f"write {int(node.value)}"
    return _number_hint(node)


def _text_hint(node: Node) -> str:
    return "put it in quotes" if isinstance(node.value, bool | int | float) else ""


def _no_hint(_node: Node) -> str:
    return ""


_HINTS: dict[str, Callable[[Node], str]] = {
    "float_type": _number_hint,
    "int_type": _whole_hint,
    "string_type": _text_hint,
}
