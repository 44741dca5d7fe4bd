"""The formula of a whole array, found from the formulas of a few of its elements.

Between the engine's formulas, one for each number, and a page, whose loops need one for each array.
The formulas of an array's elements differ only in where their symbols stand: the symbol of
`net[s, n] = Σ w[n, m]·x[s, m] + b[n]` moves in equal steps along s, n and m. So two elements an axis
give the steps, and further elements prove them. Sums of many terms that move in equal steps become
`Run`s. Arrays are flat here, row by row: an offset, and a step for each axis.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import product as places_of
from math import prod

from tracer.formula import (
    Call,
    Expression,
    Key,
    Number,
    Sum,
    Symbol,
    children,
    rebuild,
)
from tracer.formula import replace as put_in
from tracer.formula.lazy import Index
from tracer.immutable import immutable

SHORTEST_RUN = 4
"""Terms from which on a sum is written as a loop."""
_ALL = 5000
_TRIED = 8

Found = tuple[Hashable, int]
"""Which array a symbol stands in, and at which offset."""


@immutable
class Leaf:
    """A symbol's place: `offset` + Σ steps·place + Σ runs·term, the outer run's term first."""

    array: Hashable
    offset: int
    steps: tuple[int, ...] = ()
    runs: tuple[int, ...] = ()

    def at(self, place: Index, terms: Sequence[int] = ()) -> int:
        """The offset at a place of the array that is calculated."""
        along = sum(step * index for step, index in zip(self.steps, place, strict=True))
        inside = sum(run * term for run, term in zip(self.runs, terms, strict=False))
        return self.offset + along + inside


@immutable
class Run(Expression):
    """body + body + …, `count` terms whose leaves move by their runs; stands among a sum's terms."""

    count: int
    body: Expression


@immutable
class Piece:
    """A formula for a block of an array: `fixed` are the axes that don't vary, with their index."""

    shape: Index
    fixed: tuple[tuple[int, int], ...]
    formula: Expression

    def places(self) -> Iterator[Index]:
        """The places that it is the formula of."""
        fixed = dict(self.fixed)
        axes = [[fixed[a]] if a in fixed else range(n) for a, n in enumerate(self.shape)]
        return iter(places_of(*axes))


Element = Callable[[Index], Expression]
"""The formula of the element at a place."""
Locate = Callable[[Key], Found]


def pieces(shape: Index, element: Element, locate: Locate, *, thorough: bool) -> Iterator[Piece]:
    """Formulas that together give the whole array, as few as there can be found.

    `thorough`: every element is compared, as where some of an array's elements may be special.
    """
    yield from _split(shape, (), element, locate, thorough)


def _split(
    shape: Index,
    fixed: tuple[tuple[int, int], ...],
    element: Element,
    locate: Locate,
    thorough: bool,
) -> Iterator[Piece]:
    """One formula for what isn't fixed; or the last axis that varies taken apart."""
    varying = [axis for axis, n in enumerate(shape) if n > 1 and axis not in dict(fixed)]
    formula = _general(shape, dict(fixed), varying, element, locate, thorough)
    if formula is not None:
        yield Piece(shape, fixed, formula)
        return
    axis = varying[-1]
    for index in range(shape[axis]):
        yield from _split(shape, (*fixed, (axis, index)), element, locate, thorough)


def _general(
    shape: Index,
    fixed: dict[int, int],
    varying: Sequence[int],
    element: Element,
    locate: Locate,
    thorough: bool,
) -> Expression | None:
    """The formula of the block; None where its elements have not one formula."""

    def found(place: Index) -> Expression:
        return placed(element(place), locate)

    first = tuple(fixed.get(axis, 0) for axis in range(len(shape)))
    beside = {a: found(tuple(1 if b == a else i for b, i in enumerate(first))) for a in varying}
    unified = _unified(found(first), [beside.get(axis) for axis in range(len(shape))], first)
    if unified is None:
        return None
    block = Piece(shape, tuple(fixed.items()), unified)
    tried = _tried(block, prod(shape), thorough)
    return rolled(unified) if all(instance(unified, p) == found(p) for p in tried) else None


def _tried(block: Piece, size: int, thorough: bool) -> list[Index]:
    """The places that prove a formula: all of them, or the corners and some others."""
    if thorough or size <= _ALL:
        every = list(block.places())
        return every if thorough or len(every) <= _TRIED else [every[-1], *_some(every)]
    fixed, generator = dict(block.fixed), random.Random(size)
    corner = tuple(fixed.get(a, n - 1) for a, n in enumerate(block.shape))
    others = [
        tuple(fixed.get(a, generator.randrange(n)) for a, n in enumerate(block.shape))
        for _ in range(_TRIED)
    ]
    return [corner, *others]


def _some(every: Sequence[Index]) -> list[Index]:
    return random.Random(len(every)).sample(every, _TRIED)


def placed(formula: Expression, locate: Locate) -> Expression:
    """The formula with a `Leaf` for each symbol, that stands still."""
    if isinstance(formula, Symbol):
        array, offset = locate(formula.key)
        return Symbol(Leaf(array, offset))
    operands = children(formula)
    return (
        rebuild(formula, tuple(placed(part, locate) for part in operands)) if operands else formula
    )


