"""What a recorded calculation is: values by number, and the operations that make them.

Each value is made once. The batch of S samples is the first axis of what belongs to samples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tracer.immutable import immutable


@immutable
class Function:
    """What an operation does with its operands.

    `source`: how it is written, a `{}` for each operand. `name`: `ufunc` (element by element, one of
    NumPy's), `map` (element by element, by `call`), `matmul`, `transpose`, `sum`, `max`, `other`, which
    only its source can do, or `guard`: (near, usual, *arrays) → `usual`, unless some of `near` is
    positive; what is to stand there then, `call` chooses.
    """

    name: str
    source: str
    call: Any = None
    axis: int | None = None
    keepdims: bool = False

    @property
    def elementwise(self) -> bool:
        """Whether each element of the result comes of the operands' elements at its place."""
        return self.name in ("ufunc", "map", "guard")


@immutable
class Operation:
    """`result` is made of the operands, each a value's number."""

    result: int
    function: Function
    operands: tuple[int, ...]


@immutable
class Listing:
    """The operations in order; `shapes` of all values, and `constants` among them.

    `state`: the values that an iteration begins with; `after`: those that take their place. `batch`:
    the arrays of `samples` that it is given; `moment`: the numbers. `loss`: what is to be told, if any.
    """

    operations: tuple[Operation, ...]
    shapes: tuple[tuple[int, ...], ...]
    constants: dict[int, Any]
    state: tuple[int, ...]
    after: tuple[int, ...]
    batch: tuple[int, ...]
    moment: tuple[int, ...] = ()
    loss: int | None = None
    samples: int = 1

    @property
    def roots(self) -> tuple[int, ...]:
        """What all the work is for."""
        return self.after if self.loss is None else (*self.after, self.loss)

    def is_number(self, value: int) -> bool:
        """Whether it is a constant number."""
        return isinstance(self.constants.get(value), (int, float))

    def with_operations(self, operations: Sequence[Operation], **changes: Any) -> Listing:
        """The same with other operations."""
        return replace(self, operations=tuple(operations), **changes)

    def with_samples(self, samples: int, axis: Mapping[int, int | None]) -> Listing:
        """The same for a batch of so many; `axis` of each value: along which they stand, if they do."""
        shapes = list(self.shapes)
        for value, along in axis.items():
            if along is not None:
                shape = shapes[value]
                shapes[value] = (*shape[:along], samples, *shape[along + 1 :])
        return replace(self, shapes=tuple(shapes), samples=samples)

    def source(self) -> tuple[list[str], dict[str, Any]]:
        """The operations as lines of Python, `v9 = v7 @ v8`, and what else these need to know."""
        scope: dict[str, Any] = {f"v{value}": x for value, x in self.constants.items()}
        lines = []
        for operation in self.operations:
            source = operation.function.source.format(*(f"v{x}" for x in operation.operands))
            if operation.function.call is not None:
                scope[f"f{operation.result}"] = operation.function.call
                source = source.replace("call(", f"f{operation.result}(")
            lines.append(f"v{operation.result} = {source}")
        return lines, scope

    def made_by(self) -> dict[int, Operation]:
        """The operation that makes each value."""
        return {operation.result: operation for operation in self.operations}

    def uses(self) -> dict[int, int]:
        """How often each value is used; once more for each root."""
        counts: dict[int, int] = {}
        for value in self._used():
            counts[value] = counts.get(value, 0) + 1
        return counts

    def _used(self) -> Iterator[int]:
        for operation in self.operations:
            yield from operation.operands
        yield from self.roots


@dataclass(slots=True)
class Builder:
    """A listing while it is changed: new values, and constants each once."""

    listing: Listing
    operations: list[Operation] = field(default_factory=list)
    shapes: list[tuple[int, ...]] = field(init=False)
    constants: dict[int, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.shapes = list(self.listing.shapes)
        self.constants = dict(self.listing.constants)

    def value(self, shape: tuple[int, ...]) -> int:
        """A new value of that shape."""
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def constant(self, number: float) -> int:
        """The value of a number."""
        for value, known in self.constants.items():
            if isinstance(known, (int, float)) and known == number:
                return value
        value = self.value(())
        self.constants[value] = number
        return value

    def add(self, function: Function, operands: Sequence[int], result: int) -> int:
        """Append an operation."""
        self.operations.append(Operation(result, function, tuple(operands)))
        return result

    def built(self, **changes: Any) -> Listing:
        """The listing."""
        return self.listing.with_operations(
            self.operations, shapes=tuple(self.shapes), constants=self.constants, **changes
        )
