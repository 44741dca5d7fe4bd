"""The formulas of one iteration as straight-line Python, for many iterations of a small network.

The engine runs once on symbols; each stage's expressions become assignments (`v7 = v1*v2 + v3`). It
beats NumPy by far while parameters × samples stay small: NumPy's cost is in its calls, not in its
arithmetic.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import wraps
from itertools import chain
from types import CodeType, FunctionType
from typing import Any, Literal

from tracer.engine.forward import cost, forward
from tracer.engine.observers import UNALTERED, Altered
from tracer.engine.passes import backward
from tracer.engine.programs import Program, looped
from tracer.engine.rule import Moment, Rule
from tracer.formula import (
    Expression,
    Symbol,
    children,
    namespace,
    rebuild,
    symbols,
    to_python,
)
from tracer.formula.lazy import Index, SymbolArray, one_symbol
from tracer.model.activations import Array
from tracer.model.content import content
from tracer.model.network import Network, State
from tracer.model.quantity import Stage

WORTH_COMPILING = 110
"""Parameters × samples of a batch up to which straight-line Python was measured to win."""

FlatValues = tuple[float, ...]
Told = Literal["", "losses", "states"]
"""What a program tells of each iteration."""

_ROUNDED, _RESCUE = "_rounded", "_rescue"
_AT_HAND = 256


def worth_compiling(network: Network, batch: int) -> bool:
    """Whether straight-line code is the faster way."""
    return network.parameter_count * batch <= WORTH_COMPILING


class _Emitter:
    """The observer that turns every stage into assignments and goes on with fresh variables."""

    def __init__(self, altered: Altered) -> None:
        self.lines: list[str] = []
        self.detail = altered.detail
        self._altered = altered
        self._call = "" if altered.rounding is None else _ROUNDED
        self._count = 0
        self._moment: dict[Any, None] = {}
        self._hoisted: dict[Expression, Symbol] = {}

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Assign every element of the stage to a variable."""
        array = self._altered.change(stage, array)
        assigned = {index: self._assign(array.element(index)) for index in indices(array.shape)}
        return SymbolArray(array.shape, assigned.__getitem__)

    def _assign(self, expression: Expression) -> Expression:
        if isinstance(expression, Symbol):
            return expression
        source = _source(self._without_repetition(expression))
        variable = self.fresh()
        self.lines.append(f"{variable.key} = {self._call}({source})")
        return variable

    def _without_repetition(self, expression: Expression) -> Expression:
        """The expression, with a variable for what is the same for all parameters: 1 - 0.9**t."""
        operands = children(expression)
        if not (operands and self._moment):
            return expression
        if not all(key in self._moment for key in symbols(expression)):
            return rebuild(expression, tuple(map(self._without_repetition, operands)))
        if expression not in self._hoisted and symbols(expression):
            variable = self._hoisted[expression] = self.fresh()
            self.lines.append(f"{variable.key} = {_source(expression)}")
        return self._hoisted.get(expression, expression)

    def moment(self, rule: Rule) -> tuple[Moment, list[str]]:
        """What an iteration is given, and the variables of it that change from one to the next."""
        fixed = rule.moment(1)
        if not rule.varies:
            return fixed, []
        rate, t = self.fresh(), self.fresh()
        self._moment = {rate.key: None, t.key: None}
        return Moment(one_symbol(rate), one_symbol(t), fixed.settings), [rate.key, t.key]

    def fresh(self) -> Symbol:
        """A variable that nothing uses yet."""
        self._count += 1
        return Symbol(f"v{self._count}")

    def given(self, shape: Index) -> SymbolArray:
        """An array of fresh variables."""
        variables = {index: self.fresh() for index in indices(shape)}
        return SymbolArray(shape, variables.__getitem__)


def indices(shape: Index) -> Iterator[Index]:
    """All indices of an array of that shape, row by row."""
    if not shape:
        yield ()
        return
    for first in range(shape[0]):
        yield from ((first, *rest) for rest in indices(shape[1:]))


def _written_once(write: Callable[..., Any]) -> Callable[..., Program]:
    """`compile_step` that writes equal programs once; each gets its own rescue and rounding.

    Whoever compares many calculations has the same program in most of them, and writing it costs as
    much as thousands of iterations.
    """
    written: OrderedDict[Hashable, CodeType] = OrderedDict()

    @wraps(write)
    def compiled(
        network: Network, rule: Rule, state: State, *sizes: int, **options: Any
    ) -> Program:
        altered: Altered = options.get("altered", UNALTERED)
        shapes = tuple(array.shape for array in state.arrays())
        way = rule, options["told"], altered.neurons, altered.rounding is None
        key = content((network, tuple(state.slots), shapes, sizes, way))
        if key not in written:
            written[key] = write(network, rule, state, *sizes, **options).__code__
            if len(written) > _AT_HAND:
                written.popitem(last=False)
        written.move_to_end(key)
        scope: dict[str, Any] = namespace() | {_RESCUE: options["rescue"]}
        if altered.rounding:
            scope[_ROUNDED] = altered.rounding.function()
        return FunctionType(written[key], scope)

    return compiled


@_written_once
def compile_step(
    network: Network,
    rule: Rule,
    state: State,
    samples: int,
    *,
    told: Told,
    rescue: Callable[..., FlatValues],
    altered: Altered = UNALTERED,
) -> Program:
    """The program of one iteration for batches of `samples`, from the state's numbers to the same.

    A batch is its samples in a row, each its inputs and then its targets. `told`: what is appended to
    the list that the program gets, each iteration's loss or the numbers of the state after it.
    `rescue(losses, state, batch, …)`, learning rate and t behind them where they vary, does an
    iteration in which a function of `math` raises, as at an overflow that NumPy goes on with.
    """
    emit = _Emitter(altered)
    inputs = emit.given((samples, len(network.inputs)))
    targets = emit.given((samples, len(network.outputs)))
    before = state.with_arrays([emit.given(array.shape) for array in state.arrays()])
    moment, varying = emit.moment(rule)
    passed = forward(network, before.parameters, inputs, emit)
    end = []
    if told == "losses":
        loss = cost(network, rule, passed, targets, emit, moment)
        end = [f"losses.append({_source(loss.element(()))})"]
    after = backward(network, rule, before, passed, targets, emit, moment)
    old, new = _elements(before), _elements(after)
    changed = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    batch = list(chain.from_iterable(zip(_rows(inputs), _rows(targets), strict=True)))
    scope: dict[str, Any] = namespace() | {_RESCUE: rescue}
    if altered.rounding:
        scope[_ROUNDED] = altered.rounding.function()
    names = [_source(element) for element in old]
    call = f"{_RESCUE}(losses, ({', '.join(names)},), {', '.join(('batch', *varying))})"
    row = [_source(element) for sample in batch for element in sample]
    lines = [*emit.lines, *_assignment(changed), *end]
    return looped(scope, names, row, lines, call, varying, with_states=told == "states")


def _assignment(changed: Sequence[tuple[Expression, Expression]]) -> list[str]:
    if not changed:
        return []
    old, new = zip(*changed, strict=True)
    return [f"{', '.join(map(_source, old))} = {', '.join(map(_source, new))}"]


def _rows(array: SymbolArray) -> list[list[Expression]]:
    return [
        [array.element((row, column)) for column in range(array.shape[1])]
        for row in range(array.shape[0])
    ]


def _elements(state: State) -> list[Expression]:
    return [array.element(index) for array in state.arrays() for index in indices(array.shape)]


def _source(expression: Expression) -> str:
    return to_python(expression, str)
