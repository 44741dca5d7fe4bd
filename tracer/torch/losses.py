"""PyTorch's losses, and those written by hand from squared differences, as ours with a reduction.

A loss is read from the call back to the outputs: loss = factor · Σ e, divided by the number of samples,
of outputs, or both, where a mean was taken. Ours divides by the samples in its reduction, and by the
outputs in `mean_squared_error` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.torch.tape import Node, Numbers

SAMPLES, OUTPUTS = "samples", "outputs"
_SAME = 1e-6
"""Factors are quotients of small numbers: those that differ do so by more, in any type of float."""


@immutable
class Reading:
    """factor · the sum of `what` over outputs and samples, divided where `averaged` says so.

    `what`: `difference`, `squared`, `binary_cross_entropy` or `cross_entropy`. `axes` are those not yet
    summed over. `inside`: the activation that the loss applies itself.
    """

    what: str
    out: Node
    targets: Numbers
    axes: tuple[str, ...]
    factor: float = 1.0
    averaged: frozenset[str] = frozenset()
    inside: str = ""


@immutable
class LossForm:
    """Our loss and reduction, what the loss is of, and the targets, (samples, outputs)."""

    loss: str
    reduction: str
    out: Node
    targets: Numbers
    inside: str


_VIEWS = frozenset({
    "__getitem__", "select", "narrow",
    "view", "reshape", "flatten", "squeeze", "unsqueeze", "ravel", "contiguous", "clone", "to",
    "float", "double", "cpu", "cuda", "alias", "requires_grad_", "view_as", "reshape_as", "type",
})  # fmt: skip
"""Calls that may leave the numbers and their order as they are."""


def through_views(node: Node) -> Node:
    """What a tensor was before it was reshaped, or went through a dropout that is switched off."""
    while _is_view(node):
        node = node.inputs[0]
    return node


def _is_view(node: Node) -> bool:
    if node.call == "dropout":
        return not node.argument(2, "training", True) or node.argument(1, "p", 0.5) == 0
    if node.call not in _VIEWS or not node.inputs:
        return False
    return np.array_equal(node.value.ravel(), node.inputs[0].value.ravel(), equal_nan=True)


def read_loss(node: Node) -> LossForm:
    """What a tensor that `backward` was called on is, as one of our losses.

    Raises:
        UsageError: it is none of them; the message says which call isn't known.
    """
    reading = _read(node)
    if reading.what == "difference":
        raise UsageError("the loss is made of differences that aren't squared", _KNOWN)
    outputs = through_views(reading.out).value
    shape = (1, outputs.size) if outputs.ndim < 2 else (len(outputs), outputs.shape[-1])
    loss, reduction = _ours(reading, *shape)
    return LossForm(loss, reduction, reading.out, reading.targets.reshape(shape), reading.inside)


_KNOWN = (
    "known are MSELoss, CrossEntropyLoss, NLLLoss of log_softmax, BCELoss, BCEWithLogitsLoss, "
    "and sums or means of squared differences"
)


def _read(node: Node) -> Reading:
    row = _CALLS.get(node.call)
    if row is None:
        what = f"a loss made by {node.place}" if not node.leaf else _unseen(node)
        raise UsageError(what, _KNOWN)
    return row(node)


def _unseen(node: Node) -> str:
    made = f": PyTorch says {node.maker}" if node.maker else ""
    return f"a loss that was calculated outside of the block{made}"


def _difference(node: Node) -> Reading:
    """out − target or target − out."""
    inputs = node.inputs
    if len(inputs) != 2 or inputs[0].learned == inputs[1].learned:
        hint = "subtract a tensor of targets from the outputs, or the reverse"
        raise UsageError(f"{node.place} in the loss", hint)
    out, target = sorted(inputs, key=lambda item: not item.learned)
    return _compared("difference", out, target)


def _squared(node: Node) -> Reading:
    """(…)², written as pow, square or a product."""
    base = _read(node.inputs[0])
    power = 2 if node.call == "square" else node.argument(1, "exponent")
    if base.what != "difference" or power != 2:
        raise UsageError(f"{node.place} in the loss", _KNOWN)
    return replace(base, what="squared", factor=base.factor**2)


def _product(node: Node) -> Reading:
    """A difference times itself, or anything times a number."""
    inputs = node.inputs
    if len(inputs) == 2 and inputs[0] is inputs[1]:
        base = _read(inputs[0])
        if base.what == "difference":
            return replace(base, what="squared", factor=base.factor**2)
    return _scaled(node, lambda factor, number: factor * number)


def _scaled(node: Node, change: Callable[[float, float], float]) -> Reading:
    given = (node.argument(0, "input"), node.argument(1, "other"))
    numbers = [_number(item) for item in given]
    learned = [item for item in given if isinstance(item, Node) and item.learned]
    number = next((found for found in numbers if found is not None), None)
    if len(learned) != 1 or number is None:
        raise UsageError(f"{node.place} in the loss", _KNOWN)
    base = _read(learned[0])
    return replace(base, factor=change(base.factor, number))


def _quotient(node: Node) -> Reading:
    above = node.argument(0, "input")
    if not isinstance(above, Node) or not above.learned:
        raise UsageError(f"{node.place} in the loss", _KNOWN)
    return _scaled(node, lambda factor, number: factor / number)


def _negated(node: Node) -> Reading:
    base = _read(node.inputs[0])
    return replace(base, factor=-base.factor)


def _number(item: Any) -> float | None:
    """A number, or a tensor of one that nothing was learned for."""
    if isinstance(item, Node):
        return float(item.value) if not item.learned and item.value.size == 1 else None
    return float(item) if isinstance(item, int | float) else None


def _reduced(node: Node) -> Reading:
    """A sum or a mean, over all or over some axes."""
    base = _read(node.inputs[0])
    if base.what == "difference":
        raise UsageError(f"{node.place} of differences that aren't squared", _KNOWN)
    axes = node.argument(1, "dim", node.options.get("axis"))
    if axes is None:
        gone = base.axes
    else:
        places = axes if isinstance(axes, tuple | list) else (axes,)
        gone = tuple(base.axes[place] for place in places)
    left = tuple(axis for axis in base.axes if axis not in gone)
    averaged = base.averaged | (frozenset(gone) if node.call == "mean" else frozenset())
    return replace(base, axes=left, averaged=averaged)


def _compared(what: str, out: Node, target: Node, inside: str = "") -> Reading:
    """Outputs and targets of one shape."""
    if out.value.shape != target.value.shape:
        shapes = [" × ".join(map(str, item.value.shape)) or "one number" for item in (out, target)]
        raise UsageError(
            f"outputs of shape {shapes[0]} and targets of shape {shapes[1]} are broadcast: each "
            "output is compared with each target",
            "give both one shape, as with y.unsqueeze(1) or out.squeeze(1)",
        )
    return Reading(what, out, target.value, _axes(out), inside=inside)


def _axes(out: Node) -> tuple[str, ...]:
    """Which axes the outputs have as the loss gets them: squeezed ones are gone."""
    shape, before = out.value.shape, through_views(out).value
    if len(shape) == 2:
        return (SAMPLES, OUTPUTS)
    if not shape:
        return ()
    alone = before.ndim < 2 or (before.shape[0] == 1 and before.shape[-1] == shape[0])
    return (OUTPUTS,) if alone and before.size > 1 else (SAMPLES,)


def _mse(node: Node) -> Reading:
    _plain(node, {"weight": None})
    found = _compared("squared", *_pair(node))
    return _with_reduction(node, found, node.options.get("reduction", "mean"))


def _binary(node: Node) -> Reading:
    _plain(node, {"weight": None, "pos_weight": None})
    inside = "sigmoid" if "logits" in node.call else ""
    found = _compared("binary_cross_entropy", *_pair(node), inside)
    return _with_reduction(node, found, node.options.get("reduction", "mean"))


def _classes(node: Node) -> Reading:
    """Cross-entropy of logits, or of log_softmax; targets are classes or probabilities."""
    _plain(node, {"weight": None, "label_smoothing": 0.0})
    out, target = _pair(node)
    if node.call == "nll_loss":
        if out.call != "log_softmax":
            hint = "give it the outputs of log_softmax, or use CrossEntropyLoss"
            raise UsageError(f"{node.place} of what {out.place} gives", hint)
        check_axis(out)
        out = out.inputs[0]
    classes, targets = out.value.shape[-1], target.value
    if not np.issubdtype(targets.dtype, np.floating):
        if (targets == node.options.get("ignore_index", -100)).any():
            raise UsageError(f"{node.place} ignores samples", "leave those samples out")
        targets = np.eye(classes, dtype=out.value.dtype)[targets]
    axes = (SAMPLES,) if out.value.ndim == 2 else ()
    found = Reading("cross_entropy", out, targets, axes, inside="softmax")
    return _with_reduction(node, found, node.options.get("reduction", "mean"))


def check_axis(node: Node) -> None:
    """UsageError where a softmax isn't over the outputs."""
    axis = node.argument(1, "dim")
    if axis not in (None, -1, node.value.ndim - 1):
        raise UsageError(f"{node.place} over axis {axis}", "give it dim=-1, the outputs")


