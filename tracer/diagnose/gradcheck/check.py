"""The verdict on each gradient: does backpropagation agree with differences of the loss?

The complex step decides where every function takes complex numbers, else central differences, or
the five-point formula where rounding would drown them. What differences can't tell from rounding
errors is not called a disagreement: their size is measured by shaking the calculation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import StrEnum

import numpy as np

from tracer.diagnose.gradcheck.differences import Estimate, central, complex_step, five_point
from tracer.diagnose.gradcheck.subjects import GraphSubject, NetworkSubject, Subject
from tracer.errors import BptraceError
from tracer.graph.structure import Graph
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray
from tracer.model.quantity import Quantity

RELATIVE = 1e-8
"""Relative difference up to which two numbers agree whatever their errors."""
SAMPLED = 200
"""Of a network with more parameters about so many are checked."""

_SHAKES = 4
_SAFETY = 4.0
_EPS = float(np.finfo(float).eps)


class GradientVerdict(StrEnum):
    """What came out; `kink`: there is no derivative there, or too near for differences."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    KINK = "kink"


@immutable
class GradientFinding:
    """One gradient: by backpropagation, by differences, |difference| over the larger of the two.

    `central` is the central difference, None where the loss can't be calculated beside the point;
    `numeric` is what decided, by `method`. `note` says why it does not simply agree.
    """

    quantity: Quantity
    analytic: float
    numeric: float | None
    verdict: GradientVerdict
    method: str = ""
    central: float | None = None
    note: str = ""

    @property
    def relative_error(self) -> float | None:
        """|analytic − numeric| / max(|analytic|, |numeric|), 0 where both are 0."""
        if self.numeric is None:
            return None
        size = max(abs(self.analytic), abs(self.numeric))
        apart = abs(self.analytic - self.numeric)
        if math.isinf(apart):  # of two numbers near the ends of float64
            return abs(self.analytic / size - self.numeric / size)
        return apart / size if size else 0.0


@immutable
class GradientCheck:
    """The checks that were made, of `total` gradients."""

    checks: tuple[GradientFinding, ...]
    total: int

    @property
    def unchecked(self) -> int:
        """How many were left out."""
        return self.total - len(self.checks)

    def count(self, verdict: GradientVerdict) -> int:
        """How many came out so."""
        return sum(check.verdict is verdict for check in self.checks)


def check_network(
    experiment: Experiment, *, all: bool = False, progress: Callable[[int], None] | None = None
) -> GradientCheck:
    """Check every weight and bias, frozen ones too, over the first iteration's batch.

    Of more than `SAMPLED` parameters an even share of each layer's weights and biases is drawn,
    always the same, unless `all`. Raises UsageError without data.
    """
    subject = NetworkSubject(experiment)
    chosen: Sequence[int] = range(len(subject.quantities))
    if len(chosen) > SAMPLED and not all:
        chosen = _drawn(experiment)
    return check_gradients(subject, chosen, progress)


def check_graph(graph: Graph) -> GradientCheck:
    """Check the gradient of every input. Raises GraphValueError where there is none."""
    return check_gradients(GraphSubject(graph))


def check_gradients(
    subject: Subject,
    chosen: Sequence[int] | None = None,
    progress: Callable[[int], None] | None = None,
) -> GradientCheck:
    """Check the gradients at the chosen places of the subject's vector, all by default."""
    scale = _Scale.of(subject)
    checks = []
    for index in range(len(subject.quantities)) if chosen is None else chosen:
        checks.append(_checked(subject, index, scale))
        if progress:
            progress(len(checks))
    return GradientCheck(tuple(checks), len(subject.quantities))


