"""A step that a program makes by itself, `p -= lr * p.grad`, seen as parameters that have changed.

w⁺ = w − lr·g leaves, of each number, an interval in which lr must lie, as wide as rounding makes it.
Where all of them have something in common, that is the step; its rate is the one of the step before if
that lies there, else the shortest decimal that does.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch

from tracer.torch.iterations import Arrays, Pass, Step
from tracer.torch.tape import Numbers

Interval = tuple[float, float]

_NOWHERE: Interval = (np.inf, -np.inf)
_ULPS = 4
_DIGITS = 17


def changed(before: Pass, values: Arrays) -> tuple[str, ...]:
    """The parameters that aren't any more what they were in a pass."""
    seen = {p.parameter: p.value for p in before.chain.parameters}
    return tuple(n for n, w in seen.items() if n in values and not np.array_equal(w, values[n]))


def step_by_hand(before: Pass, values: Arrays, usual: float | None) -> Step | None:
    """The step of plain SGD that leads from a pass to these values; None where there is none.

    `usual`: the learning rate of the step before, if there was one.
    """
    seen = {p.parameter: p.value for p in before.chain.parameters}
    lies = {n: _interval(seen[n], before.after[n], values[n]) for n in seen if n in before.after}
    moved = changed(before, values)
    rate = _rate([lies.get(name, _NOWHERE) for name in moved], usual)
    if rate is None:
        return None
    held = [n for n, (low, high) in lies.items() if n in moved or low <= rate <= high]
    options = {**torch.optim.SGD([torch.zeros(1)]).defaults, "lr": rate}
    nothing: dict[str, Arrays] = {name: {} for name in held}
    step = (dict.fromkeys(held, options), before.after, seen, {**seen, **values})
    return Step(torch.optim.SGD, 0, *step, nothing, nothing, by_hand=True)


def _rate(intervals: Sequence[Interval], usual: float | None) -> float | None:
    """The learning rate on which all agree, if there is one."""
    low = max((low for low, _ in intervals), default=0.0)
    high = min((high for _, high in intervals), default=np.inf)
    if not low <= high < np.inf:
        return None
    middle = (low + high) / 2
    decimals = (float(f"{middle:.{digits}g}") for digits in range(1, _DIGITS + 1))
    candidates = decimals if usual is None else chain([usual], decimals)
    rate = next((number for number in candidates if low <= number <= high), middle)
    return rate if rate > 0 else None


def _interval(w: Numbers, g: Numbers, new: Numbers) -> Interval:
    """Where lr lies by the numbers of one parameter: nowhere if one moved without a gradient."""
    epsilon = float(np.finfo(w.dtype).eps)
    w, g, new = (array.astype(float).ravel() for array in (w, g, new))
    moves = g != 0
    if (w != new)[~moves].any():
        return _NOWHERE
    lost = _ULPS * epsilon * np.maximum(np.abs(w), np.abs(new))
    ends = [((w - new + sign * lost)[moves] / g[moves]) for sign in (-1, 1)]
    return (
        float(np.minimum(*ends).max(initial=0.0)),
        float(np.maximum(*ends).min(initial=np.inf)),
    )