def _pair(node: Node) -> tuple[Node, Node]:
    out, target = node.argument(0, "input"), node.argument(1, "target")
    if target.learned:
        raise UsageError(f"{node.place}: the targets are made by the model", _KNOWN)
    return out, target


def _plain(node: Node, options: Mapping[str, Any]) -> None:
    """UsageError where an option of the loss isn't as usual."""
    usual = {**options, "size_average": None, "reduce": None}
    for name, value in usual.items():
        if node.options.get(name, value) != value:
            raise UsageError(f"{node.place} with {name}", "leave it out")
    if len(node.arguments) > 2:
        raise UsageError(f"{node.place} with {len(node.arguments)} arguments", "name them")


def _with_reduction(node: Node, found: Reading, reduction: str) -> Reading:
    if reduction == "none":
        return found
    averaged = frozenset(found.axes) if reduction == "mean" else frozenset[str]()
    if reduction not in ("mean", "sum"):
        raise UsageError(f"{node.place} with reduction={reduction}", "take 'mean' or 'sum'")
    return replace(found, axes=(), averaged=averaged)


def _view(node: Node) -> Reading:
    before = node.inputs[0]
    if node.value.size > 1 and node.value.shape != before.value.shape:
        raise UsageError(f"{node.place} in the loss", "sum over all of it: .sum() or .mean()")
    return _read(before)


