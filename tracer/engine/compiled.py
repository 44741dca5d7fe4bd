"""The formulas of one iteration as straight-line Python, for many iterations of a small network.

The engine runs once on symbols; each stage's expressions become assignments (`v7 = v1*v2 + v3`), and
`exec` makes a function of them that loops over batches. It beats NumPy by far while parameters ×
samples stay small: NumPy's cost is in its calls, not in its arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tracer.engine.altered import UNALTERED, Altered
from tracer.engine.passes import Rule, backward, cost, forward
from tracer.formula import Expression, Symbol, namespace, to_python
from tracer.formula.symbolic import Index, SymbolArray
from tracer.model.activations import Array
from tracer.model.network import Network, Parameters
from tracer.model.quantity import Stage

WORTH_COMPILING = 110
"""Parameters × samples of a batch up to which straight-line Python was measured to win."""

_ROUNDED = "_rounded"

Values = tuple[float, ...]
Advance = Callable[[Values, Iterable[Values], list[float] | None], Values]
"""advance(parameters, batches, losses): the parameters after an update for each batch."""


def worth_compiling(network: Network, batch: int) -> bool:
    """Whether straight-line code is the faster way.

    Softmax stays with NumPy: as bare formulas it would overflow where the stable form does not.
    """
    coupled = any(layer.activation.coupled for layer in network.layers)
    return not coupled and network.parameter_count * batch <= WORTH_COMPILING


class _Emitter:
    """The observer that turns every stage into assignments and goes on with fresh variables."""

    def __init__(self, altered: Altered) -> None:
        self.lines: list[str] = []
        self.detail = altered.detail
        self._altered = altered
        self._call = "" if altered.rounding is None else _ROUNDED
        self._count = 0

    def __call__(self, stage: Stage, array: Array) -> Array:
        """Assign every element of the stage to a variable."""
        array = self._altered.change(stage, array)
        assigned = {index: self._assign(array.element(index)) for index in indices(array.shape)}
        return SymbolArray(array.shape, assigned.__getitem__)

    def _assign(self, expression: Expression) -> Expression:
        if isinstance(expression, Symbol):
            return expression
        variable = self.fresh()
        self.lines.append(f"{variable.name} = {self._call}({_source(expression)})")
        return variable

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


def compile_step(
    network: Network,
    rule: Rule,
    samples: int,
    *,
    with_losses: bool,
    altered: Altered = UNALTERED,
) -> Advance:
    """Straight-line code for batches of `samples`; a batch is its samples in a row,
    each its inputs and then its targets.

    `with_losses`: append each iteration's loss to the list that `advance` gets.
    """
    emit = _Emitter(altered)
    inputs = emit.given((samples, len(network.inputs)))
    targets = emit.given((samples, len(network.outputs)))
    parameters = tuple(
        (
            emit.given((len(layer.neurons), len(layer.inputs))),
            emit.given((layer.bias_count,)) if layer.bias_count else None,
        )
        for layer in network.layers
    )
    passed = forward(network, parameters, inputs, emit)
    if with_losses:
        loss = cost(network, rule, passed, targets, emit)
        emit.lines.append(f"losses.append({_source(loss.element(()))})")
    after = backward(network, rule, parameters, passed, targets, emit)
    old, new = _elements(parameters), _elements(after)
    changed = [(o, n) for o, n in zip(old, new, strict=True) if o != n]
    body = [*emit.lines, *_assignment(changed)]
    batch = [
        array.element((sample, index))
        for sample in range(samples)
        for array in (inputs, targets)
        for index in range(array.shape[1])
    ]
    return _function(old, batch, body, altered)


def _function(
    old: list[Expression], batch: list[Expression], body: list[str], altered: Altered
) -> Advance:
    state, row = (f"({', '.join(map(_source, names))},)" for names in (old, batch))
    lines = [
        "def advance(parameters, batches, losses):",
        f" {state} = parameters",
        f" for {row} in batches:",
        *(f"  {line}" for line in body),
        f" return {state}",
    ]
    scope: dict[str, Any] = namespace()
    if altered.rounding:
        scope[_ROUNDED] = altered.rounding.function()
    exec("\n".join(lines), scope)  # the text is made of the engine's own formulas
    advance: Advance = scope["advance"]
    return advance


def _assignment(changed: list[tuple[Expression, Expression]]) -> list[str]:
    if not changed:
        return []
    old, new = zip(*changed, strict=True)
    return [f"{', '.join(map(_source, old))} = {', '.join(map(_source, new))}"]


def _flat(array: SymbolArray) -> list[Expression]:
    return [array.element(index) for index in indices(array.shape)]


def _elements(parameters: Parameters) -> list[Expression]:
    return [e for pair in parameters for array in pair if array is not None for e in _flat(array)]


def _source(expression: Expression) -> str:
    return to_python(expression, lambda name: name)