def _unified(
    first: Expression, beside: Sequence[Expression | None], place: Index
) -> Expression | None:
    """The formula whose leaves move; None where the formulas are built otherwise."""
    others = [other for other in beside if other is not None]
    if isinstance(first, Symbol):
        return _moving(first.key, beside, place)
    if isinstance(first, Number):
        return first if all(other == first for other in others) else None
    if any(not _alike(first, other) for other in others):
        return None
    parts = []
    for number, part in enumerate(children(first)):
        along = [None if other is None else children(other)[number] for other in beside]
        unified = _unified(part, along, place)
        if unified is None:
            return None
        parts.append(unified)
    return rebuild(first, tuple(parts))


def _moving(leaf: Leaf, beside: Sequence[Expression | None], place: Index) -> Symbol | None:
    steps = []
    for other in beside:
        if other is None:
            steps.append(0)
        elif isinstance(other, Symbol) and other.key.array == leaf.array:
            steps.append(other.key.offset - leaf.offset)
        else:
            return None
    offset = leaf.offset - sum(s * i for s, i in zip(steps, place, strict=True))
    return Symbol(Leaf(leaf.array, offset, tuple(steps)))


def _alike(one: Expression, other: Expression) -> bool:
    """Whether they are the same operation on as many operands."""
    if type(one) is not type(other) or len(children(one)) != len(children(other)):
        return False
    return not isinstance(one, Call) or one.function == other.function  # type: ignore[attr-defined]


def rolled(formula: Expression) -> Expression:
    """The formula with a `Run` for terms that move in equal steps."""
    operands = children(formula)
    if not operands:
        return formula
    parts = tuple(map(rolled, operands))
    return Sum(tuple(_runs(parts))) if isinstance(formula, Sum) else rebuild(formula, parts)


def _runs(terms: Sequence[Expression]) -> Iterator[Expression]:
    start = 0
    while start < len(terms):
        steps, end = _steps(terms, start)
        if steps is None or end - start < SHORTEST_RUN:
            yield terms[start]
            start += 1
        else:
            yield Run(end - start, _running(terms[start], iter(steps)))
            start = end


def _steps(terms: Sequence[Expression], start: int) -> tuple[list[int] | None, int]:
    """By how much the leaves move from the term at `start` to the next, and how far that holds."""
    if start + 1 >= len(terms):
        return None, start
    steps, end = _moved(terms[start], terms[start + 1]), start + 2
    while steps is not None and end < len(terms) and _moved(terms[end - 1], terms[end]) == steps:
        end += 1
    return steps, end


def _moved(one: Expression, other: Expression) -> list[int] | None:
    """By how much each leaf stands further on in the other formula; None where those differ else."""
    if isinstance(one, Run) and isinstance(other, Run):
        return _moved(one.body, other.body) if one.count == other.count else None
    if isinstance(one, Symbol) and isinstance(other, Symbol):
        steps = other.key.offset - one.key.offset
        return [steps] if replace(other.key, offset=one.key.offset) == one.key else None
    if isinstance(one, Number) or not _alike(one, other):
        return [] if one == other else None
    moved: list[int] = []
    for mine, theirs in zip(children(one), children(other), strict=True):
        steps_inside = _moved(mine, theirs)
        if steps_inside is None:
            return None
        moved += steps_inside
    return moved


def _running(formula: Expression, steps: Iterator[int]) -> Expression:
    """The formula as a run's body: each leaf with its step, which comes before those of inner runs."""
    if isinstance(formula, Symbol):
        leaf = formula.key
        return Symbol(replace(leaf, runs=(next(steps), *leaf.runs)))
    if isinstance(formula, Run):
        return Run(formula.count, _running(formula.body, steps))
    operands = children(formula)
    return rebuild(formula, tuple(_running(p, steps) for p in operands)) if operands else formula


def instance(formula: Expression, place: Index) -> Expression:
    """The formula at a place, its leaves standing still; it must have no runs."""
    leaves = {key: Symbol(Leaf(key.array, key.at(place))) for key in _leaves(formula)}
    return put_in(formula, leaves)


def unrolled(formula: Expression, terms: tuple[int, ...] = ()) -> Expression:
    """The formula with every term of its runs, each leaf at its own offset."""
    if isinstance(formula, Symbol):
        leaf = formula.key
        inside = sum(run * term for run, term in zip(leaf.runs, terms, strict=False))
        return Symbol(Leaf(leaf.array, leaf.offset + inside, leaf.steps))
    operands: list[Expression] = []
    for part in children(formula):
        if isinstance(part, Run):
            operands += (unrolled(part.body, (*terms, term)) for term in range(part.count))
        else:
            operands.append(unrolled(part, terms))
    if isinstance(formula, Sum):
        return Sum(tuple(operands))
    return rebuild(formula, tuple(operands)) if operands else formula


def _leaves(formula: Expression) -> Iterator[Leaf]:
    if isinstance(formula, Symbol):
        yield formula.key
    for part in children(formula):
        yield from _leaves(part)
