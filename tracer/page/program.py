"""The program of a page: for every convention and batch size the arrays to fill, in order.

Functions and shown formulas that are the same are written once; a way of calculating is a list of
their numbers. Arrays are numbered, and keep their number from one convention to another as long as
they have the same shape.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from tracer.diagnose.variant import Variant
from tracer.formula import symbols
from tracer.formula.lazy import Index
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.quantity import OF_A_BIAS, Stage
from tracer.page.code import array_function
from tracer.page.names import Labels, Names
from tracer.page.patterns import Piece, pieces, placed
from tracer.page.shown import Numbered, Shown, shown_pieces
from tracer.page.whole import Whole, is_of_samples, whole


@immutable
class ArrayKey:
    """An array without its samples: the same numbers in every batch.

    `numbered`: the number of its first element, where another way of calculating counts otherwise:
    b2 is the second layer's bias where layers share theirs, and else a neuron's of the first.
    """

    array: Hashable
    shape: Index
    numbered: int = 0


@dataclass(slots=True)
class Program:
    """`arrays`, `functions`, `formulas`: what the steps' numbers stand for.

    `calculated`: the arrays that some way of calculating calculates; the others are given. `named`: how
    the elements of each array are called. `labels_of` gives the names of a way of calculating.
    """

    labels_of: Callable[[Variant[Any]], Labels]
    arrays: dict[ArrayKey, int] = field(default_factory=dict)
    named: dict[ArrayKey, tuple[Names, Names]] = field(default_factory=dict)
    functions: dict[str, int] = field(default_factory=dict)
    formulas: dict[tuple[Shown, ...], int] = field(default_factory=dict)
    calculated: set[Hashable] = field(default_factory=set)
    _known: dict[Hashable, int] = field(default_factory=dict)
    _labels: Labels = field(init=False)
    _first: Mapping[int, int] = field(default_factory=dict)

    def begin(self, variant: Variant[Any]) -> None:
        """What follows is about this way of calculating."""
        self._labels = self.labels_of(variant)
        experiment = variant.experiment
        if isinstance(experiment, Experiment):
            self._first = {layer.number: layer.first_bias for layer in experiment.network.layers}

    def number(self, array: Hashable, shape: Index) -> int:
        """The number of an array, a new one where it is new."""
        counted = isinstance(array, Stage) and array.kind in OF_A_BIAS
        first = self._first.get(array.layer, 0) if counted else 0  # type: ignore[attr-defined]
        key = ArrayKey(array, without_samples(array, shape), first)
        if key not in self.arrays:
            self.named[key] = (
                self._labels.names(array, key.shape),
                self._labels.labels(array, key.shape),
            )
        return self.arrays.setdefault(key, len(self.arrays))

    def steps(self, variant: Variant[Any], samples: int, *, end: bool) -> list[list[int]]:
        """[array, function, formula, …] for every array in order; `end`: before the update only.

        Where what is calculated is another formula than the one that people use, that one's number and
        the function of the usual one follow.
        """
        calculated = whole(variant, samples)
        usual, short = (whole(variant, samples, shown=True, by=by) for by in (False, True))
        if end:
            calculated = calculated.before_update()
        self.calculated |= calculated.elements.keys()
        for array, shape in calculated.shapes.items():
            self.number(array, shape)
        return [
            [
                self.number(array, calculated.shapes[array]),
                self._once(self._function, array, calculated),
                *self._formulas(array, usual, short),
            ]
            for array in calculated.elements
        ]

    def arrays_of(self, variant: Variant[Any], samples: int) -> list[int]:
        """The numbers of all arrays of a way of calculating."""
        shapes = whole(variant, samples).shapes
        return [self.number(array, shape) for array, shape in shapes.items()]

    def _formulas(self, array: Hashable, usual: Whole, short: Whole) -> Iterator[int]:
        """The formula that people use, and what is calculated in its place where that is another."""
        if array not in usual.elements:
            return
        found, other = (self._once(self._shown, array, each) for each in (usual, short))
        yield found
        if other != found:
            yield other
            yield self._once(self._function, array, usual)

    def _once(
        self, write: Callable[[Hashable, Whole], int], array: Hashable, calculated: Whole
    ) -> int:
        """`write`, unless it has been done: from one way to another most formulas stay.

        Arrays of the same shape whose first and last element have the same formulas are the same.
        """
        if calculated.special:
            return write(array, calculated)
        shape, element, number = calculated.shapes[array], calculated.elements[array], self._numbers
        ends = (0,) * len(shape), tuple(size - 1 for size in shape)
        formulas = tuple(placed(element(end), calculated.locate) for end in ends)
        used = {key.array for formula in formulas for key in symbols(formula)}
        numbered = number(calculated)  # biases have other numbers where an earlier layer has more
        key = write.__name__, numbered(array), shape, formulas, frozenset(map(numbered, used))
        if key not in self._known:
            self._known[key] = write(array, calculated)
        return self._known[key]

    def _function(self, array: Hashable, calculated: Whole) -> int:
        source = array_function(array, self._pieces(array, calculated), self._numbers(calculated))
        return self.functions.setdefault(source, len(self.functions))

    def _shown(self, array: Hashable, calculated: Whole) -> int:
        def label(used: Hashable, offset: int) -> str:
            shape = without_samples(used, calculated.shapes.get(used, ()))
            return self._labels.label(used, shape, offset % prod(shape))

        found = self._pieces(array, calculated)
        formulas = tuple(shown_pieces(found, self._numbers(calculated), label))
        return self.formulas.setdefault(formulas, len(self.formulas))

    def _numbers(self, calculated: Whole) -> Numbered:
        return lambda used: self.number(used, calculated.shapes.get(used, ()))

    def _pieces(self, array: Hashable, calculated: Whole) -> list[Piece]:
        shape, element = calculated.shapes[array], calculated.elements[array]
        return list(pieces(shape, element, calculated.locate, thorough=calculated.special))


def without_samples(array: Hashable, shape: Index) -> Index:
    """The shape of an array for one sample."""
    return shape[1:] if is_of_samples(array) else shape