_CALLS: dict[str, Callable[[Node], Reading]] = {
    **dict.fromkeys(("sub", "rsub", "subtract", "__rsub__", "__sub__"), _difference),
    **dict.fromkeys(("pow", "__pow__", "square"), _squared),
    **dict.fromkeys(("mul", "multiply", "__mul__", "__rmul__"), _product),
    **dict.fromkeys(("div", "divide", "true_divide", "__truediv__"), _quotient),
    **dict.fromkeys(("neg", "negative", "__neg__"), _negated),
    **dict.fromkeys(("sum", "mean"), _reduced),
    **dict.fromkeys(("binary_cross_entropy", "binary_cross_entropy_with_logits"), _binary),
    **dict.fromkeys(("cross_entropy", "nll_loss"), _classes),
    **dict.fromkeys(("squeeze", "reshape", "view"), _view),
    "mse_loss": _mse,
}
"""How each call of a loss is read."""


def _ours(reading: Reading, samples: int, outputs: int) -> tuple[str, str]:
    """The names of our loss and reduction that give the same number."""
    total = reading.factor
    total /= samples if SAMPLES in reading.averaged else 1
    total /= outputs if OUTPUTS in reading.averaged else 1
    if reading.what == "squared":
        by_output = {"mean_squared_error": 1 / outputs}
        others = {"half_squared_error": 0.5, "squared_error": 1.0}
        mean_first = OUTPUTS in reading.averaged
        factors = {**by_output, **others} if mean_first else {**others, **by_output}
    else:
        factors = {reading.what: 1.0}
    # What was written comes first: of one sample, mean and sum are the same.
    reductions = {"mean": 1 / samples, "sum": 1.0}
    order = ("mean", "sum") if SAMPLES in reading.averaged else ("sum", "mean")
    for reduction in order:
        for loss, factor in factors.items():
            if math.isclose(total, factor * reductions[reduction], rel_tol=_SAME):
                return loss, reduction
    raise UsageError(
        f"a loss that is {total:.6g} times the sum over {samples} samples of {outputs} outputs each",
        _hint(reading, outputs),
    )


def _hint(reading: Reading, outputs: int) -> str:
    if reading.what == "binary_cross_entropy" and OUTPUTS in reading.averaged:
        return (
            "the errors of a sample's outputs are added up here: divide only by the samples, as "
            "nn.BCELoss(reduction='sum')(…) / len(x) does"
        )
    return f"known are half the sum, the sum and the mean of squares over the {outputs} outputs"
