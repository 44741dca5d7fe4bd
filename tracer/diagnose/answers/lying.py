"""How an array lies in a file: as the engine's own, turned round, iterations first, or written shorter.

A batch of one sample, or a bias, may come with axes of length 1 more or less; weights with a row for
each input, samples in columns; a layer's shared bias once for each of its neurons; classes for targets;
and one array for all iterations, the first of them first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tracer.config.arrays import in_words
from tracer.config.report import counted
from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import Bias, FloatArray
from tracer.model.quantity import OF_A_BIAS, OF_A_WEIGHT, Kind, Stage

Shape = tuple[int, ...]
_MOST = 100_001
"""Iterations in a file: there is an answer for each."""
_SHARED = frozenset({Kind.BIAS, Kind.NEW_BIAS})


@immutable
class Lying:
    """Which ways round an array fits, and how it was written; `iterations` is 0 for only one.

    `direct`: as it is; `turned`: with a row for each input, or a column for each sample. `shared`: once
    for each neuron that shares the number; `classes`: the number of the class for each sample.
    """

    direct: bool = True
    turned: bool = False
    shared: bool = False
    classes: bool = False
    iterations: int = 0

    def iterated(self, values: FloatArray) -> Iterator[FloatArray]:
        """The array of each iteration."""
        yield from values if self.iterations else [values]

    def in_shape(self, values: FloatArray, shape: Shape, *, turned: bool) -> FloatArray:
        """The numbers in the engine's shape.

        Raises:
            ValueError: they aren't the same for all that share one, or no classes.
        """
        if self.shared:
            if not (values == values.flat[0]).all():
                raise ValueError("the layer has one bias, which its neurons share; these differ")
            values = values.ravel()[:1]
        if self.classes:
            values = _one_hot(values.ravel(), shape[-1])
        engine_s: FloatArray = values.reshape(shape[::-1]).T if turned else values.reshape(shape)
        return engine_s


def lying(stage: Stage, shape: Shape, trace: IterationTrace, said: int = 0) -> Lying:
    """How an array of that shape can be the stage's; `said`: how many iterations a file says it has.

    Raises:
        ValueError: it can't; the message says which shape it should have.
    """
    true = trace.arrays[stage].shape
    inner = _way(stage, shape[1:], true, trace) if shape else None
    several = inner and Lying(inner.direct, inner.turned, inner.shared, inner.classes, shape[0])
    if said:
        found, fits = several, bool(shape) and shape[0] == said
    else:
        alone = _way(stage, shape, true, trace)
        found = alone or several
        most = most_iterations(trace.experiment)
        fits = bool(alone) or (bool(shape) and 1 < shape[0] <= most)
        if several and not fits and len(shape) > len(true) and shape[0] > most:
            made = most - 1 or 1
            words = f"there {'is' if made == 1 else 'are'} {counted(made, 'iteration')}"
            raise ValueError(f"an array for each of {shape[0]} iterations, and {words}")
    if found and fits:
        return found
    wanted = (said, *true) if said else true
    raise ValueError(f"the shape is {in_words(shape)}, expected {in_words(wanted)}")


def most_iterations(experiment: Experiment | GraphExperiment) -> int:
    """So many iterations may lie along the first axis of an array: the last one has no update."""
    training = experiment.training
    return min(training.iterations + 1, _MOST) if training else 1


def _way(stage: Stage, shape: Shape, true: Shape, trace: IterationTrace) -> Lying | None:
    given, wanted = _squeezed(shape), _squeezed(true)
    by_rows = len(true) == len(wanted) == 2 and (stage.kind in OF_A_WEIGHT or stage.of_a_sample)
    direct, turned = given == wanted, by_rows and given == wanted[::-1]
    if direct or turned:
        return Lying(direct, turned)
    layer = trace.experiment.network.layers[stage.layer - 1] if stage.kind in OF_A_BIAS else None
    if layer and layer.bias is Bias.SHARED and given == (len(layer.neurons),):
        return Lying(shared=True) if stage.kind in _SHARED else None
    if stage.kind is Kind.TARGET and true[-1] > 1 and given == _squeezed(true[:1]):
        return Lying(classes=True)
    return None


def _squeezed(shape: Shape) -> Shape:
    return tuple(n for n in shape if n != 1)


def _one_hot(classes: FloatArray, n: int) -> FloatArray:
    """(samples,) classes, counted from 0 → (samples, n)."""
    wrong = classes[~np.isin(classes, np.arange(n))]
    if wrong.size:
        raise ValueError(f"{wrong[0]:g} is no class: they are counted from 0 to {n - 1}")
    rows: FloatArray = np.eye(n)[classes.astype(int)]
    return rows
