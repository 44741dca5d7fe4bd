"""What happened to the gradients between `backward` and the optimiser's step: clipped, zeroed, changed.

Symbols: g the gradients that backward left, of all parameters together; h those that the step got;
c the limit. PyTorch's clip_grad_norm_ gives h = g·c/(‖g‖ + 1e-6) where that is smaller than g.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tracer.errors import UsageError
from tracer.model.clipping import Clip
from tracer.torch.steps import Arrays, Iteration
from tracer.torch.tape import Numbers


@dataclass(frozen=True, slots=True)
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


def read_clip(iterations: Sequence[Iteration]) -> Clip | None:
    """The clipping of all iterations together; None where nothing was clipped.

    Raises:
        UsageError: the limits of several iterations aren't one limit of ours.
    """
    found = [treated(iteration) for iteration in iterations]
    clips = [row for row in found if row.how in ("norm", "value")]
    if not clips:
        return None
    by, limit = clips[0].how, clips[0].limit
    if any(row.how != by or not np.isclose(row.limit, limit, rtol=1e-10, atol=0) for row in clips):
        raise UsageError(
            "clipping in several iterations: PyTorch divides by ‖g‖ + 1e-6, so that the limit is "
            "another in each",
            "record one step at a time",
        )
    for iteration, row in zip(iterations, found, strict=True):
        whole = _flat(iteration.last.after, list(iteration.last.after))
        size = np.linalg.norm(whole) if by == "norm" else np.abs(whole).max(initial=0.0)
        if row.how == "same" and iteration.step is not None and size > limit * (1 + 1e-6):
            raise UsageError("clipping in some iterations only", "record one step at a time")
    return Clip(by, limit)


def _equal(one: Arrays, other: Arrays) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[n], other[n]) for n in one)


def _flat(arrays: Arrays, names: Iterable[str]) -> Numbers:
    parts = [arrays[name].astype(float).ravel() for name in names if name in arrays]
    return np.concatenate(parts) if parts else np.zeros(0)
