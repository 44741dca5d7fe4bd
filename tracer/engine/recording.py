"""One iteration as straight-line NumPy, for many iterations of a network too large for formulas.

The engine runs once on arrays that write down what is done with them (`v9 = v7 @ v8`), and `exec`
makes a function of the lines that loops over batches. These are the engine's own operations in the
engine's own order, so the numbers are the same to the last bit; what falls away is the walk through
layers, rules and observers, which costs a small network as much as its arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tracer.engine.passes import UNTOUCHED, Observer, Rule, backward, cost, forward
from tracer.formula import Primitive
from tracer.model.activations import Array
from tracer.model.network import FloatArray, Network, Parameters
from tracer.model.quantity import Stage

Arrays = tuple[FloatArray, ...]
"""The parameters' arrays in the order W, b, W, b, …, without the biases that aren't there."""
Program = Callable[[Arrays, Iterable[tuple[FloatArray, FloatArray]], list[float]], Arrays]
"""program(arrays, batches of (inputs, targets), losses): the arrays after an update a batch."""


class _Recorder:
    """Assignments, carried out as they are written; `scope` holds their variables and constants."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.scope: dict[str, Any] = {}

    def variable(self, value: Any) -> str:
        """The variable of a recorded array; a new one for anything else."""
        if isinstance(value, RecordedArray):
            return value.variable
        variable = f"v{len(self.scope)}"
        self.scope[variable] = value
        return variable

    def given(self, array: FloatArray) -> RecordedArray:
        """An array that the program will be handed."""
        return RecordedArray(self, self.variable(array))

    def assign(self, source: str, *operands: Any) -> RecordedArray:
        """The array that the source comes to; each `{}` in it stands for an operand."""
        source = source.format(*map(self.variable, operands))
        variable = self.variable(eval(source, self.scope))
        self.lines.append(f"{variable} = {source}")
        return RecordedArray(self, variable)


@dataclass(frozen=True, slots=True)
class _Later:
    """The observer that has the program call an observer when it runs."""

    observe: Observer

    @property
    def detail(self) -> bool:
        """As that observer wants it."""
        return self.observe.detail

    def __call__(self, stage: Stage, array: Array) -> Array:
        """A call of it in the program."""
        return array.apply(partial(self.observe, stage))


class RecordedArray:
    """An array of the program: calculates like NumPy's, and writes each operation down."""

    __array_ufunc__ = None  # NumPy arrays leave their operators with it to this class
    __slots__ = ("_recorder", "variable")

    def __init__(self, recorder: _Recorder, variable: str) -> None:
        self._recorder = recorder
        self.variable = variable

    @property
    def shape(self) -> tuple[int, ...]:
        """As in NumPy."""
        shape: tuple[int, ...] = self._recorder.scope[self.variable].shape
        return shape

    @property
    def T(self) -> RecordedArray:  # noqa: N802
        """The axes in reverse order."""
        return self._recorder.assign("{}.T", self)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: tuple[Any, ...]) -> RecordedArray:
        return self._recorder.assign("{}[{}]", self, key)

    def sum(self, axis: int | None = None, keepdims: bool = False) -> RecordedArray:
        """As in NumPy."""
        return self._recorder.assign(f"{{}}.sum(axis={axis}, keepdims={keepdims})", self)

    def max(self, axis: int | None = None, keepdims: bool = False) -> RecordedArray:
        """As in NumPy."""
        return self._recorder.assign(f"{{}}.max(axis={axis}, keepdims={keepdims})", self)

    def apply(self, function: Callable[..., Any], *others: Any) -> RecordedArray:
        """`function(self, *others)`, a primitive's own NumPy function without its dispatch."""
        if isinstance(function, Primitive):
            function = partial(function.array, np)
        source = f"{{}}({', '.join(['{}'] * (1 + len(others)))})"
        return self._recorder.assign(source, function, self, *others)

    def where(self, mask: Any, other: Any) -> RecordedArray:
        """Its elements where the mask is true, those of `other` elsewhere."""
        return self._recorder.assign("{}({}, {}, {})", np.where, mask, self, other)

    def __matmul__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} @ {}", self, other)

    def __add__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} + {}", self, other)

    def __radd__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} + {}", other, self)

    def __sub__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} - {}", self, other)

    def __rsub__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} - {}", other, self)

    def __mul__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} * {}", self, other)

    def __rmul__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} * {}", other, self)

    def __truediv__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} / {}", self, other)

    def __rtruediv__(self, other: Any) -> RecordedArray:
        return self._recorder.assign("{} / {}", other, self)

    def __pow__(self, exponent: float) -> RecordedArray:
        return self._recorder.assign("{} ** {}", self, exponent)

    def __neg__(self) -> RecordedArray:
        return self._recorder.assign("-{}", self)


def record_step(
    network: Network,
    rule: Rule,
    parameters: Parameters,
    batch: tuple[FloatArray, FloatArray],
    *,
    with_losses: bool,
    observe: Observer = UNTOUCHED,
) -> Program:
    """The program of one iteration, recorded on a batch; it serves all batches of that size.

    `with_losses`: append each iteration's loss to the list that the program gets.
    """
    recorder = _Recorder()
    inputs, targets = map(recorder.given, batch)
    before = tuple(
        (recorder.given(W), None if b is None else recorder.given(b)) for W, b in parameters
    )
    observe = observe if observe is UNTOUCHED else _Later(observe)
    passed = forward(network, before, inputs, observe)
    if with_losses:
        loss = cost(network, rule, passed, targets, observe)
        recorder.lines.append(f"losses.append(float({loss.variable}))")
    after = backward(network, rule, before, passed, targets, observe)
    return _program(recorder, arrays(before), (inputs, targets), arrays(after))


def _program(
    recorder: _Recorder, before: Sequence[Array], batch: Sequence[Array], after: Sequence[Array]
) -> Program:
    old, row, new = (
        f"({', '.join(array.variable for array in group)},)" for group in (before, batch, after)
    )
    lines = [
        "def program(arrays, batches, losses):",
        f" {old} = arrays",
        f" for {row} in batches:",
        *(f"  {line}" for line in [*recorder.lines, f"{old} = {new}"]),
        f" return {old}",
    ]
    calculated = {line.partition(" = ")[0] for line in recorder.lines}
    scope = {name: value for name, value in recorder.scope.items() if name not in calculated}
    exec("\n".join(lines), scope)  # the text is made of the templates above
    program: Program = scope["program"]
    return program


def arrays(parameters: Parameters) -> Arrays:
    """W, b, W, b, …: the arrays that there are."""
    return tuple(array for pair in parameters for array in pair if array is not None)


def parameters_of(network: Network, flat: Arrays) -> Parameters:
    """The inverse of `arrays`."""
    rest = iter(flat)
    return tuple((next(rest), next(rest) if layer.bias_count else None) for layer in network.layers)
