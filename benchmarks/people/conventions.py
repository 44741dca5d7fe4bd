"""Whole sheets by other conventions: all right, though many of the numbers are others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.people.calculation import Calculation, Formula, Slip
from benchmarks.people.exercises import HALF, SQUARES, Exercise
from benchmarks.people.pens import Pen
from benchmarks.people.places import Place

SQUARED = "squared_error"


@dataclass(frozen=True, slots=True)
class Convention:
    """`applies` to an exercise; `exercise` is calculated in its place, with `slips`.

    `names` are those that `sheet_conventions` may give it (empty: whatever it is called).
    """

    title: str
    applies: Callable[[Exercise], bool]
    exercise: Callable[[Exercise], Exercise] = lambda exercise: exercise
    slips: tuple[Slip, ...] = ()
    by_column: bool = False
    percent: bool = False
    turned: bool = False
    names: tuple[str, ...] = ()

    def calculate(self, exercise: Exercise, pen: Pen, slip: Slip | None = None) -> Calculation:
        """The calculation by this convention; with a mistake in it, if there is a `slip`."""
        slips = ((slip,) if slip else ()) + self.slips
        return Calculation(self.exercise(exercise), pen, slips).run()


def _short_way(c: Calculation, p: Place) -> bool:
    """Whether an output's delta is calculated without the written ∂E/∂out."""
    if not c.outermost(p):
        return False
    return c.pen.anew if c.exercise.loss in SQUARES else c.pen.difference


def _scaled(factor: Callable[[Calculation, Place], float]) -> tuple[Slip, Slip]:
    """∂E/∂out and delta of the outputs times a factor: all that goes back has it."""

    def dout(c: Calculation, p: Place) -> float | None:
        return c.formulas["dout"](p) * factor(c, p) if c.outermost(p) else None

    def delta(c: Calculation, p: Place) -> float | None:
        return c.formulas["delta"](p) * factor(c, p) if _short_way(c, p) else None

    return Slip("convention", dout, kinds=("dout",)), Slip("convention", delta, kinds=("delta",))


def _sum_of_parts(c: Calculation, p: Place) -> float | None:
    return c.formulas["grad"](p) * c.exercise.divisor


def _minus_part(c: Calculation, p: Place) -> float | None:
    return -c.part(p)


def _minus_gradient(c: Calculation, p: Place) -> float | None:
    alone = len(c.exercise.batch(p.iteration)) == 1
    return -c.formulas["grad"](p) if alone or c.pen.anew else None


def _gradient_added(c: Calculation, p: Place) -> float | None:
    if c.fixed(p):
        return None
    return c.old(p) + c.pen.term(c.exercise.rate * c.gradient(p))


def _slip(kind: str, formula: Formula) -> Slip:
    return Slip("convention", formula, kinds=(kind,))


def _swapped(exercise: Exercise) -> Exercise:
    return replace(exercise, reduction="sum" if exercise.reduction == "mean" else "mean")


def _other_factor(exercise: Exercise) -> Exercise:
    return replace(exercise, loss=SQUARED if exercise.loss == HALF else HALF)


def _with_thresholds(exercise: Exercise) -> Exercise:
    layers = (
        replace(layer, bias="threshold", biases=tuple(-bias for bias in layer.biases))
        for layer in exercise.layers
    )
    return replace(exercise, layers=tuple(layers))


def _batched(exercise: Exercise) -> bool:
    return len(exercise.batch(1)) > 1


def _rectangular(exercise: Exercise) -> bool:
    return any(len(layer.names) > 1 for layer in exercise.layers)


_TURNED = (_slip("part", _minus_part), _slip("grad", _minus_gradient))

CONVENTIONS = (
    Convention(
        "delta divided by the batch",
        lambda exercise: exercise.divisor > 1,
        slips=(*_scaled(lambda c, p: 1 / c.exercise.divisor), _slip("grad", _sum_of_parts)),
        names=("delta_divided_by_batch",),
    ),
    Convention("sum for mean", lambda e: _batched(e) and e.reduction == "mean", _swapped),
    Convention("mean for sum", lambda e: _batched(e) and e.reduction == "sum", _swapped),
    Convention(
        "delta with the other sign",
        lambda exercise: True,
        slips=(*_scaled(lambda c, p: -1.0), *_TURNED),
        names=("delta_negated",),
    ),
    Convention(
        "gradient with the descent's sign",
        lambda exercise: True,
        slips=(*_TURNED, _slip("new", _gradient_added)),
    ),
    Convention("loss without the ½", lambda e: e.loss == HALF, _other_factor),
    Convention("loss with a ½", lambda e: e.loss == SQUARED, _other_factor),
    Convention("weights numbered by column", _rectangular, by_column=True),
    Convention(
        "biases as thresholds",
        lambda e: all(layer.bias == "each" for layer in e.layers),
        _with_thresholds,
    ),
    Convention(
        "outputs in percent",
        lambda e: e.layers[-1].activation in ("sigmoid", "softmax"),
        percent=True,
    ),
)
TRANSPOSED = Convention("weights stored (inputs, neurons)", _rectangular, turned=True)
