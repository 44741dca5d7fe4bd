"""The parser's complaints about YAML in plain words."""

from __future__ import annotations

import re

import yaml

from tracer.config.nodes import Position

MOST_LEVELS = 100
"""How deep lists and mappings may be nested."""
TOO_DEEP = f"nested deeper than {MOST_LEVELS} levels"

_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")

_INDENTATION = (
    "expected another key, or less indentation",
    "keys of one mapping begin in the same column",
)
_PLAIN = {
    "',' or ']'": (
        "a list isn't closed",
        "it begins in line {line}: write a comma between values and ] at its end",
    ),
    "',' or '}'": (
        "a mapping in braces isn't closed",
        "it begins in line {line}: write a comma between entries and }} at its end",
    ),
    "mapping values are not allowed": (
        "a colon where no key can stand",
        "check the indentation, or put text with a colon in quotes",
    ),
    "expected ':'": ("a key without a colon", "write a colon and a space after a key"),
    "end of stream": ("the file ends within quotes", "they open in line {line}"),
    "expected key": _INDENTATION,
    "block end": _INDENTATION,
    "'-' indicator": (
        "expected another '- ', or less indentation",
        "values of one list begin in the same column",
    ),
}
"""Words of the parser (libyaml's and PyYAML's), and a message and a hint instead of them."""


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[Position, str, str]:
    """Where the text stops being YAML, why, and what to do."""
    mark = error.problem_mark or error.context_mark
    position = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    reason = error.problem or "it can't be understood"
    if "nesting depth" in reason:  # the parser reads ahead, and has a limit of its own
        return position, TOO_DEEP, ""
    began = error.context_mark.line + 1 if error.context_mark else position[0]
    for sign, (message, hint) in _PLAIN.items():
        if sign in reason:
            return position, f"not valid YAML: {message}", hint.format(line=began)
    if "cannot start any token" in reason:
        return position, *_token(_character(text, position))
    return position, f"not valid YAML: {reason}", ""


def _token(character: str) -> tuple[str, str]:
    if character == "\t":
        return "not valid YAML: a tab where spaces belong", "indent with spaces"
    return f"not valid YAML: text can't begin with {character}", "put it in quotes"


def _character(text: str, position: Position) -> str:
    line, column = position
    lines = _LINE_END.split(text)
    return lines[line - 1][column - 1 : column] if line <= len(lines) else ""


def position_of(offset: int, text: str) -> Position:
    """Line and column of a place in the text, by the line ends that YAML knows."""
    *before, last = _LINE_END.split(text[:offset])
    return len(before) + 1, len(last) + 1
