"""What there is to know of the values of a listing before they get places in memory.

`axis`: along which axis the batch's samples stand; None where nothing belongs to a sample. Values of
one `member` of a family belong to the same thing and have its shape: a layer's net inputs, outputs,
slopes and deltas; or an array of parameters, its gradient, its optimiser's state. Values of the same
`sort` are the same for other members: all slopes; all gradients.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from tracer.arrays.operations import Function, Listing, Operation
from tracer.immutable import immutable

LAYERS, PARAMETERS = "layers", "parameters"

Member = tuple[str, int]
"""(family, position in it)"""


class UnsupportedError(Exception):
    """Something that only the listing as it stands can do."""


@immutable
class Facts:
    """Of each value by its number; `members` and `sorts` of those that belong to a family."""

    axis: dict[int, int | None]
    members: dict[int, Member]
    sorts: dict[int, int]


def facts_of(listing: Listing) -> Facts:
    """All of it.

    Raises:
        UnsupportedError: of an operation it isn't known what becomes of the samples.
    """
    axis = axes_of(listing)
    members = _members(listing, axis)
    return Facts(axis, members, _sorts(listing, members))


def axes_of(listing: Listing) -> dict[int, int | None]:
    """Along which axis of each value the samples stand.

    Raises:
        UnsupportedError: as above.
    """
    axis: dict[int, int | None] = dict.fromkeys(range(len(listing.shapes)))
    axis |= dict.fromkeys(listing.batch, 0)
    for operation in listing.operations:
        of = [axis[operand] for operand in operation.operands]
        axis[operation.result] = _axis(operation.function, of, listing, operation)
    return axis


def _axis(
    function: Function, of: list[int | None], listing: Listing, operation: Operation
) -> int | None:
    """The axis of the result, from those of the operands."""
    known = {one for one in of if one is not None}
    if not known:
        return None
    if function.name == "transpose":
        return 1 - known.pop()
    if function.elementwise and len(known) == 1:
        ranks = [len(listing.shapes[x]) for x in operation.operands]
        whole = len(listing.shapes[operation.result])
        if all(rank == whole for rank, one in zip(ranks, of, strict=True) if one is not None):
            return known.pop()
    if function.name == "matmul":
        if of == [0, None]:
            return 0
        if of == [1, 0]:
            return None
    if function.name in ("sum", "max") and of == [0]:
        return 0 if function.axis == 1 else None
    raise UnsupportedError(function.source)


def _members(listing: Listing, axis: dict[int, int | None]) -> dict[int, Member]:
    """Values that are calculated of each other element by element, in the order of their first ones."""
    of = _Union(len(listing.shapes))
    for operation in listing.operations:
        if operation.function.elementwise:
            for operand in operation.operands:
                if _alike(listing, axis, operand, operation.result):
                    of.unite(operand, operation.result)
    made = [o.result for o in listing.operations if o.function.name == "matmul"]
    layers = dict.fromkeys(of.first(v) for v in made if axis[v] == 0)
    changed = {of.first(v): v != w for v, w in zip(listing.state, listing.after, strict=True)}
    parameters = sorted(changed, key=lambda first: not changed[first])
    places: dict[int, Member] = {first: (PARAMETERS, p) for p, first in enumerate(parameters)}
    places |= {first: (LAYERS, p) for p, first in enumerate(layers)}
    values = range(len(listing.shapes))
    return {v: places[of.first(v)] for v in values if of.first(v) in places}


def _alike(listing: Listing, axis: dict[int, int | None], one: int, other: int) -> bool:
    same = listing.shapes[one] == listing.shapes[other] and axis[one] == axis[other]
    return same and listing.shapes[one] != () and one not in listing.constants


class _Union:
    """Sets of numbers, each known by its least."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def first(self, one: int) -> int:
        """The least of its set."""
        while self._above[one] != one:
            one = self._above[one]
        return one

    def unite(self, one: int, other: int) -> None:
        """Make one set of two."""
        least, most = sorted((self.first(one), self.first(other)))
        self._above[most] = least


def _sorts(listing: Listing, members: dict[int, Member]) -> dict[int, int]:
    """Where a value comes from, told without saying of which member it is."""
    sorts: dict[int, int] = {}
    counts: Counter[tuple[str, Member]] = Counter()
    known: dict[Hashable, int] = {}

    def begun(value: int, name: str) -> None:
        if value in members:
            counts[name, members[value]] += 1
            key = members[value][0], name, counts[name, members[value]]
            sorts[value] = known.setdefault(key, len(known))

    def seen(operand: int, member: Member) -> Hashable:
        if members.get(operand) == member:
            return sorts[operand]
        return ("one number", operand) if listing.shapes[operand] == () else None

    for value in listing.state:
        begun(value, "state")
    for value in listing.batch:
        begun(value, "given")
    for operation in listing.operations:
        value = operation.result
        if value not in members or not operation.function.elementwise:
            begun(value, "made")
            continue
        operands = [seen(operand, members[value]) for operand in operation.operands]
        key = (members[value][0], operation.function, *operands)
        sorts[value] = known.setdefault(key, len(known))
    return sorts
