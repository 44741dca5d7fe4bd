"""Heights of a graph's places: neighbours as level as the order and the sizes on a rank allow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

_APART = 20.0
_PASSING = 22.0
"""The thickness of a place where only a line passes."""
_ROUNDS = 24


def levelled(
    order: Sequence[Sequence[str]], links: Iterable[tuple[str, str]], thick: Mapping[str, float]
) -> dict[str, float]:
    """The height of each place; on a rank they keep their order and their distances."""
    beside: dict[str, list[str]] = {}
    for start, end in sorted(links):
        beside.setdefault(start, []).append(end)
        beside.setdefault(end, []).append(start)
    heights: dict[str, float] = {}
    for keys in order:
        _settle(keys, [0.0] * len(keys), thick, heights)
    for round_ in range(_ROUNDS):
        for keys in order if round_ % 2 == 0 else reversed(order):
            wanted = [_mean(key, beside.get(key, ()), heights) for key in keys]
            _settle(keys, wanted, thick, heights)
    return heights


def _mean(key: str, neighbours: Sequence[str], heights: Mapping[str, float]) -> float:
    if not neighbours:
        return heights[key]
    return math.fsum(heights[other] for other in neighbours) / len(neighbours)


def _settle(
    keys: Sequence[str],
    wanted: Sequence[float],
    thick: Mapping[str, float],
    heights: dict[str, float],
) -> None:
    """As near as possible to what is wanted: whoever would overlap forms a block at their mean.

    The least squares under distances, by pooling neighbours that are out of order.
    """
    offsets, so_far = [], 0.0
    for place, key in enumerate(keys):
        half = thick.get(key, _PASSING) / 2
        so_far += half if place == 0 else half + _APART
        offsets.append(so_far)
        so_far += half
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        total, count = want - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before, number = blocks.pop()
            total, count = total + before, count + number
        blocks.append((total, count))
    shifts = [total / count for total, count in blocks for _ in range(count)]
    for key, offset, shift in zip(keys, offsets, shifts, strict=True):
        heights[key] = offset + shift
