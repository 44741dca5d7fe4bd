"""JavaScript, as node and browsers run it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from tracer.code.grammar import ARGUMENTS, Grammar, GrammarStyle, Told, helpers
from tracer.code.layout import INDENT, WIDTH, broken, packed, spread
from tracer.digits.numbers import shortest
from tracer.formula import PRIMITIVES, Expression, Key, Primitive, Symbol
from tracer.formula.primitive import Binding, Pattern
from tracer.formula.writing import write

_FUNCTION = re.compile(r"^(\w+)\(")
_TAKEN = (
    "abstract arguments async await boolean break byte case catch char class console const continue",
    "debugger default delete do double else enum eval export extends false final finally float for",
    "function get globalThis goto if implements import in Infinity instanceof int interface isNaN",
    "let long Array Math module NaN native new null Number Object of package private process",
    "protected public require return set short static String super switch synchronized this throw",
    "throws transient true try typeof undefined var void volatile while window with yield",
)


def javascript() -> Grammar:
    """The grammar of JavaScript."""
    return _JavaScript()


class _JavaScript(Grammar):
    comment = "// "
    length = "{}.length"
    own = frozenset(word for line in _TAKEN for word in line.split()) | set(PRIMITIVES)

    def formula(self, formula: Expression, name_of: Callable[[Key], str]) -> str:
        return write(formula, _JavaScriptStyle(self, name_of))

    def number(self, value: float) -> str:
        return shortest(value)

    def functions(self) -> list[str]:
        lines = []
        for row in helpers(self.used, lambda _: False):
            assert row.composed is not None
            names = ARGUMENTS[: row.arity]
            body = self.formula(row.composed(*map(Symbol, names)), str)
            lines += broken(f"const {row.name} = ({', '.join(names)}) => {body};", "")
        return lines

    def constant(self, name: str, source: str) -> list[str]:
        return broken(f"const {name} = {source};", "")

    def rows(self, name: str, rows: Sequence[Sequence[float]], remarks: Sequence[str]) -> list[str]:
        lines = [f"const {name} = ["]
        for row, remark in zip(rows, remarks, strict=True):
            lines += spread("[", [shortest(x) for x in row], "],", INDENT)
            lines[-1] += f" // {remark}" if remark else ""
        return [*lines, "];"]

    def variables(self, values: Sequence[tuple[str, str]], indent: str = "") -> list[str]:
        *items, last = (f"{name} = {x}" for name, x in values)
        width = WIDTH - len(indent) - len(INDENT)
        first, *rest = packed([*(f"{item}," for item in items), f"{last};"], " ", width)
        return [f"{indent}let {first}", *(f"{indent}{INDENT}{row}" for row in rest)]

    def unpacked(self, names: Sequence[str], source: str, indent: str) -> list[str]:
        return broken(f"const [{', '.join(names)}] = {source};", indent)

    def assigned(self, name: str, source: str, indent: str, *, new: bool) -> list[str]:
        return broken(f"{'const ' if new else ''}{name} = {source};", indent)

    def moved(self, pairs: Sequence[tuple[str, str]], indent: str) -> list[str]:
        return [line for a, b in pairs for line in broken(f"{a} = {b};", indent)]

    def changed(self, name: str, operator: str, source: str, indent: str) -> list[str]:
        return broken(f"{name} {operator}= {source};", indent)

    def counting(self, name: str, first: int, last: str, indent: str) -> str:
        return f"{indent}for (let {name} = {first}; {name} <= {last}; {name} += 1) {{"

    def each(self, names: Sequence[str], rows: str, counted: str, indent: str) -> list[str]:
        inner = f"[{', '.join(names)}]"
        if counted:
            return broken(f"for (const [{counted}, {inner}] of {rows}.entries()) {{", indent)
        return broken(f"for (const {inner} of {rows}) {{", indent)

    def condition(self, source: str, indent: str) -> str:
        return f"{indent}if ({source}) {{"

    def end(self, indent: str) -> list[str]:
        return [f"{indent}}}"]

    def told(self, words: Sequence[Told], indent: str) -> str:
        return f"{indent}console.log(`{self._literal(words)}`);"

    def _literal(self, words: Sequence[Told]) -> str:
        return "".join(
            f"${{{word[0].removesuffix('!r')}}}"
            if isinstance(word, tuple)
            else re.sub(r"([\\`$])", r"\\\1", word)
            for word in words
        )

    def told_each(
        self, names: Sequence[tuple[str, str]], behind: Sequence[Told], indent: str
    ) -> list[str]:
        if len(names) == 1:
            name, source = names[0]
            return [self.told([name, *behind, " = ", (source,)], indent)]
        items = [
            name if name == source else f"{json.dumps(name, ensure_ascii=False)}: {source}"
            for name, source in names
        ]
        head = "for (const [name, value] of Object.entries({ "
        return [
            *spread(head, items, " })) {", indent),
            self.told([("name",), *behind, " = ", ("value",)], indent + INDENT),
            f"{indent}}}",
        ]

    def listed(self, name: str, values: Sequence[float]) -> list[str]:
        return spread(f"let {name} = [", [shortest(x) for x in values], "];", "")

    def mean_below(
        self, name: str, value: str, window: int, bound: str, indent: str
    ) -> tuple[list[str], str]:
        lines = [f"{indent}{name} = [...{name}.slice(-{window - 1}), {value}];"]
        mean = f"{name}.reduce((sum, x) => sum + x, 0)/{window}"
        return lines, f"{name}.length === {window} && {mean} < {bound}"

    def either(self, conditions: Sequence[str]) -> str:
        return " || ".join(condition.replace(" == ", " === ") for condition in conditions)

    def leave(self, indent: str) -> list[str]:
        return [f"{indent}break;"]

    def some(self, names: Sequence[str], more: int) -> list[str]:
        del more
        return list(names)

    def part(self, rows: str, start: str, end: str) -> str:
        return f"{rows}.slice({start}, {end})"

    def picked(self, rows: str, places: str) -> str:
        return f"{places}.map((row) => {rows}[row])"

    def whole(self, source: str, by: int) -> str:
        return f"Math.floor(({source})/{by})"


class _JavaScriptStyle(GrammarStyle):
    """`Math.exp` and so on; a minus sign before a power needs brackets there."""

    negated = Binding.ATOM

    def pattern(self, primitive: Primitive) -> Pattern:
        plain = super().pattern(primitive)
        if primitive.patterns.javascript:
            return primitive.patterns.javascript
        if primitive.composed:
            return plain
        return Pattern(_FUNCTION.sub(r"Math.\1(", plain.template), plain.binding)
