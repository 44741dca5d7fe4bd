"""A number explained: formula, numbers put in, result; the chain rule where it is a derivative.

Also what can be explained, when nobody says which. Between `tracer.explain.explanation` and the
writers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tracer.digits.numbers import NumberFormat
from tracer.explain.calculation import Calculation
from tracer.explain.chain import Chain, Factor, chain_rule, is_no_gradient
from tracer.explain.explanation import (
    Explanation,
    by_shortcut,
    explanation,
    needed,
)
from tracer.formula import Expression, Number, Symbol, symbols, walk
from tracer.language import counted, grouped, message, say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, Kind, Quantity
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Content,
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
from tracer.show.reports.explain_objects import record
from tracer.show.reports.listing import listing
from tracer.show.reports.tables import NOT_REPRESENTABLE, cell
from tracer.show.words import worded

_WARNINGS = {
    "batch_means": message(
        "Not a gradient: its factors are averaged over the batch before they are multiplied "
        "(gradient: batch_means)."
    ),
    "output_first": message(
        "Not the gradient: with update_order: output_first, ∂{ERROR}/∂{OUT} of each hidden layer is "
        "calculated with the weights of the layer after it as they are after their update, where the "
        "chain rule has those before."
    ),
}
_FROM_NET = message("The same from the net inputs.")
_FROM_OTHERS = message("The same from the other outputs.")
_USED = message("This is how it is calculated: nothing is lost where an output is near 0 or 1.")
_UPSTREAM_SHOWN = 3
_FACTORS_SHOWN = 16


def explain_document(
    experiment: Experiment | GraphExperiment,
    asked: Sequence[tuple[Calculation, Sequence[Identity]]],
    depth: int | None,
    digits: NumberFormat,
) -> Iterator[Block]:
    """Title and conventions, then for each iteration the explanation of the numbers asked for.

    Without any, what can be explained.
    """
    if any(identities for _, identities in asked):
        yield records(record(c, one) for c, some in asked for one in needed(c, some, depth))
    yield Heading(experiment.title or say("Explained"))
    if isinstance(experiment, Experiment):
        yield from conventions(experiment)
    for calculation, identities in asked:
        if len(asked) > 1 or calculation.number > 1:
            yield Heading(say("Iteration {number}", number=calculation.number), 2)
        if identities:
            yield from explain_blocks(calculation, identities, depth, digits)
        else:
            yield from listing(calculation.trace)


def records(found: Iterable[Mapping[str, Any]]) -> Records:
    """A row a number: its formula, with the numbers put in, its value."""
    keys = ("formula", "substituted", "value")
    rows = ((Name(one["name"]), *(one[key] for key in keys)) for one in found)
    columns = (Column("quantity"), *map(Column, keys))
    return Records(Table(columns, rows, name="explanations"))


def explain_blocks(
    calculation: Calculation,
    asked: Sequence[Identity],
    depth: int | None,
    digits: NumberFormat,
) -> Iterator[Block]:
    """The derivations of the numbers and of what they stand on, `depth` formulas deep (None: all).

    Each once, in the order of calculation; those asked for also by the chain rule and by the short
    cut, where there is one.
    """
    before: Identity | None = None
    for identity in needed(calculation, asked, depth):
        yield from skipped(before, identity)
        before = identity
        yield derivation(calculation, identity, digits)
        if identity in asked:
            yield from _in_full(calculation, identity, digits)


def skipped(before: Identity | None, identity: Identity) -> Iterator[Block]:
    """That iterations lie between one derivation and the next."""
    between = 0 if before is None else identity.iteration - before.iteration - 1
    if between > 0:
        yield Note(
            counted(
                between,
                "… {count} iteration more, in the same way …",
                "… {count} iterations more, in the same way …",
                count=grouped(f"{between:,}"),
            )
        )


def _in_full(calculation: Calculation, identity: Identity, digits: NumberFormat) -> Iterator[Block]:
    """What more there is to say of a number that was asked for."""
    trace = calculation.at(identity.iteration)
    warning = is_no_gradient(trace, identity)
    if warning:
        yield Warn(worded(say(_WARNINGS[warning])))
    chain = chain_rule(trace, identity)
    if chain:
        yield from _chain_rule(calculation, identity, chain, digits)
    shortcut = by_shortcut(calculation, identity)
    if shortcut is None:
        return
    usual = calculation.formula(identity)
    if usual is not None and shortcut.formula == explanation(calculation, identity).formula:
        yield Text(
            worded(
                say("Calculated so because digits are lost in the usual form, {formula}."),
                formula=Formula(usual),
            )
        )
    else:
        yield Text(_reason(calculation, identity))
        yield Derivation(identity, tuple(steps(shortcut, digits, identity)))


def _reason(calculation: Calculation, identity: Identity) -> Content:
    """Why the short cut gives the same number."""
    assert isinstance(identity, Quantity), "nothing cancels in a graph"
    network, words = calculation.trace.experiment.network, say(_FROM_NET)
    if identity.kind is Kind.DELTA:
        words = say("The short cut: {reason}", reason=say(network.loss.cancelled))
    elif identity.kind is Kind.SLOPE and network.layers[identity.layer - 1].activation.coupled:
        words = say(_FROM_OTHERS)
    return worded(f"{words} {say(_USED)}")


def derivation(calculation: Calculation, identity: Identity, digits: NumberFormat) -> Derivation:
    """The number = its formula = numbers put in = result."""
    explained = explanation(calculation, identity)
    return Derivation(identity, tuple(steps(explained, digits, identity)))


def steps(
    explained: Explanation, digits: NumberFormat, of: Identity | None = None
) -> Iterator[Step]:
    """The formula, the numbers put in, the result; of what is given only its value.

    `of`: which number of the calculation the result is, if it is one.
    """
    formula, substituted = explained.formula, explained.substituted
    if formula is None or substituted is None:
        relation = _relation(Number(explained.value), digits)
        yield Step(
            relation,
            worded(say("{number}, given"), number=_result(explained.value, of)),
        )
        return
    yield Step(_relation(formula, digits), Formula(formula))
    finite = all(map(math.isfinite, explained.inputs.values()))
    if finite and symbols(formula) and not isinstance(formula, Symbol):
        yield Step(_relation(substituted, digits), Formula(substituted))
    if formula != Number(explained.value):
        yield Step(_relation(Number(explained.value), digits), _result(explained.value, of))


def _relation(expression: Expression, digits: NumberFormat) -> Relation:
    """≈ where a number in the expression is shown rounded."""
    shown = (node.value for node in walk(expression) if isinstance(node, Number))
    return "≈" if any(map(digits.rounds, shown)) else "="


def _result(value: float, of: Identity | None) -> Formula | str:
    return Formula(Number(value), of) if math.isfinite(value) else NOT_REPRESENTABLE


def _chain_rule(
    calculation: Calculation, identity: Identity, chain: Chain, digits: NumberFormat
) -> Iterator[Block]:
    """The chain with its numbers, its factors one by one, and where the first of them comes from.

    Where the formula is the chain already, in short names, it is not derived a second time.
    """
    yield Text(say("By the chain rule:"))
    if chain.abbreviated() == calculation.formula(identity):
        yield Derivation(chain.identity, (Step("=", Formula(chain.expression)),))
    else:
        yield _chained(calculation, identity, chain, digits)
    if len(chain.factors) > 1:
        columns = (
            Column(say("factor")),
            Column(say("formula")),
            Column(say("value"), "right"),
        )
        yield Table(columns, [_factor(f) for f in chain.factors[:_FACTORS_SHOWN]], name="factors")
        more = len(chain.factors) - _FACTORS_SHOWN
        if more > 0:
            yield Note(
                counted(
                    more,
                    "{count} more factor; each can be explained by its own name.",
                    "{count} more factors; each can be explained by its own name.",
                )
            )
    for upstream in _upstream(identity, chain):
        further = chain_rule(calculation.at(upstream.iteration), upstream)
        if further:
            yield _chained(calculation, upstream, further, digits)


def _chained(
    calculation: Calculation, identity: Identity, chain: Chain, digits: NumberFormat
) -> Derivation:
    """The chain, its numbers, the result; a chain of a single factor by that factor's formula."""
    value = calculation.value(identity)
    only = chain.factors[0] if isinstance(chain.expression, Symbol) else None
    if only is None or only.formula is None:
        values = {factor.identity: factor.value for factor in chain.factors}
        explained = Explanation(chain.identity, chain.expression, values, value)
        return Derivation(chain.identity, tuple(steps(explained, digits, identity)))
    inputs = {used: calculation.value(used) for used in symbols(only.formula)}
    explained = Explanation(only.identity, only.formula, inputs, value)
    first = Step("=", Formula(chain.expression))
    return Derivation(chain.identity, (first, *steps(explained, digits, identity)))


def _factor(factor: Factor) -> tuple[Cell, ...]:
    formula: Cell = say("given") if factor.formula is None else Formula(factor.formula)
    of = factor.short or (factor.identity if isinstance(factor.identity, Quantity) else None)
    return Name(factor.identity), formula, cell(factor.value, of)


def _upstream(identity: Identity, chain: Chain) -> list[Identity]:
    """The ∂E_total/∂out among the factors, when the question was not for one of them."""
    found = [f.short for f in chain.factors if f.short and f.short.kind is Kind.DE_DOUT]
    return [short for short in found[:_UPSTREAM_SHOWN] if short != identity]
