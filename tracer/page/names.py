"""How the numbers of a page are called: by name, and as MathML; for whole arrays at once.

A list, or where only a number counts up (`w1`, `w2`, …) what stands before and behind it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from math import prod
from typing import Any

from tracer.formula.lazy import Index
from tracer.language import message, say
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.model.words import plain
from tracer.page.whole import Local, is_of_samples
from tracer.show.document import Notation

_COUNTED = re.compile(r"\d+")
_LISTED = 2000
"""Names up to which all of them are looked at; of a longer array some, which must count up."""
_TRIED = (2, 3, 7, 64, 999)

Names = list[str] | tuple[str, int, str]


class Labels:
    """The names of arrays' elements; `notation` writes MathML, its canonical names are ASCII."""

    def __init__(self, notation: Notation) -> None:
        self._notation = notation

    def label(self, array: Hashable, shape: Index, offset: int) -> str:
        """The name as MathML."""
        return self._notation.name(_identity(array, shape, offset))

    def name(self, array: Hashable, shape: Index, offset: int) -> str:
        """The canonical name, of iteration 1 and of no sample."""
        if isinstance(array, Local):  # as pictures of graphs call it
            return f"{self._notation.canonical(array.derivative)}:local"
        return self._notation.canonical(_identity(array, shape, offset))

    def names(self, array: Hashable, shape: Index) -> Names:
        """The canonical names of a whole array, without its samples."""
        return _all(lambda offset: self.name(array, shape, offset), prod(shape))

    def labels(self, array: Hashable, shape: Index) -> Names:
        """The same as MathML."""
        return _all(lambda offset: self.label(array, shape, offset), prod(shape))


def _identity(array: Any, shape: Index, offset: int) -> Any:
    """The quantity at an offset; `shape` is without samples, the array of one sample is meant."""
    if isinstance(array, Local):
        return array.derivative
    if not isinstance(array, Stage):
        return array
    index = unravelled(offset, shape)
    return Quantity(array, index[1:] if array.mean else index)


def unravelled(offset: int, shape: Index) -> Index:
    """The place at an offset of an array that is flat, row by row."""
    index: list[int] = []
    for size in reversed(shape):
        offset, last = divmod(offset, size)
        index.append(last)
    return tuple(reversed(index))


def _all(name: Callable[[int], str], size: int) -> Names:
    if size > 2:
        counting = _counting(name, size)
        if counting is not None:
            return counting
    return [name(offset) for offset in range(size)]


def _counting(name: Callable[[int], str], size: int) -> tuple[str, int, str] | None:
    """What stands before and behind a number that counts up; None where the names do otherwise."""
    first = name(0)
    tried = range(size) if size <= _LISTED else [*(t for t in _TRIED if t < size), size - 1]
    for found in _COUNTED.finditer(first):
        before, start, behind = first[: found.start()], int(found[0]), first[found.end() :]
        if all(name(k) == f"{before}{start + k}{behind}" for k in tried):
            return before, start, behind
    return None


def array_words(array: Any) -> str:
    """What stands in an array, in words."""
    if isinstance(array, (Stage, Quantity)):
        return plain(say(array.kind.template))
    return say("local derivative") if isinstance(array, Local) else say("gradient")


_HEADS = {
    Kind.WEIGHT: message("before"),
    Kind.WEIGHT_STATE: message("optimiser's state"),
    Kind.WEIGHT_OF_DATA: message("the data's part of the gradient"),
    Kind.WEIGHT_OF_PENALTY: message("the penalty's part of the gradient"),
    Kind.WEIGHT_GRADIENT: message("gradient"),
    Kind.WEIGHT_CLIPPED: message("gradient after clipping"),
    Kind.NEW_WEIGHT_STATE: message("optimiser's state after the update"),
    Kind.WEIGHT_CORRECTED: message("corrected state"),
    Kind.NEW_WEIGHT: message("after the update"),
}
_HEADS |= {Kind[kind.name.replace("WEIGHT", "BIAS")]: words for kind, words in _HEADS.items()}


def array_head(array: Any) -> str:
    """The same above a column of a table of parameters, where it is clear what they are of."""
    kind = array.kind if isinstance(array, (Stage, Quantity)) else None
    return say(_HEADS[kind]) if kind in _HEADS else array_words(array)


def is_part(array: Any) -> bool:
    """Whether it holds the samples' own parts of gradients, which are called by the sample only."""
    return is_of_samples(array) and array.kind in (Kind.WEIGHT_PART, Kind.BIAS_PART)
