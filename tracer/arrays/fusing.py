"""What is done in one call: the same operation for several members of a family; a bias in the product.

A step is one operation, or the same one on neighbouring members whose values then stand next to each
other in memory. A layer whose inputs stand above a row of ones takes its bias for one more weight:
net = [W b] [x; 1], and the gradients of both are one product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

import numpy as np

from tracer.arrays.facts import LAYERS, Facts
from tracer.arrays.operations import Function, Listing, Operation
from tracer.immutable import immutable

AFFINE = Function("affine", "")
"""(x, W, b) → x Wᵀ + b."""
OUTER = Function("outer", "")
"""(delta, x) → deltaᵀ x; with it, beside it, the sum of delta over the batch."""


@immutable
class Extended:
    """A layer whose bias is one more weight: the values of x, W and b."""

    x: int
    W: int
    b: int


@immutable
class Step:
    """Operations done at once; `sums` is the second result of an `OUTER`."""

    operations: tuple[Operation, ...]
    sums: int | None = None

    @property
    def results(self) -> tuple[int, ...]:
        """The values made."""
        made = tuple(operation.result for operation in self.operations)
        return made if self.sums is None else (*made, self.sums)

    @property
    def operands(self) -> Iterator[int]:
        """The values used."""
        for operation in self.operations:
            yield from operation.operands


def with_biases_as_weights(
    listing: Listing, facts: Facts, *, batch_last: bool
) -> tuple[list[Step], tuple[Extended, ...]]:
    """The operations as steps, biases taken for weights wherever that saves calls."""
    if not batch_last:  # ones beside x would tear its rows apart
        return [Step((operation,)) for operation in listing.operations], ()
    made, uses = listing.made_by(), listing.uses()
    instead: dict[int, Step] = {}
    layers = []
    for operation in listing.operations:
        layer = _affine(operation, listing, made, uses)
        gradients = layer and _gradients(layer, listing, made)
        if layer is None or not gradients or not _has_room(layer, gradients, listing, facts):
            continue
        layers.append(layer)
        delta_x, sums = gradients
        delta = made[sums].operands[0]
        affine = Operation(operation.result, AFFINE, (layer.x, layer.W, layer.b))
        instead[operation.result] = Step((affine,))
        instead[delta_x] = Step((Operation(delta_x, OUTER, (delta, layer.x)),), sums)
        instead |= dict.fromkeys((operation.operands[0], sums), Step(()))
    steps = [instead.get(o.result, Step((o,))) for o in listing.operations]
    return [step for step in steps if step.operations], tuple(layers)


def _has_room(layer: Extended, gradients: tuple[int, int], listing: Listing, facts: Facts) -> bool:
    """Whether a row of ones can stand below x, and both gradients next to each other."""
    members, sorts = facts.members, facts.sorts
    below = layer.x == listing.batch[0] or members.get(layer.x, ("",))[0] == LAYERS
    pairs = zip(gradients, (layer.W, layer.b), strict=True)
    alike = all(members.get(gradient) == members[value] for gradient, value in pairs)
    return below and alike and len({sorts[gradient] for gradient in gradients}) == 1


def _affine(
    operation: Operation,
    listing: Listing,
    made: Mapping[int, Operation],
    uses: Mapping[int, int],
) -> Extended | None:
    """x Wᵀ + b with W and b of the state, both updated."""
    if operation.function.call is not np.add:
        return None
    product, b = made.get(operation.operands[0]), operation.operands[1]
    if product is None or product.function.name != "matmul" or uses[product.result] > 1:
        return None
    x, turned = product.operands
    transposed = made.get(turned)
    if transposed is None or transposed.function.name != "transpose":
        return None
    W = transposed.operands[0]
    changed = dict(zip(listing.state, listing.after, strict=True))
    if any(changed.get(value, value) == value for value in (W, b)):
        return None
    fits = listing.shapes[b] == listing.shapes[W][:1] and len(listing.shapes[x]) == 2
    return Extended(x, W, b) if fits else None


def _gradients(
    extended: Extended, listing: Listing, made: Mapping[int, Operation]
) -> tuple[int, int] | None:
    """The values deltaᵀ x and Σ delta over the batch, where both are calculated of one delta."""
    sums = {
        o.operands[0]: o.result
        for o in listing.operations
        if o.function.name == "sum" and o.function.axis == 0 and not o.function.keepdims
    }
    for operation in listing.operations:
        if operation.function.name != "matmul" or operation.operands[1] != extended.x:
            continue
        left = made.get(operation.operands[0])
        if left is None or left.function.name != "transpose":
            continue
        delta = left.operands[0]
        shape = listing.shapes[operation.result]
        if delta in sums and shape == listing.shapes[extended.W]:
            return operation.result, sums[delta]
    return None


def fused(
    steps: Sequence[Step], listing: Listing, facts: Facts, extended: Iterable[Extended]
) -> list[Step]:
    """The steps with what can be done at once done at once, in an order in which it can be done."""
    pairs = [(facts.members[e.W], facts.members[e.b]) for e in extended if e.W in facts.members]
    ones = {facts.sorts[e.x] for e in extended if e.x in facts.sorts}
    sorts: dict[int, list[Operation]] = defaultdict(list)
    for step in steps:
        for operation in step.operations:
            if operation.function.elementwise and _can_join(operation, listing, facts):
                sorts[facts.sorts[operation.result]].append(operation)
    now = list(steps)
    for sort, operations in sorts.items():
        if sort in ones:
            continue
        for run in _runs(operations, facts, pairs):
            now = _joined(now, run, listing) or now
    return _ordered(now, listing) or list(steps)


def _can_join(operation: Operation, listing: Listing, facts: Facts) -> bool:
    """Whether all that it is made of belongs to its own member, or is one number."""
    member = facts.members.get(operation.result)
    return member is not None and all(
        facts.members.get(operand) == member or listing.shapes[operand] == ()
        for operand in operation.operands
    )


def _runs(
    operations: Sequence[Operation],
    facts: Facts,
    pairs: Sequence[tuple[tuple[str, int], tuple[str, int]]],
) -> Iterator[tuple[Operation, ...]]:
    """Operations on neighbouring members, none of them torn from the one that it shares rows with."""
    ordered = sorted(operations, key=lambda o: facts.members[o.result])
    places = [facts.members[o.result] for o in ordered]
    if len(set(places)) < len(places):
        return
    cuts = [0]
    for k, ((_, one), (_, other)) in enumerate(pairwise(places), 1):
        if other != one + 1:
            cuts.append(k)
    for first, last in pairwise([*cuts, len(ordered)]):
        run = ordered[first:last]
        here = {facts.members[o.result] for o in run}
        if len(run) > 1 and all((one in here) == (other in here) for one, other in pairs):
            yield tuple(run)


def _joined(
    steps: Sequence[Step], run: tuple[Operation, ...], listing: Listing
) -> list[Step] | None:
    """The steps with those of the run made one; None where one of them needs another."""
    made = {operation.result for operation in run}
    rest = [step for step in steps if not made & set(step.results)]
    return _ordered([*rest, Step(run)], listing)


def _ordered(steps: Sequence[Step], listing: Listing) -> list[Step] | None:
    """Each step after those that it needs, updates last; None where there is no such order."""
    after = set(listing.after)
    maker = {value: n for n, step in enumerate(steps) for value in step.results}
    missing = [
        len({maker[x] for x in step.operands if x in maker} - {n}) for n, step in enumerate(steps)
    ]
    if any(set(step.results) & set(step.operands) for step in steps):
        return None
    users: dict[int, set[int]] = defaultdict(set)
    for n, step in enumerate(steps):
        for operand in step.operands:
            if operand in maker:
                users[maker[operand]].add(n)
    rank = {
        n: (bool(after & set(step.results)), min(step.results), n) for n, step in enumerate(steps)
    }
    ready = [rank[n] for n, count in enumerate(missing) if not count]
    heapify(ready)
    found: list[Step] = []
    while ready:
        n = heappop(ready)[-1]
        found.append(steps[n])
        for user in users[n]:
            missing[user] -= 1
            if not missing[user]:
                heappush(ready, rank[user])
    return found if len(found) == len(steps) else None
