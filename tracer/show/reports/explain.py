"""A number explained: formula, numbers put in, result; the chain rule where it is a derivative.

Also what can be explained, when nobody says which. Between `tracer.explain.explanation` and the
writers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tracer.digits.numbers import NumberFormat
from tracer.explain.chain import Chain, Factor
from tracer.explain.explanation import (
    Explanation,
    NetworkNumbers,
    Numbers,
    by_shortcut,
    explanation,
    full_name,
    needed,
    record,
)
from tracer.formula import Expression, Number, Symbol, symbols, walk
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Kind
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Derivation,
    Formula,
    Heading,
    Name,
    Note,
    Records,
    Relation,
    Step,
    Table,
    Text,
    Warn,
)
from tracer.show.reports.conventions import conventions
from tracer.show.reports.listing import listing
from tracer.show.reports.tables import NOT_REPRESENTABLE

_WARNINGS = {
    "batch_means": "Not a gradient: its factors are averaged over the batch before they are "
    "multiplied (gradient: batch_means).",
    "output_first": "Not the gradient: with update_order: output_first, ∂E/∂out of a hidden layer "
    "is calculated with the weights after their update, where the chain rule has those before.",
}
_CANCELLED = {
    "softmax": "The short cut: Σ over j of −target_j/out_j · out_j·((1 if j = k, else 0) − out_k) is "
    "out_k·Σ target_j − target_k, and the targets of a sample sum to 1. ",
    "sigmoid": "The short cut: out·(1 − out) cancels in "
    "(out − target)/(out·(1 − out)) · out·(1 − out). ",
}
_FROM_NET = "The same from the net inputs. "
_USED = "This is how it is calculated: nothing is lost where an output is near 0 or 1."
_UPSTREAM_SHOWN = 3
_FACTORS_SHOWN = 16


def explain_document(
    experiment: Experiment | GraphExperiment,
    asked: Sequence[tuple[Numbers, Sequence[str]]],
    depth: int | None,
    digits: NumberFormat,
) -> Iterator[Block]:
    """Title and conventions, then for each iteration the explanation of the names asked for.

    Without names, what can be explained.
    """
    if any(names for _, names in asked):
        yield records(record(n, name) for n, names in asked for name in needed(n, names, depth))
    yield Heading(experiment.title or "Explained")
    if isinstance(experiment, Experiment):
        yield from conventions(experiment)
    for numbers, names in asked:
        if len(asked) > 1 or numbers.number > 1:
            yield Heading(f"Iteration {numbers.number}", 2)
        if names:
            yield from explain_blocks(numbers, names, depth, digits)
        else:
            yield from listing(numbers)


def records(found: Iterable[Mapping[str, Any]]) -> Records:
    """A row a number: its formula, with the numbers put in, its value."""
    keys = ("formula", "substituted", "value")
    rows = ((Name(one["name"]), *(one[key] for key in keys)) for one in found)
    columns = (Column("quantity"), *map(Column, keys))
    return Records(Table(columns, rows, name="explanations"))


def explain_blocks(
    numbers: Numbers, names: Iterable[str], depth: int | None, digits: NumberFormat
) -> Iterator[Block]:
    """The derivations of the names and of what they stand on, `depth` formulas deep (None: all).

    Each once, in the order of calculation; the names themselves also by the chain rule and by the
    short cut, where there is one.
    """
    asked = list(names)
    for name in needed(numbers, asked, depth):
        yield derivation(numbers, name, digits)
        if name in asked:
            yield from _in_full(numbers, name, digits)


def _in_full(numbers: Numbers, name: str, digits: NumberFormat) -> Iterator[Block]:
    """What more there is to say of a number that was asked for."""
    warning = numbers.warning(name)
    if warning:
        yield Warn(_WARNINGS[warning])
    chain = numbers.chain(name)
    if chain:
        yield from _chain_rule(numbers, name, chain, digits)
    shortcut = by_shortcut(numbers, name)
    if shortcut and shortcut.formula != explanation(numbers, name).formula:
        yield Text(_reason(numbers, name))
        yield Derivation(full_name(numbers, name), tuple(steps(shortcut, digits)))


def _reason(numbers: Numbers, name: str) -> str:
    """Why the short cut gives the same number."""
    words = _FROM_NET
    if isinstance(numbers, NetworkNumbers) and numbers.trace.find(name).kind is Kind.DELTA:
        words = _CANCELLED[numbers.trace.names.network.layers[-1].activation.name]
    return words + _USED


def derivation(numbers: Numbers, name: str, digits: NumberFormat) -> Derivation:
    """name = formula = numbers put in = result."""
    return Derivation(full_name(numbers, name), tuple(steps(explanation(numbers, name), digits)))


def steps(explained: Explanation, digits: NumberFormat) -> Iterator[Step]:
    """The formula, the numbers put in, the result; of what is given only its value."""
    formula, substituted = explained.formula, explained.substituted
    if formula is None or substituted is None:
        yield Step(
            _relation(Number(explained.value), digits), (_result(explained.value), ", given")
        )
        return
    yield Step("=", Formula(formula))
    finite = all(map(math.isfinite, explained.inputs.values()))
    if finite and symbols(formula) and not isinstance(formula, Symbol):
        yield Step(_relation(substituted, digits), Formula(substituted))
    if formula != Number(explained.value):
        yield Step(_relation(Number(explained.value), digits), _result(explained.value))


def _relation(expression: Expression, digits: NumberFormat) -> Relation:
    """≈ where a number in the expression is shown rounded."""
    shown = (node.value for node in walk(expression) if isinstance(node, Number))
    return "≈" if any(map(digits.rounds, shown)) else "="


def _result(value: float) -> Formula | str:
    return Formula(Number(value)) if math.isfinite(value) else NOT_REPRESENTABLE


def _chain_rule(numbers: Numbers, name: str, chain: Chain, digits: NumberFormat) -> Iterator[Block]:
    """The chain with its numbers, its factors one by one, and where the first of them comes from."""
    yield Text("By the chain rule:")
    yield _chained(numbers, name, chain, digits)
    if len(chain.factors) > 1:
        columns = (Column("factor"), Column("formula"), Column("value", "right"))
        yield Table(columns, [_factor(f) for f in chain.factors[:_FACTORS_SHOWN]], name="factors")
        more = len(chain.factors) - _FACTORS_SHOWN
        if more > 0:
            yield Note(f"{more} more factors; each can be explained by its own name.")
    for upstream in _upstream(numbers, name, chain):
        further = numbers.chain(upstream)
        if further:
            yield _chained(numbers, upstream, further, digits)


def _chained(numbers: Numbers, name: str, chain: Chain, digits: NumberFormat) -> Derivation:
    """The chain, its numbers, the result; a chain of a single factor by that factor's formula."""
    value, head = numbers.value(name), full_name(numbers, chain.name)
    only = chain.factors[0] if isinstance(chain.expression, Symbol) else None
    if only is None or only.formula is None:
        values = {factor.name: factor.value for factor in chain.factors}
        explained = Explanation(chain.name, chain.expression, values, value)
        return Derivation(head, tuple(steps(explained, digits)))
    inputs = {used: numbers.value(used) for used in symbols(only.formula)}
    explained = Explanation(only.name, only.formula, inputs, value)
    first = Step("=", Formula(chain.expression))
    return Derivation(head, (first, *steps(explained, digits)))


def _factor(factor: Factor) -> tuple[Cell, ...]:
    formula: Cell = "given" if factor.formula is None else Formula(factor.formula)
    value = factor.value
    return Name(factor.name), formula, value if math.isfinite(value) else NOT_REPRESENTABLE


def _upstream(numbers: Numbers, name: str, chain: Chain) -> list[str]:
    """The ∂E_total/∂out among the factors, when the question was not for one of them."""
    above = [f.name for f in chain.factors if f.name.startswith("dE_total/dout_")]
    known = [numbers.find(factor) for factor in above[:_UPSTREAM_SHOWN]]
    return [factor for factor in known if factor != name]
