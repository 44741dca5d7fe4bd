"""What happened to the gradients between `backward` and the optimiser's step: clipped, zeroed, changed.

Symbols: g the gradients that backward left, of all parameters together; h those that the step got;
c the limit. PyTorch's clip_grad_norm_ gives h = g·c/(‖g‖ + 1e-6) where that is smaller than g.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.model.clipping import Clip
from tracer.torch.iterations import Arrays, Iteration
from tracer.torch.tape import Numbers


@immutable
class Treated:
    """What was done to gradients: `same`, `gone`, `norm` or `value` with its limit, `changed`."""

    how: str
    limit: float = 0.0


def treated(iteration: Iteration) -> Treated:
    """What was done to an iteration's gradients before its step."""
    step = iteration.step
    before = iteration.last.after
    if step is None or _equal(before, step.gradients):
        return Treated("same")
    names = [name for name in before if name in step.options]
    if any(name not in step.gradients for name in names):
        return Treated("gone")
    g, h = (_flat(arrays, names) for arrays in (before, step.gradients))
    if not h.any():
        return Treated("gone")
    largest = float(np.abs(h).max())
    if np.array_equal(np.clip(g, -largest, largest), h):
        return Treated("value", largest)
    norms = float(np.linalg.norm(g)), float(np.linalg.norm(h))
    epsilon = float(np.finfo(next(iter(before.values())).dtype).eps)
    ratio = norms[1] / norms[0]
    if ratio < 1 and np.allclose(h, g * ratio, rtol=16 * epsilon, atol=0):
        return Treated("norm", norms[1])
    return Treated("changed")


def clips(iterations: Sequence[Iteration]) -> tuple[Clip, ...] | None:
    """The clipping of each iteration; None where nothing was clipped in any of them.

    Where an iteration's gradients weren't clipped, the limit is one that they keep to.

    Raises:
        UsageError: they were clipped in two ways.
    """
    found = [treated(iteration) for iteration in iterations]
    limits = [row for row in found if row.how in ("norm", "value")]
    if not limits:
        return None
    by = limits[0].how
    if any(row.how != by for row in limits):
        raise UsageError("clipping by norm and by value", "record one step at a time")
    return tuple(
        Clip(by, row.limit if row.how == by else max(limits[0].limit, _size(iteration, by)))
        for iteration, row in zip(iterations, found, strict=True)
    )


def shared(some: Sequence[Clip]) -> Clip | None:
    """The one clipping that all iterations can have; None where each has its own."""
    least = min(some, key=lambda clip: clip.limit)
    same = all(np.isclose(clip.limit, least.limit, rtol=1e-10, atol=0) for clip in some)
    return least if same else None


def _size(iteration: Iteration, by: str) -> float:
    """A little more than ‖g‖, or the largest |g|."""
    g = _flat(iteration.last.after, iteration.last.after)
    return (1 + 1e-6) * float(np.linalg.norm(g) if by == "norm" else np.abs(g).max(initial=0.0))


def _equal(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[n], other[n]) for n in one)


def _flat(arrays: Arrays, names: Iterable[str]) -> Numbers:
    parts = [arrays[name].astype(float).ravel() for name in names if name in arrays]
    return np.concatenate(parts) if parts else np.zeros(0)
