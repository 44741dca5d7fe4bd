"""Formulas of a batch of any size, from those of a batch of two samples and one of three.

The engine writes the samples of a batch out: `dE/dw1 = (delta_h1#1*i1#1 + delta_h1#2*i1#2)/2`. A loop
needs what is added for each sample, `delta_h1*i1`, and where the number of samples stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tracer.code.plan import is_of_a_sample
from tracer.formula import (
    Call,
    Expression,
    Number,
    Sum,
    Symbol,
    children,
    product,
    rebuild,
    rewrite,
    symbols,
    total,
)
from tracer.immutable import immutable

FEWER, MORE = 2, 3
"""The sizes of the batches that are compared."""


@immutable
class Added(Expression):
    """`body` of each sample of the batch, added up; its symbols are those of the first sample."""

    body: Expression


class Samples:
    """The key of the number of samples in a batch."""


SAMPLES = Symbol(Samples)


def gathered(fewer: Expression, more: Expression) -> Expression:
    """The formula of any batch, from those of `FEWER` and `MORE` samples.

    Raises:
        ValueError: the two are no formulas of the same kind.
    """
    return _merged(_with_sums(fewer, FEWER), _with_sums(more, MORE))


def _with_sums(formula: Expression, samples: int) -> Expression:
    """The formula with `Added` for its sums over the batch."""
    if not any(map(is_of_a_sample, symbols(formula))):
        return formula
    if isinstance(formula, Sum):
        return _sum(list(_terms(formula)), samples)
    parts = tuple(_with_sums(part, samples) for part in children(formula))
    if not parts:
        raise ValueError("a sample's number stands outside of all sums over the batch")
    return rebuild(formula, parts)


def _terms(formula: Expression) -> Iterator[Expression]:
    """The terms of a sum, those of the sums among them too."""
    if isinstance(formula, Sum):
        for term in formula.terms:
            yield from _terms(term)
    else:
        yield formula


def _sum(terms: list[Expression], samples: int) -> Expression:
    """The terms of the samples, which are alike, as one `Added`; the others behind it."""
    own: list[list[Expression]] = [[] for _ in range(samples)]
    rest = []
    for term in terms:
        used = {key.sample for key in symbols(term) if is_of_a_sample(key)}
        if len(used) == 1:
            own[used.pop()].append(_of_the_first(term))
        else:
            rest.append(_with_sums(term, samples))
    if any(each != own[0] for each in own):
        raise ValueError("the samples of a batch are treated differently")
    return total([Added(total(own[0])), *rest]) if own[0] else total(rest)


def _of_the_first(term: Expression) -> Expression:
    def first(node: Expression) -> Expression | None:
        if isinstance(node, Symbol) and is_of_a_sample(node.key):
            return Symbol(replace(node.key, sample=0))
        return None

    return rewrite(term, first)


def _merged(fewer: Expression, more: Expression) -> Expression:
    """The one formula, with the number of samples where the two have another number."""
    if fewer == more:
        return fewer
    if isinstance(fewer, Number) and isinstance(more, Number):
        return _by_samples(fewer.value, more.value)
    ours, theirs = children(fewer), children(more)
    alike = type(fewer) is type(more) and len(ours) == len(theirs) > 0
    if not alike or (isinstance(fewer, Call) and fewer.function != more.function):  # type: ignore[attr-defined]
        raise ValueError("batches of different sizes have different formulas")
    return rebuild(fewer, tuple(map(_merged, ours, theirs)))


def _by_samples(fewer: float, more: float) -> Expression:
    """c·m or c/m, from its values for two numbers of samples m."""
    if fewer / FEWER == more / MORE:
        return product([fewer / FEWER, SAMPLES])
    if fewer * FEWER == more * MORE:
        return Number(fewer * FEWER) / SAMPLES
    raise ValueError("a number depends on the size of the batch in an unknown way")
