"""Mistakes of the forward pass and of the errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations

from tracer.diagnose.mistakes.row import Mistake, Scene
from tracer.formula import (
    Call,
    Expression,
    Number,
    Power,
    Symbol,
    log2,
    log10,
    replace,
    rewrite,
    symbols,
    without_term,
)
from tracer.model.losses import Family
from tracer.model.network import Bias
from tracer.model.quantity import Kind

_MOST_CROSSED = 6


def _weights(scene: Scene) -> dict[str, tuple[int, int]]:
    """The weights in the formula, each with its row and column."""
    found = ((name, scene.meaning(Symbol(name))) for name in symbols(scene.formula))
    kinds = (Kind.WEIGHT, Kind.NEW_WEIGHT)
    return {n: (q.index[0], q.index[1]) for n, q in found if q.kind in kinds}


def _weights_transposed(scene: Scene) -> Iterator[Expression]:
    """w[i, j] of (n, m) read where the same list is taken for an (m, n): row after row."""
    if scene.quantity.kind in (Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT):
        yield from _transposed_element(scene)
        return
    weights = _weights(scene)
    if weights:
        layer = scene.network.layers[scene.meaning(Symbol(next(iter(weights)))).layer - 1]
        rows, columns = len(layer.neurons), len(layer.inputs)
        moved = {
            name: scene.symbol(Kind.WEIGHT, layer.number, divmod(j * rows + i, columns))
            for name, (i, j) in weights.items()
        }
        yield replace(scene.formula, moved)


def _transposed_element(scene: Scene) -> Iterator[Expression]:
    row, column = scene.quantity.index
    if len(scene.layer.neurons) == len(scene.layer.inputs) and row != column:
        yield scene.symbol(scene.quantity.kind, scene.layer.number, (column, row))


def _weights_crossed(scene: Scene) -> Iterator[Expression]:
    """Two weights of one neuron change places."""
    weights = _weights(scene)
    if not weights:
        return
    number = scene.meaning(Symbol(next(iter(weights)))).layer
    layer = scene.network.layers[number - 1]
    for a, b in combinations(range(min(len(layer.inputs), _MOST_CROSSED)), 2):
        other = {a: b, b: a}
        yield replace(
            scene.formula,
            {
                name: scene.symbol(Kind.WEIGHT, number, (i, other.get(j, j)))
                for name, (i, j) in weights.items()
            },
        )


def _bias(scene: Scene) -> Symbol | None:
    if scene.layer.bias is Bias.NONE:
        return None
    index = (0,) if scene.layer.bias is Bias.SHARED else scene.quantity.index
    return scene.symbol(Kind.BIAS, scene.layer.number, index)


def _bias_left_out(scene: Scene) -> Iterator[Expression]:
    bias = _bias(scene)
    if bias:
        yield without_term(scene.formula, bias)


def _bias_times_input(scene: Scene) -> Iterator[Expression]:
    bias = _bias(scene)
    for j in range(len(scene.layer.inputs) if bias else 0):
        before = scene.symbol(Kind.OUT, scene.layer.number - 1, (j,), scene.quantity.sample)
        if bias:
            yield without_term(scene.formula, bias) + bias * before


def _activation_left_out(scene: Scene) -> Iterator[Expression]:
    yield scene.own(Kind.NET)


def _error_not_squared(scene: Scene) -> Iterator[Expression]:
    """½·(target − out), and the same without its sign."""
    if scene.network.loss.family is Family.SQUARED:
        for sign in (1.0, -1.0):
            yield rewrite(scene.formula, partial(_square_root, sign))


def _square_root(sign: float, node: Expression) -> Expression | None:
    if isinstance(node, Power) and node.exponent == Number(2.0):
        return node.base if sign > 0 else -node.base
    return None


def _scaled(factor: float) -> Callable[[Scene], Iterator[Expression]]:
    def rewritten(scene: Scene) -> Iterator[Expression]:
        if scene.at_output and scene.network.loss.family is Family.SQUARED:
            yield factor * scene.formula

    return rewritten


def _outputs_averaged(scene: Scene) -> Iterator[Expression]:
    count = len(scene.network.outputs)
    if scene.at_output and not scene.network.loss.averaged:
        yield scene.formula / count


def _outputs_not_averaged(scene: Scene) -> Iterator[Expression]:
    if scene.at_output and scene.network.loss.averaged:
        yield scene.formula * len(scene.network.outputs)


def _logarithm(
    function: Callable[[Expression], Expression],
) -> Callable[[Scene], Iterator[Expression]]:
    def other(node: Expression) -> Expression | None:
        if isinstance(node, Call) and node.function == "log":
            return function(node.arguments[0])
        return None

    def rewritten(scene: Scene) -> Iterator[Expression]:
        yield rewrite(scene.formula, other)

    return rewritten


def _one_output_missing(scene: Scene) -> Iterator[Expression]:
    """E_total of all outputs but one."""
    count = len(scene.network.outputs)
    for j in range(count if count > 1 else 0):
        error = scene.symbol(Kind.ERROR, scene.quantity.layer, (j,), scene.quantity.sample)
        yield without_term(scene.formula, error)


_ERRORS = frozenset({Kind.ERROR, Kind.DE_DOUT})
_CONNECTED = frozenset({Kind.NET, Kind.PATH})
_WEIGHT_LIKE = frozenset({Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT})

ROWS = (
    Mistake(
        "weights_transposed",
        _CONNECTED,
        _weights_transposed,
        "A row of the weight matrix belongs to a neuron, a column to an input; here rows and columns "
        "have changed places.",
        also=_WEIGHT_LIKE,
    ),
    Mistake(
        "weights_crossed",
        _CONNECTED,
        _weights_crossed,
        "Each weight goes with its own input; here two weights of a neuron have changed places.",
    ),
    Mistake(
        "bias_left_out",
        frozenset({Kind.NET}),
        _bias_left_out,
        "The bias is added to the net input, once for each neuron.",
    ),
    Mistake(
        "bias_times_input",
        frozenset({Kind.NET}),
        _bias_times_input,
        "A bias stands alone: it is not multiplied by an input.",
    ),
    Mistake(
        "activation_left_out",
        frozenset({Kind.OUT}),
        _activation_left_out,
        "The output is the activation of the net input, not the net input itself.",
    ),
    Mistake(
        "error_not_squared",
        frozenset({Kind.ERROR}),
        _error_not_squared,
        "The difference between target and output is squared.",
    ),
    Mistake(
        "factor_two_too_many",
        _ERRORS,
        _scaled(2.0),
        "A factor 2 too many: the ½ of the loss is missing, or it cancels the 2 of the derivative.",
    ),
    Mistake(
        "factor_half_too_many",
        _ERRORS,
        _scaled(0.5),
        "A factor ½ too many: the ½ is there once at most, and a loss without it keeps the 2 of its "
        "derivative.",
    ),
    Mistake(
        "outputs_averaged",
        frozenset({Kind.TOTAL, Kind.DE_DOUT}),
        _outputs_averaged,
        "This loss adds the errors of the outputs up; it doesn't take their mean.",
    ),
    Mistake(
        "outputs_not_averaged",
        _ERRORS,
        _outputs_not_averaged,
        "This loss is the mean over the outputs: each part is divided by how many there are.",
    ),
    Mistake(
        "output_left_out",
        frozenset({Kind.TOTAL}),
        _one_output_missing,
        "The total is the sum of the errors at all outputs.",
    ),
    Mistake(
        "logarithm_to_base_10",
        frozenset({Kind.ERROR}),
        _logarithm(log10),
        "The loss has the natural logarithm (ln), not the one to base 10.",
    ),
    Mistake(
        "logarithm_to_base_2",
        frozenset({Kind.ERROR}),
        _logarithm(log2),
        "The loss has the natural logarithm (ln), not the one to base 2.",
    ),
)