@immutable
class _Scale:
    """The gradient, and what rounding can do to it and to the loss."""

    gradient: FloatArray
    of_gradient: FloatArray
    of_loss: float

    @staticmethod
    def of(subject: Subject) -> _Scale:
        loss, gradient = subject.calculated()
        rng = np.random.default_rng(0)
        off_gradient, off_loss = np.zeros_like(gradient), 0.0
        for _ in range(_SHAKES):
            try:
                shaken_loss, shaken = subject.calculated(rng)
            except BptraceError:
                continue  # at the end of a function's domain
            with np.errstate(over="ignore"):
                off_gradient = np.maximum(off_gradient, abs(shaken - gradient))
            off_loss = max(off_loss, abs(shaken_loss - loss))
        noise = _SAFETY * (off_loss + _EPS * abs(loss))
        with np.errstate(over="ignore"):
            return _Scale(gradient, _SAFETY * off_gradient, noise)


@immutable
class _Comparer:
    """Compares one gradient with estimates of it."""

    analytic: float
    rounding: float

    def agrees(self, estimate: Estimate) -> bool:
        """Within the estimate's error, rounding, and what no one would call a difference."""
        allowed = estimate.error + self.rounding + RELATIVE * self._size(estimate)
        return abs(self.analytic - estimate.value) <= allowed

    def decisive(self, estimate: Estimate) -> bool:
        """Whether its error is too small to hide a wrong gradient."""
        return estimate.error <= 100 * RELATIVE * self._size(estimate)

    def note(self, estimate: Estimate) -> str:
        """Says so where two numbers agree only because both are so small."""
        near = abs(self.analytic - estimate.value) <= 100 * RELATIVE * self._size(estimate)
        return "" if near else say("equal to within rounding errors")

    def _size(self, estimate: Estimate) -> float:
        return max(abs(self.analytic), abs(estimate.value))


def _checked(subject: Subject, index: int, scale: _Scale) -> GradientFinding:
    quantity, analytic = subject.quantities[index], float(scale.gradient[index])
    judge = _Comparer(analytic, float(scale.of_gradient[index]))
    difference = central(subject, index, scale.of_loss)
    estimate = _best(subject, index, scale, judge, difference)
    if estimate is None:
        note = say("the loss has no value right beside this point")
        return GradientFinding(quantity, analytic, None, GradientVerdict.KINK, note=note)
    beside = difference.value if difference else None
    found = (quantity, analytic, estimate.value)
    if judge.agrees(estimate):
        agrees, note = GradientVerdict.AGREES, judge.note(estimate)
        if estimate.kinks:
            note = say(
                "{kink}: the mean of the slopes beside it", kink=subject.kink(estimate.kinks[0])
            )
        return GradientFinding(*found, agrees, estimate.method, beside, note)
    if estimate.kinks:
        first, *more = estimate.kinks
        note = subject.kink(first)
        if more:
            note = say("{kink}, and {count} more", kink=note, count=len(more))
        return GradientFinding(*found, GradientVerdict.KINK, estimate.method, beside, note)
    note = subject.reservation(quantity)
    return GradientFinding(*found, GradientVerdict.DISAGREES, estimate.method, beside, note)


def _best(
    subject: Subject, index: int, scale: _Scale, judge: _Comparer, difference: Estimate | None
) -> Estimate | None:
    """The estimate that decides; beside a kink the central difference, for it sees both sides."""
    if difference and difference.kinks:
        return difference
    exact = complex_step(subject, index)
    if exact is not None:
        return exact
    if difference and judge.decisive(difference):
        return difference
    wide = five_point(subject, index, scale.of_loss)
    candidates = [estimate for estimate in (difference, wide) if estimate is not None]
    return min(candidates, key=lambda estimate: estimate.error, default=None)


def _drawn(experiment: Experiment) -> list[int]:
    """About `SAMPLED` places: an even share of each layer's weights and of its biases."""
    layers = experiment.network.layers
    sizes = [size for layer in layers for size in (layer.weight_count, layer.bias_count) if size]
    share, rng = max(1, SAMPLED // len(sizes)), np.random.default_rng(0)
    chosen: list[int] = []
    start = 0
    for size in sizes:
        drawn = rng.choice(size, min(size, share), replace=False)
        chosen += sorted((start + drawn).tolist())
        start += size
    return chosen
