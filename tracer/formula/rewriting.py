"""Taking formulas apart and putting changed ones together.

Nothing is simplified on the way: `replace` puts numbers into a formula and keeps its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from tracer.formula.nodes import (
    ZERO,
    Call,
    Difference,
    Expression,
    Key,
    Negative,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    product,
    total,
)

# Every walk through a formula asks each node, so the answer is looked up instead of matched.
_OPERANDS: dict[type[Expression], Callable[[Any], tuple[Expression, ...]]] = {
    Sum: attrgetter("terms"),
    Product: attrgetter("factors"),
    Call: attrgetter("arguments"),
    Difference: attrgetter("left", "right"),
    Quotient: attrgetter("numerator", "denominator"),
    Power: attrgetter("base", "exponent"),
    Negative: lambda node: (node.operand,),
}


def children(expression: Expression) -> tuple[Expression, ...]:
    """The operands of the expression's own operation, from left to right."""
    found = _OPERANDS.get(type(expression))
    return found(expression) if found else ()


def rebuild(expression: Expression, operands: tuple[Expression, ...]) -> Expression:
    """The same operation on other operands, as many as it has."""
    match expression:
        case Sum() | Product():
            return type(expression)(operands)
        case Difference() | Quotient() | Power():
            left, right = operands
            return type(expression)(left, right)
        case Negative():
            return Negative(*operands)
        case Call(function):
            return Call(function, operands)
    return expression


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it: each node before its operands, from left to right."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def symbols(expression: Expression) -> tuple[Key, ...]:
    """The keys of the symbols in the expression, each once, in the order of their appearance."""
    found: dict[Key, None] = {}
    waiting = [expression]
    while waiting:  # as `walk` does, for whoever asks this of every formula
        node = waiting.pop()
        if type(node) is Symbol:
            found[node.key] = None
            continue
        operands = _OPERANDS.get(type(node))
        if operands:
            waiting.extend(operands(node)[::-1])
    return tuple(found)


def rewrite(expression: Expression, rule: Callable[[Expression], Expression | None]) -> Expression:
    """The expression with `rule` applied to each node, operands first; None leaves it as it is.

    What stands in several places, as in derivatives, is rewritten once.
    """
    done: dict[int, Expression] = {}

    def rewritten(node: Expression) -> Expression:
        found = done.get(id(node))
        if found is None:
            operands = children(node)
            changed = tuple([rewritten(operand) for operand in operands])
            same = all(new is old for new, old in zip(changed, operands, strict=True))
            whole = node if same else rebuild(node, changed)
            result = rule(whole)
            found = done[id(node)] = whole if result is None else result
        return found

    return rewritten(expression)


def replace(expression: Expression, by_key: Mapping[Key, Expression]) -> Expression:
    """The expression with these symbols replaced, otherwise in the same shape."""
    return rewrite(
        expression, lambda node: by_key.get(node.key) if isinstance(node, Symbol) else None
    )


def without_factor(expression: Expression, factor: Expression) -> Expression:
    """expression / factor, where factor is one of its factors (its first occurrence goes).

    Looks behind a minus sign and into a numerator. Raises ValueError if it is not a factor.
    """
    if expression == factor:
        return product(())
    match expression:
        case Product(factors) if factor in factors:
            return product(_without(factors, factor))
        case Negative(operand):
            return -without_factor(operand, factor)
        case Quotient(numerator, denominator):
            return without_factor(numerator, factor) / denominator
    raise ValueError("not a factor of the expression")


def without_term(expression: Expression, term: Expression) -> Expression:
    """expression - term, where term is one of its terms (its first occurrence goes).

    A term that is subtracted is given with its sign: Negative(b) for a - b. Raises ValueError if
    it is not a term.
    """
    if expression == term:
        return ZERO
    match expression:
        case Sum(terms) if term in terms:
            return total(_without(terms, term))
        case Difference(left, right):
            return left if term == Negative(right) else without_term(left, term) - right
    raise ValueError("not a term of the expression")


def _without(operands: tuple[Expression, ...], operand: Expression) -> tuple[Expression, ...]:
    index = operands.index(operand)
    return operands[:index] + operands[index + 1 :]
