"""Steps as lines of Python: `dot_3(v1, m2)`, `add(m2, c4, m2)`.

Everything that stays the same from one iteration to the next is looked up before: arrays, their views,
their methods, constants. What changes are the batch, the numbers that an iteration is given, and what
functions make that can't be told where to put it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from tracer.arrays.compiled import Floats
from tracer.arrays.facts import UnsupportedError
from tracer.arrays.fusing import Step
from tracer.arrays.operations import Operation
from tracer.arrays.places import Places

View = Callable[[Any], Any]


class Writer:
    """Writes steps; `scope` holds what the lines use, `forms` what they need of the batch.

    A form is a variable, the number of one of the batch's arrays, and whether its row of ones and its
    transpose are wanted. `prefix`: how names in the scope begin.
    """

    def __init__(self, places: Places, prefix: str = "k") -> None:
        self.places, self.memory, self.listing = places, places.memory, places.listing
        self._prefix = prefix
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {}
        self.forms: dict[tuple[int, bool, bool], str] = {}
        self._names: dict[Any, str] = {}
        self._kept: list[Any] = []
        self._made = self.listing.made_by()
        self._batch = {value: n for n, value in enumerate(self.listing.batch)}

    def bind(self, thing: Any, key: Any = None) -> str:
        """The name of something that stays the same."""
        key = ("thing", id(thing)) if key is None else key
        if key not in self._names:
            self._kept.append(thing)
            name = self._names[key] = f"{self._prefix}{len(self._names)}"
            self.scope[name] = thing
        return self._names[key]

    def write(self, steps: Iterable[Step]) -> None:
        """Write steps down."""
        for step in steps:
            self._write(step)

    def _write(self, step: Step) -> None:
        if len(step.operations) > 1:
            self._all_at_once(step)
            return
        operation = step.operations[0]
        if operation.function.elementwise and self.listing.shapes[operation.result]:
            self._elementwise(operation)
        elif operation.function.name != "transpose":
            write = getattr(self, f"_{operation.function.name}", None)
            if write is None or not self.listing.shapes[operation.result]:
                write = self._plain
            write(operation)

    def finish(self) -> None:
        """Put new states that stand elsewhere into the places of the old ones; tell the loss."""
        listing, homes = self.listing, self.places.homes
        for value, new in zip(listing.state, listing.after, strict=True):
            if self.places.arrays.get(self.places.root(new)) is homes[value]:
                continue
            if self.places.root(new) in homes:
                raise UnsupportedError("states that change places")
            self.lines.append(f"copyto({self.bind(homes[value])}, {self.logical(new)})")
        if listing.loss is not None:
            self.lines.append(f"losses.append(float({self._scalar(listing.loss)}))")

    def _array(self, value: int, *, turned: bool = False, ones: bool = False) -> str:
        """A value's array as it is kept, or `turned`; the batch's also with its `ones`."""
        root = self.places.root(value)
        if value in self._batch:
            form = self._batch[value], ones, turned
            return self.forms.setdefault(form, f"x{form[0]}{'o' * ones}{'t' * turned}")
        array = self.places.arrays.get(root)
        if array is None:
            return f"{self._variable(value)}{'.T' * turned}"
        view = array.T if turned else array
        return self.bind(view, ("view", root, turned))

    def logical(self, value: int) -> str:
        """A value with the axes that the calculation gives it."""
        return self._oriented(value, flipped=False)

    def _oriented(self, value: int, *, flipped: bool) -> str:
        """The value, or with its axes the other way round."""
        if value in self.listing.constants:
            constant = np.asarray(self.listing.constants[value])
            return self.bind(constant.T if flipped else constant, ("constant", value, flipped))
        maker = self._made.get(value)
        while maker is not None and maker.function.name == "transpose":
            value, flipped = maker.operands[0], not flipped
            maker = self._made.get(value)
        return self._array(value, turned=flipped != self.memory.flipped(value))

    def _variable(self, value: int) -> str:
        return f"v{value}"

    def _scalar(self, value: int) -> str:
        """A number, or a moment's."""
        if value in self.listing.constants:
            return self.bind(self.listing.constants[value], ("number", value))
        return self._variable(value)

    def _operand(self, value: int, result: int) -> str:
        """The operand as it fits the result, element by element."""
        shape, flipped = self.listing.shapes[value], self.memory.flipped(result)
        if shape == ():
            if value in self.listing.constants:
                number = np.array(float(self.listing.constants[value]))
                return self.bind(number, ("number as array", value))
            return self._scalar(value)
        if len(shape) == 1 and flipped:
            return self._column(value)
        if self.memory.flipped(value) and not flipped:
            raise UnsupportedError("axes that don't fit")
        return self._oriented(value, flipped=flipped)

    def _column(self, value: int) -> str:
        array = self.listing.constants.get(value, self.places.arrays.get(self.places.root(value)))
        if array is None:
            return f"{self._variable(value)}[:, None]"
        return self.bind(array[:, None], ("column", value))

    def _elementwise(self, operation: Operation) -> None:
        function, result = operation.function, operation.result
        if function.name == "guard":
            self._guarded([operation])
            return
        operands = [self._operand(operand, result) for operand in operation.operands]
        self._call(function.call, operands, result, ufunc=function.name == "ufunc")

    def _call(self, call: Any, operands: list[str], result: int, *, ufunc: bool) -> None:
        name = self.bind(call)
        if ufunc and result in self.places.arrays:
            self.lines.append(f"{name}({', '.join(operands)}, out={self.into(result)})")
        else:
            self._keep(f"{name}({', '.join(operands)})", result)

    def _all_at_once(self, step: Step) -> None:
        operations, function = step.operations, step.operations[0].function
        if function.name == "guard":
            self._guarded(list(operations))
            return
        columns = zip(*(operation.operands for operation in operations), strict=True)
        operands = []
        for column in columns:
            if self.listing.shapes[column[0]] == ():
                operands.append(self._operand(column[0], operations[0].result))
            else:
                operands.append(self.bind(self.places.region(column)))
        into = self.bind(self.places.region([o.result for o in operations]))
        name = self.bind(function.call)
        if function.name == "ufunc":
            self.lines.append(f"{name}({', '.join(operands)}, out={into})")
        else:
            self.lines.append(f"copyto({into}, {name}({', '.join(operands)}))")

    def _guarded(self, operations: list[Operation]) -> None:
        """`usual` stays where it stands, unless something is near."""
        nears = [operation.operands[0] for operation in operations]
        near = self.places.region(nears) if len(nears) > 1 else self.places.arrays.get(nears[0])
        if near is None:
            raise UnsupportedError("a guard that is a variable")
        for operation in operations:
            if self.places.root(operation.result) == operation.result:
                usual, into = (self.logical(v) for v in (operation.operands[1], operation.result))
                self.lines.append(f"copyto({into}, {usual})")
        item, largest = (
            self.bind(near.item, ("item", id(near))),
            self.bind(near.argmax, ("argmax", id(near))),
        )
        self._kept.append(near)
        self.lines.append(f"if {item}({largest}()) > 0:")
        for operation in operations:
            arrays = ", ".join(map(self.logical, operation.operands))
            chosen = self.bind(operation.function.call)
            self.lines.append(f" copyto({self.logical(operation.result)}, {chosen}({arrays}))")

    def _matmul(self, operation: Operation) -> None:
        left, right = operation.operands
        if self.memory.flipped(operation.result):
            first = self._oriented(right, flipped=True)
            self._dot(first, self._oriented(left, flipped=True), operation.result)
        else:
            self._dot(self.logical(left), self.logical(right), operation.result)

    def _affine(self, operation: Operation) -> None:
        """[W b] [x; 1]."""
        x, W, _ = operation.operands
        self._dot(self.whole(W), self._with_ones(x), operation.result)

    def _outer(self, operation: Operation) -> None:
        """delta [x; 1]ᵀ, into the place of both gradients."""
        delta, x = operation.operands
        into = self.whole(operation.result)
        self.lines.append(
            f"{self._oriented(delta, flipped=True)}.dot({self._with_ones(x, turned=True)}, {into})"
        )

    def whole(self, value: int) -> str:
        """The same matrix by its name."""
        return self.bind(self._whole(value), ("whole", value))

    def _whole(self, value: int) -> Floats:
        """The matrix that holds a layer's weights, or what belongs to them, with its biases."""
        span = self.memory.spans[self.memory.facts.members[value]]
        return span.whole(self.places.standing(value))

    def _with_ones(self, x: int, *, turned: bool = False) -> str:
        if x in self._batch:
            return self._array(x, ones=True, turned=turned)
        whole = self._whole(self.places.root(x))
        return self.bind(whole.T if turned else whole, ("with ones", x, turned))

    def _dot(self, left: str, right: str, result: int) -> None:
        if self.places.arrays[result].flags.c_contiguous:
            self.lines.append(f"{left}.dot({right}, {self.into(result)})")
        else:
            self._keep(f"{left}.dot({right})", result)

    def _sum(self, operation: Operation) -> None:
        """Sums as products with ones, which are faster."""
        (value,), result = operation.operands, operation.result
        axis, array = operation.function.axis, self._array(operation.operands[0])
        if axis is None or len(self.listing.shapes[value]) != 2:
            raise UnsupportedError("a sum of everything")
        count = self.listing.shapes[value][axis]
        ones = self.bind(np.ones(count), ("ones", count))
        line = self.places.arrays[result].reshape(-1)
        into = self.bind(line, ("line", result))
        last = (axis == 1) != self.memory.flipped(value)
        self.lines.append(
            f"{array}.dot({ones}, {into})" if last else f"{ones}.dot({array}, {into})"
        )

    def _max(self, operation: Operation) -> None:
        (value,), result = operation.operands, operation.result
        axis, array = operation.function.axis, self._array(operation.operands[0])
        if axis is None or not operation.function.keepdims:
            raise UnsupportedError("a maximum of everything")
        axis = 1 - axis if self.memory.flipped(value) else axis
        reduce = self.bind(np.maximum.reduce)
        self.lines.append(f"{reduce}({array}, {axis}, None, {self.into(result)}, True)")

    def _plain(self, operation: Operation) -> None:
        """As it was recorded: numbers, and what is of no sample."""
        function = operation.function
        if any(map(self.memory.flipped, operation.operands)) and function.name != "sum":
            raise UnsupportedError(function.source)
        operands = [self._as_recorded(operand) for operand in operation.operands]
        source = function.source.format(*operands)
        if function.call is not None:
            source = source.replace("call(", f"{self.bind(function.call)}(")
        self._keep(source, operation.result)

    def _keep(self, made: str, result: int) -> None:
        """Give a new array to the result: its own variable, or a copy in its place."""
        into = self.places.arrays.get(result)
        if into is None:
            self.lines.append(f"{self._variable(result)} = {made}")
        else:
            self.lines.append(f"copyto({self.into(result)}, {made})")

    def into(self, result: int) -> str:
        """The place of a result."""
        return self.bind(self.places.arrays[result], ("view", result, False))

    def _as_recorded(self, operand: int) -> str:
        if self.listing.shapes[operand] == ():
            return self._scalar(operand)
        return self.logical(operand)
