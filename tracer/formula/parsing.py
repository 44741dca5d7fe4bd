"""Reads a formula as a person types it: `1/(1 + exp(-net))`, `x if x > 0 else 0.01*x`.

Python's parser makes the syntax tree, a whitelist turns it into an Expression; nothing is ever
evaluated. What was written is kept: `1/8` stays a quotient. Only sums and products are flattened,
and a minus sign before a literal belongs to the number. The signs −, ·, × and ÷ are read as -, *, *
and /.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import re
import warnings

from tracer.formula.errors import SyntaxProblem
from tracer.formula.nodes import (
    Call,
    Difference,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from tracer.formula.primitives import PRIMITIVES, if_positive
from tracer.immutable import immutable

MAX_LENGTH = 50_000
MAX_DEPTH = 100
_SIGNS = str.maketrans("−·×÷\n\r\t", "-**/   ")
_TOO_LARGE = "the number is too large"
_ENDLESS_NUMBER = re.compile(r"\d{1000}")
_ALIASES = {"ln": "log"}
_FOREIGN = {
    "#": "names have no '#' here",
    "^": "write ** for a power",
    ";": "one formula at a time",
}


def parse(text: str) -> Expression:
    """The formula that the text spells; raises SyntaxProblem, with the place, for anything else."""
    if len(text) > MAX_LENGTH:
        raise SyntaxProblem(f"longer than {MAX_LENGTH} characters", text[:MAX_LENGTH], 0)
    if not text.strip():
        raise SyntaxProblem("the formula is empty", text, 0)
    for sign, advice in _FOREIGN.items():
        if sign in text:
            raise SyntaxProblem(f"unexpected {sign!r}; {advice}", text, text.index(sign))
    if digits := _ENDLESS_NUMBER.search(text):
        raise SyntaxProblem(_TOO_LARGE, text, digits.start())
    indent = len(text) - len(text.lstrip())
    source = text.translate(_SIGNS)[indent:]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's opinion of `1if`
            tree = ast.parse(source, mode="eval")
    except SyntaxError as error:
        raise _as_problem(error, text, indent) from None
    except (RecursionError, MemoryError):
        raise SyntaxProblem("nested too deeply", text, indent) from None
    except ValueError:
        raise SyntaxProblem("contains characters that are not text", text, indent) from None
    return _FormulaReader(text, indent, source.encode()).read(tree.body, 1)


def _as_problem(error: SyntaxError, text: str, indent: int) -> SyntaxProblem:
    """Python's complaint, unless a reserved word among the names is the likelier cause."""
    for word in re.finditer(r"\w+", text):
        if keyword.iskeyword(word[0]) and word[0] not in ("if", "else"):
            message = f"{word[0]!r} is a reserved word; choose another name"
            return SyntaxProblem(message, text, word.start())
    if not error.offset:
        return SyntaxProblem("the formula ends too early", text, len(text.rstrip()))
    return SyntaxProblem(error.msg, text, min(indent + error.offset - 1, len(text)))


@immutable
class _FormulaReader:
    """Turns a syntax tree into an expression; `source` is the text from `indent` on, as UTF-8."""

    text: str
    indent: int
    source: bytes

    def read(self, node: ast.expr, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise self.problem("nested too deeply", node)
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return Number(self.number(value, node))
            case ast.Name():
                return Symbol(self.written(node))
            case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
                return self.signed(node, depth)
            case ast.BinOp():
                return self.binary(node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.IfExp(test=ast.Compare() as test):
                return self.conditional(node, test, depth)
        raise self.problem(
            "not part of a formula: only numbers, names, + - * / **, functions", node
        )

    def number(self, value: float, node: ast.expr) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isinf(number):
            raise self.problem(_TOO_LARGE, node)
        return number

    def signed(self, node: ast.UnaryOp, depth: int) -> Expression:
        operand = self.read(node.operand, depth + 1)
        if isinstance(node.op, ast.UAdd):
            return operand
        literal = isinstance(node.operand, ast.Constant) and isinstance(operand, Number)
        return -operand if literal else Negative(operand)

    def binary(self, node: ast.BinOp, depth: int) -> Expression:
        match node.op:
            case ast.Add():
                return Sum(self.chain(node, ast.Add, depth))
            case ast.Mult():
                return Product(self.chain(node, ast.Mult, depth))
        left, right = self.read(node.left, depth + 1), self.read(node.right, depth + 1)
        match node.op:
            case ast.Sub():
                return Difference(left, right)
            case ast.Div():
                return Quotient(left, right)
            case ast.Pow():
                return Power(left, right)
        raise self.problem("unknown operator; there are + - * / **", node.right)

    def chain(
        self, node: ast.BinOp, operator: type[ast.operator], depth: int
    ) -> tuple[Expression, ...]:
        """The operands of a + b + c + …, found without recursion: there may be hundreds."""
        operands: list[ast.expr] = []
        rest: ast.expr = node
        while isinstance(rest, ast.BinOp) and isinstance(rest.op, operator):
            operands.append(rest.right)
            rest = rest.left
        return tuple([self.read(operand, depth + 1) for operand in (rest, *reversed(operands))])

    def call(self, node: ast.Call, depth: int) -> Expression:
        if not isinstance(node.func, ast.Name):
            raise self.problem("only functions can be called", node)
        written = self.written(node.func)
        name = _ALIASES.get(written, written)
        if name not in PRIMITIVES:
            near = difflib.get_close_matches(written, PRIMITIVES, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(PRIMITIVES)}"
            raise self.problem(f"unknown function {written!r}; {hint}", node.func)
        arity = PRIMITIVES[name].arity
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.problem(f"{written} takes plain arguments only", node)
        if len(node.args) != arity:
            plural = "argument" if arity == 1 else "arguments"
            raise self.problem(f"{written} takes {arity} {plural}, not {len(node.args)}", node)
        return Call(name, tuple([self.read(argument, depth + 1) for argument in node.args]))

    def conditional(self, node: ast.IfExp, test: ast.Compare, depth: int) -> Expression:
        match test:
            case ast.Compare(ops=[ast.Gt()], comparators=[ast.Constant(value=0)]):
                parts = (test.left, node.body, node.orelse)
                return Call(if_positive.name, tuple([self.read(p, depth + 1) for p in parts]))
        raise self.problem("a condition has the form 'a if x > 0 else b'", test)

    def written(self, node: ast.Name) -> str:
        """The name as typed: Python would normalise some letters (the micro sign, say)."""
        return self.source[node.col_offset : node.end_col_offset].decode()

    def problem(self, message: str, node: ast.expr) -> SyntaxProblem:
        """A complaint about the place where the node begins."""
        characters = len(self.source[: node.col_offset].decode())
        return SyntaxProblem(message, self.text, self.indent + characters)
