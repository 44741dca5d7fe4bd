"""Python, with nothing but its `math`."""

from __future__ import annotations

import builtins
import json
import keyword
import math
from collections.abc import Callable, Sequence

from tracer.code.grammar import ARGUMENTS, Grammar, GrammarStyle, Told, helpers
from tracer.code.layout import INDENT, WIDTH, bracketed, spread
from tracer.formula import PRIMITIVES, Expression, Key, Symbol
from tracer.formula.writing import write


def python() -> Grammar:
    """The grammar of Python."""
    return _Python()


class _Python(Grammar):
    comment = "# "
    length = "len({})"
    own = frozenset(
        {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), *dir(math), *PRIMITIVES, "math"}
    )

    def formula(self, formula: Expression, name_of: Callable[[Key], str]) -> str:
        return write(formula, GrammarStyle(self, name_of))

    def number(self, value: float) -> str:
        return repr(value)

    def functions(self) -> list[str]:
        made = helpers(self.used, self._native)
        imported = sorted(n for n in self.used if hasattr(math, n) and not hasattr(builtins, n))
        lines = spread("from math import ", imported, "", "") if imported else []
        if len(lines) > 1:
            lines = spread("from math import (", imported, ")", "")
        for row in made:
            assert row.composed is not None
            names = ARGUMENTS[: row.arity]
            body = self.formula(row.composed(*map(Symbol, names)), str)
            lines += ["", "", f"def {row.name}({', '.join(names)}):"]
            lines += bracketed("return ", body, INDENT)
        return [*lines, ""] if made else lines

    @staticmethod
    def _native(name: str) -> bool:
        return hasattr(math, name) or hasattr(builtins, name)

    def constant(self, name: str, source: str) -> list[str]:
        return bracketed(f"{name} = ", source, "")

    def rows(self, name: str, rows: Sequence[Sequence[float]], remarks: Sequence[str]) -> list[str]:
        lines = [f"{name} = ["]
        for row, remark in zip(rows, remarks, strict=True):
            only = "," if len(row) == 1 else ""
            lines += spread("(", [repr(x) for x in row], f"{only}),", INDENT)
            lines[-1] += f"  # {remark}" if remark else ""
        return [*lines, "]"]

    def variables(self, values: Sequence[tuple[str, str]], indent: str = "") -> list[str]:
        names, sources = zip(*values, strict=True)
        if len(set(sources)) == 1 and len(values) > 1:
            line = f"{' = '.join(names)} = {sources[0]}"
        else:
            line = f"{', '.join(names)} = {', '.join(sources)}"
        if len(indent) + len(line) <= WIDTH or len(values) == 1:
            return [indent + line]
        half = len(values) // 2
        return [*self.variables(values[:half], indent), *self.variables(values[half:], indent)]

    def unpacked(self, names: Sequence[str], source: str, indent: str) -> list[str]:
        only = "," if len(names) == 1 else ""
        line = f"{', '.join(names)}{only} = {source}"
        if len(indent) + len(line) <= WIDTH:
            return [indent + line]
        return spread("(", names, f") = {source}", indent)

    def assigned(self, name: str, source: str, indent: str, *, new: bool) -> list[str]:
        del new
        return bracketed(f"{name} = ", source, indent)

    def moved(self, pairs: Sequence[tuple[str, str]], indent: str) -> list[str]:
        names, sources = zip(*pairs, strict=True)
        line = f"{indent}{', '.join(names)} = {', '.join(sources)}"
        if len(line) <= WIDTH:
            return [line]
        half = len(pairs) // 2
        return [*self.moved(pairs[:half], indent), *self.moved(pairs[half:], indent)]

    def changed(self, name: str, operator: str, source: str, indent: str) -> list[str]:
        return bracketed(f"{name} {operator}= ", source, indent)

    def counting(self, name: str, first: int, last: str, indent: str) -> str:
        return f"{indent}for {name} in range({first}, {last} + 1):"

    def each(self, names: Sequence[str], rows: str, counted: str, indent: str) -> list[str]:
        inner = f"{', '.join(names)}{',' if len(names) == 1 else ''}"
        if counted:
            head, tail = f"for {counted}, (", f") in enumerate({rows}):"
        else:
            head, tail = "for ", f" in {rows}:"
        line = f"{head}{inner}{tail}"
        if len(indent) + len(line) <= WIDTH:
            return [indent + line]
        return spread(head if counted else "for (", names, tail if counted else f"){tail}", indent)

    def condition(self, source: str, indent: str) -> str:
        return f"{indent}if {source}:"

    def end(self, indent: str) -> list[str]:
        del indent
        return []

    def told(self, words: Sequence[Told], indent: str) -> str:
        return f'{indent}print(f"{self._literal(words)}")'

    def _literal(self, words: Sequence[Told]) -> str:
        return "".join(
            f"{{{word[0]}}}" if isinstance(word, tuple) else _escaped(word, "{}") for word in words
        )

    def told_each(
        self, names: Sequence[tuple[str, str]], behind: Sequence[Told], indent: str
    ) -> list[str]:
        items = [f'"{_escaped(name, "")}": {source}' for name, source in names]
        if len(items) == 1:
            (name, source), literal = names[0], self._literal(behind)
            told = f"{_escaped(name, '{}')}{literal} = {{{source}!r}}"
            return [f'{indent}print(f"{told}")']
        inner = indent + INDENT
        return [
            *spread("for name, value in {", items, "}.items():", indent),
            f'{inner}print(f"{{name}}{self._literal(behind)} = {{value!r}}")',
        ]

    def listed(self, name: str, values: Sequence[float]) -> list[str]:
        return spread(f"{name} = [", [repr(x) for x in values], "]", "")

    def mean_below(
        self, name: str, value: str, window: int, bound: str, indent: str
    ) -> tuple[list[str], str]:
        lines = [f"{indent}{name} = [*{name}[-{window - 1}:], {value}]"]
        return lines, f"len({name}) == {window} and sum({name})/{window} < {bound}"

    def either(self, conditions: Sequence[str]) -> str:
        return " or ".join(conditions)

    def leave(self, indent: str) -> list[str]:
        return [f"{indent}break"]

    def some(self, names: Sequence[str], more: int) -> list[str]:
        return [*names, *(["*_"] if more else [])]

    def part(self, rows: str, start: str, end: str) -> str:
        return f"{rows}[{start}:{end}]"

    def picked(self, rows: str, places: str) -> str:
        return f"[{rows}[row] for row in {places}]"

    def whole(self, source: str, by: int) -> str:
        return f"({source})//{by}"


def _escaped(text: str, doubled: str) -> str:
    """The text in a string of Python between double quotes."""
    text = json.dumps(text, ensure_ascii=False)[1:-1]
    return "".join(letter * 2 if letter in doubled else letter for letter in text)
