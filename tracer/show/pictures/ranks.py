"""Where a computation graph stands: ranks from left to right, crossings undone, lines bent gently.

The steps of Sugiyama, Tagawa and Toda (1981): a rank for each node (the longest way to it; an input
just before whoever uses it first), a place on each rank that a long edge passes, an order within the
ranks by barycentres of the neighbours, and heights that pull neighbours level.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from tracer.immutable import immutable
from tracer.show.pictures.picture import Edge, Picture
from tracer.show.pictures.placed import (
    LINE,
    Box,
    Line,
    Placed,
    Point,
    Size,
    Spot,
    Writing,
    sizes,
)
from tracer.show.pictures.spacing import levelled

_MARGIN = 18.0
_SWEEPS = 12
_GAP, _AROUND = 46.0, 18.0
_TRIES = tuple(sorted((place / 32 for place in range(2, 31)), key=lambda share: abs(share - 0.5)))
_FEW, _WIDER, _MOST_WIDER = 6, 7.0, 240.0
"""A gap with more labels than `_FEW` is wider by `_WIDER` for each, up to `_MOST_WIDER`."""

Ranks = list[list[str]]
Pair = tuple[str, str]


def place_ranks(pictures: Sequence[Picture], writing: Writing) -> list[Placed]:
    """The pictures of one graph, all in the same coordinates."""
    first = pictures[0]
    room = sizes(pictures, writing)
    rank = _ranks(first)
    ways = {edge: _way(edge, rank) for edge in first.edges}
    links = {pair for way in ways.values() for pair in pairwise(way)}
    order = _ordered(first, rank, ways, links)
    thick = {key: size.height + 2 * size.outside for key, size in room.items()}
    heights = levelled(order, links, thick)
    middles, wide = _across(order, room, first.edges, rank, writing)
    # Long edges pass places of their own, beyond the nodes where there are many.
    top = min(y - thick.get(key, 0.0) / 2 for key, y in heights.items())
    bottom = max(y + thick.get(key, 0.0) / 2 for key, y in heights.items()) - top
    places = {
        key: (middles[place], heights[key] - top)
        for place, keys in enumerate(order)
        for key in keys
    }
    right = max(middles[rank[key]] + room[key].width / 2 for key in room) + _MARGIN
    found = []
    for picture in pictures:
        boxes = tuple(
            Box(node, *places[node.key], room[node.key].width, room[node.key].height)
            for node in picture.nodes
        )
        lines = tuple(_lines(picture, ways, places, room, wide, writing))
        found.append(Placed(picture, right, bottom, boxes, lines))
    return found


def _ranks(picture: Picture) -> dict[str, int]:
    """The longest way from an input; an input stands just before whoever uses it first."""
    used: dict[str, list[str]] = {node.key: [] for node in picture.nodes}
    users: dict[str, list[str]] = {node.key: [] for node in picture.nodes}
    for edge in picture.edges:
        used[edge.target].append(edge.source)
        users[edge.source].append(edge.target)
    rank: dict[str, int] = {}
    for node in picture.nodes:
        rank[node.key] = max((rank[key] + 1 for key in used[node.key]), default=0)
    for node in picture.nodes:
        if not used[node.key] and users[node.key]:
            rank[node.key] = min(rank[user] for user in users[node.key]) - 1
    return rank


def _way(edge: Edge, rank: Mapping[str, int]) -> tuple[str, ...]:
    """The places that an edge passes, one a rank: its nodes, and between them places of its own."""
    between = range(rank[edge.source] + 1, rank[edge.target])
    own = (f"{edge.source}\0{edge.target}\0{place}" for place in between)
    return (edge.source, *own, edge.target)


def _ordered(
    picture: Picture,
    rank: Mapping[str, int],
    ways: Mapping[Edge, Sequence[str]],
    links: Iterable[Pair],
) -> Ranks:
    """The places of each rank from top to bottom, with as few crossings as the sweeps find."""
    order: Ranks = [[] for _ in range(max(rank.values()) + 1)]
    for node in picture.nodes:
        order[rank[node.key]].append(node.key)
    for edge, way in ways.items():
        for place, key in enumerate(way[1:-1], rank[edge.source] + 1):
            order[place].append(key)
    before, after = _neighbours(links)
    best, fewest = [list(keys) for keys in order], _crossings(order, after)
    for sweep in range(_SWEEPS):
        forwards = sweep % 2 == 0
        ranks = range(1, len(order)) if forwards else range(len(order) - 2, -1, -1)
        for place in ranks:
            beside = order[place - 1] if forwards else order[place + 1]
            order[place] = _by_barycentre(order[place], beside, before if forwards else after)
        count = _crossings(order, after)
        if count < fewest:
            best, fewest = [list(keys) for keys in order], count
    return best


def _neighbours(links: Iterable[Pair]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for start, end in links:
        before.setdefault(end, []).append(start)
        after.setdefault(start, []).append(end)
    return before, after


def _by_barycentre(
    keys: Sequence[str], beside: Sequence[str], neighbours: Mapping[str, Sequence[str]]
) -> list[str]:
    """Sorted by the mean place of their neighbours; who has none stays where it is."""
    places = {key: place for place, key in enumerate(beside)}

    def mean(own: int, key: str) -> float:
        there = [places[other] for other in neighbours.get(key, ())]
        if not there:
            return own * (len(beside) - 1) / max(len(keys) - 1, 1)
        return sum(there) / len(there)

    return [key for _, key in sorted(enumerate(keys), key=lambda pair: mean(*pair))]


def _crossings(order: Ranks, after: Mapping[str, Sequence[str]]) -> int:
    """How often lines cross."""
    found = 0
    for keys, beside in pairwise(order):
        places = {key: place for place, key in enumerate(beside)}
        ends = [sorted(places[end] for end in after.get(key, ())) for key in keys]
        passed: list[int] = []
        for own in ends:
            found += sum(1 for end in own for other in passed if other > end)
            passed += own
    return found


def _across(
    order: Ranks,
    room: Mapping[str, Size],
    edges: Iterable[Edge],
    rank: Mapping[str, int],
    writing: Writing,
) -> tuple[list[float], list[float]]:
    """The middle of each rank, and its width."""
    wide = [max((room[key].width for key in keys if key in room), default=0.0) for keys in order]
    gaps, labels = [_GAP] * len(order), [0] * len(order)
    for edge in edges:
        for figure in edge.labels:
            before = rank[edge.target] - 1
            labels[before] += 1
            gaps[before] = max(gaps[before], writing.wide(figure) + 2 * _AROUND)
    for place, count in enumerate(labels):
        gaps[place] += min(_WIDER * max(count - _FEW, 0), _MOST_WIDER)
    middles, left = [], _MARGIN
    for width, gap in zip(wide, gaps, strict=True):
        middles.append(left + width / 2)
        left += width + gap
    return middles, wide


@immutable
class _Label:
    """The paper of a number: what no other may cover."""

    x: float
    y: float
    width: float

    def meets(self, other: _Label) -> bool:
        near = abs(self.x - other.x) < (self.width + other.width) / 2 + 4
        return near and abs(self.y - other.y) < LINE - 1


def _lines(
    picture: Picture,
    ways: Mapping[Edge, Sequence[str]],
    places: Mapping[str, Point],
    room: Mapping[str, Size],
    wide: Sequence[float],
    writing: Writing,
) -> Iterator[Line]:
    taken: list[_Label] = []
    by_ends = {(edge.source, edge.target): way for edge, way in ways.items()}
    ranks = dict(zip(sorted({x for x, _ in places.values()}), wide, strict=True))
    for edge in picture.edges:
        points = _curve(
            [places[key] for key in by_ends[edge.source, edge.target]], edge, room, ranks
        )
        spots = []
        for figure in edge.labels:
            label = _free(points[-4:], writing.wide(figure) + 6, taken)
            if label:
                taken.append(label)
                spots.append(Spot(figure, label.x, label.y))
        yield Line(edge, points, tuple(spots))


def _curve(
    way: Sequence[Point], edge: Edge, room: Mapping[str, Size], ranks: Mapping[float, float]
) -> tuple[Point, ...]:
    """From box to box: level through the places that it passes, bent between the ranks."""
    stops: list[Point] = []
    for place, (x, y) in enumerate(way):
        half = ranks[x] / 2
        if place == 0:
            stops += [(x + room[edge.source].width / 2, y), (x + half, y)]
        elif place == len(way) - 1:
            stops += [(x - half, y), (x - room[edge.target].width / 2, y)]
        else:
            stops += [(x - half, y), (x + half, y)]
    points = [stops[0]]
    for place in range(0, len(stops) - 2, 2):
        level, start, end = stops[place], stops[place + 1], stops[place + 2]
        if place == 0:
            start = level
        else:
            points += _straight(points[-1], start)
        last = place + 2 == len(stops) - 2
        end = stops[-1] if last else end
        bend = (end[0] - start[0]) / 2
        points += [(start[0] + bend, start[1]), (end[0] - bend, end[1]), end]
    return tuple(points)


def _straight(start: Point, end: Point) -> list[Point]:
    third = (end[0] - start[0]) / 3
    return [(start[0] + third, start[1]), (end[0] - third, end[1]), end]


def _free(curve: Sequence[Point], width: float, taken: Sequence[_Label]) -> _Label | None:
    """A place on the curve where no other number stands; None where all are taken."""
    tries = (_Label(*_bezier(curve, share), width) for share in _TRIES)
    return next((t for t in tries if not any(t.meets(other) for other in taken)), None)


def _bezier(curve: Sequence[Point], t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (math.fsum(w * p[axis] for w, p in zip(weights, curve, strict=True)) for axis in (0, 1))
    return x, y
