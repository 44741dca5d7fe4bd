"""Mistakes on the way back: ∂E/∂out, deltas, paths, gradients, updates.

Each function gives the mistaken number, or None where the mistake can't be made.
"""

from __future__ import annotations

from benchmarks.people.calculation import Calculation
from benchmarks.people.exercises import BINARY, CROSS, HALF, MEAN, SQUARES
from benchmarks.people.places import BIAS, Place
from benchmarks.people.slips_forward import Table


def _outer(c: Calculation, p: Place, number: float, *losses: str) -> float | None:
    """The number, in the output layer with (one of) the losses."""
    return number if c.outermost(p) and c.exercise.loss in (losses or SQUARES) else None


def _difference(c: Calculation, p: Place) -> float:
    return c.read("out", p) - c.target(p)


def _scaled(c: Calculation, p: Place, factor: float, *losses: str) -> float | None:
    if not c.outermost(p):
        return None
    return _outer(c, p, factor * c.factor() * _difference(c, p), *losses)


def _target_added(c: Calculation, p: Place) -> float | None:
    if not c.outermost(p) or not c.target(p):
        return None
    return _outer(c, p, c.factor() * (c.read("out", p) + c.target(p)))


def _error_itself(c: Calculation, p: Place) -> float | None:
    return _outer(c, p, c.read("E", p)) if c.outermost(p) else None


def _not_averaged(c: Calculation, p: Place) -> float | None:
    count = len(c.layer(p).names)
    return _scaled(c, p, count, MEAN) if count > 1 and c.outermost(p) else None


DOUT: Table = {
    "error_sign_flipped": (("dout",), lambda c, p: _scaled(c, p, -1)),
    "factor_two_too_many": (("dout",), lambda c, p: _scaled(c, p, 2, HALF)),
    "factor_half_too_many": (("dout",), lambda c, p: _scaled(c, p, 0.5, "squared_error", MEAN)),
    "target_added": (("dout",), _target_added),
    "error_for_its_derivative": (("dout",), _error_itself),
    "outputs_not_averaged": (("dout",), _not_averaged),
}


def _curved(c: Calculation, p: Place) -> bool:
    return c.layer(p).activation != "identity"


def _without_slope(c: Calculation, p: Place, outer: bool) -> float | None:
    if c.outermost(p) != outer or not _curved(c, p) or (outer and c.exercise.loss not in SQUARES):
        return None
    return c.read("dout", p)


def _slope_though_cancelled(c: Calculation, p: Place) -> float | None:
    if not c.outermost(p) or c.exercise.loss in SQUARES:
        return None
    return _difference(c, p) * c.slope_written(p)


def _difference_only(c: Calculation, p: Place) -> float | None:
    return _outer(c, p, _difference(c, p)) if c.outermost(p) and _curved(c, p) else None


def _diagonal_only(c: Calculation, p: Place) -> float | None:
    if not c.outermost(p) or c.exercise.loss != CROSS:
        return None
    return c.read("dout", p) * c.read("slope", p)


def _turned(c: Calculation, p: Place) -> float | None:
    return None if c.outermost(p) else -c.read("dout", p) * c.slope_written(p)


def _anothers_slope(c: Calculation, p: Place) -> float | None:
    if c.outermost(p) or not _curved(c, p):
        return None
    last = p.layer + 1
    row = min(p.row, len(c.exercise.names(last)) - 1)
    if c.pen.anew:
        return None
    # The next layer's slopes stand on the sheet already.
    return c.read("dout", p) * c.read("slope", p, layer=last, row=row)


def _sign_with_cross_entropy(c: Calculation, p: Place) -> float | None:
    if not c.outermost(p) or not c.pen.difference:
        return None
    return _outer(c, p, -_difference(c, p), BINARY, CROSS)


DELTA: Table = {
    "output_delta_without_slope": (("delta",), lambda c, p: _without_slope(c, p, True)),
    "hidden_delta_without_slope": (("delta",), lambda c, p: _without_slope(c, p, False)),
    "squared_error_delta_with_cross_entropy": (("delta",), _slope_though_cancelled),
    "cross_entropy_delta_with_squared_error": (("delta",), _difference_only),
    "softmax_diagonal_only": (("delta",), _diagonal_only),
    "hidden_delta_sign": (("delta",), _turned),
    "slope_of_another_layer": (("delta",), _anothers_slope),
    "error_sign_flipped": (("delta",), _sign_with_cross_entropy),
}


def _paths(c: Calculation, p: Place) -> list[float]:
    if c.outermost(p):
        return []
    rows = range(len(c.exercise.names(p.layer + 1)))
    if c.pen.anew:
        return [c.pen.term(c.path(p, row)) for row in rows]
    return [c.read("path", p, column=row) for row in rows]


def _one_path(c: Calculation, p: Place) -> float | None:
    paths = _paths(c, p)
    return paths[0] if len(paths) > 1 else None


def _sign_slipped(c: Calculation, p: Place) -> float | None:
    paths = _paths(c, p)
    return sum(paths) - 2 * paths[-1] if len(paths) > 2 else None


def _subtracted(c: Calculation, p: Place) -> float | None:
    paths = _paths(c, p)
    return paths[0] - paths[1] if len(paths) == 2 else None


def _path_dropped(c: Calculation, p: Place) -> float | None:
    paths = _paths(c, p)
    return sum(paths[:-1]) if len(paths) > 2 else None


def _updated_weights(c: Calculation, p: Place) -> float | None:
    rows = range(len(c.exercise.names(p.layer + 1))) if not c.outermost(p) else ()
    if c.exercise.output_first or not rows:
        return None
    step = c.exercise.rate
    total = 0.0
    for row in rows:
        place = Place("grad", p.layer + 1, row, p.row, 0, p.iteration)
        updated = c.old(place) - step * c.gradient(place)
        total += updated * c.read("delta", p, layer=p.layer + 1, row=row)
    return total


def _updated_in_path(c: Calculation, p: Place) -> float | None:
    if c.exercise.output_first:
        return None
    place = Place("grad", p.layer + 1, p.column, p.row, 0, p.iteration)
    updated = c.old(place) - c.exercise.rate * c.gradient(place)
    return updated * c.read("delta", p, layer=p.layer + 1, row=p.column)


def _through_error(c: Calculation, p: Place) -> float | None:
    ahead = c.read("dout", p, layer=p.layer + 1, row=p.column)
    return c.weight(p, p.column, p.row, p.layer + 1, new=c.exercise.output_first) * ahead


def _neighbours_path(c: Calculation, p: Place) -> float | None:
    count = len(c.exercise.names(p.layer + 1))
    if count == 1:
        return None
    other = c.read("delta", p, layer=p.layer + 1, row=(p.column + 1) % count)
    return c.weight(p, p.column, p.row, p.layer + 1, new=c.exercise.output_first) * other


PATHS: Table = {
    "only_one_path": (("dout",), _one_path),
    "path_sign_slipped": (("dout",), _sign_slipped),
    "paths_subtracted": (("dout",), _subtracted),
    "path_dropped": (("dout",), _path_dropped),
    "hidden_delta_from_updated_weights": (("dout",), _updated_weights),
    "updated_weight_in_one_path": (("path",), _updated_in_path),
    "weight_forgotten_in_path": (
        ("path",),
        lambda c, p: c.read("delta", p, layer=p.layer + 1, row=p.column),
    ),
    "error_slope_for_delta": (("path",), _through_error),
    "delta_of_a_neighbour": (("path",), _neighbours_path),
}


def _alone(c: Calculation, p: Place) -> Place | None:
    """Where the deltas of a gradient are: its sample, or the only one of the batch."""
    if p.kind == "part":
        return p
    parts = list(c.parts(p))
    return parts[0] if len(parts) == 1 else None


def _weight_gradient(c: Calculation, p: Place, what: str) -> float | None:
    place = _alone(c, p)
    if place is None or p.column == BIAS:
        return None
    delta = c.read("delta", place)
    count = len(c.layer(p).weights[0])
    other = (p.row + 1) % len(c.layer(p).names)
    match what:
        case "net":
            before = p.layer - 1
            return delta * c.read("net", place, layer=before, row=p.column) if before else None
        case "own":
            return delta * c.read("out", place)
        case "another":
            row = (p.column + 1) % count
            return delta * c.read("out", place, layer=p.layer - 1, row=row)
        case "forgotten":
            return delta
        case "weight":
            return delta * c.old(p)
        case "delta":
            if other == p.row:
                return None
            delta = c.read("delta", place, row=other)
            return delta * c.read("out", place, layer=p.layer - 1, row=p.column)
        case _:
            return -c.part(place)


def _bias_gradient(c: Calculation, p: Place, what: str) -> float | None:
    place = _alone(c, p)
    if place is None or p.column != BIAS:
        return None
    kind, count = c.layer(p).bias, len(c.layer(p).names)
    match what:
        case "one":
            return 1.0
        case "bias":
            return c.part(place) * c.old(p)
        case "separate":
            return c.read("delta", place) if kind == "shared" and count > 1 else None
        case "averaged":
            return c.part(place) / count if kind == "shared" and count > 1 else None
        case _:
            return -c.part(place) if kind == "threshold" else None


def _over_batch(c: Calculation, p: Place, what: str) -> float | None:
    parts, divisor = list(c.parts(p)), c.exercise.divisor
    if len(parts) == 1:
        return None
    numbers = [c.part(q) if c.pen.anew else c.read("part", q, column=p.column) for q in parts]
    match what:
        case "summed":
            return sum(numbers) if divisor > 1 else None
        case "averaged":
            return sum(numbers) / len(parts) if divisor == 1 else None
        case "left out":
            return sum(numbers[:-1]) / (len(parts) - 1 if divisor > 1 else 1)
        case _:
            if p.column == BIAS or divisor == 1:
                return None
            deltas = sum(c.read("delta", q) for q in parts) / len(parts)
            outs = [c.read("out", q, layer=p.layer - 1, row=p.column) for q in parts]
            return deltas * sum(outs) / len(parts)


KINDS = ("part", "grad")
GRADIENTS: Table = {
    "gradient_from_net_input": (KINDS, lambda c, p: _weight_gradient(c, p, "net")),
    "gradient_from_own_output": (KINDS, lambda c, p: _weight_gradient(c, p, "own")),
    "gradient_from_another_input": (KINDS, lambda c, p: _weight_gradient(c, p, "another")),
    "gradient_input_forgotten": (KINDS, lambda c, p: _weight_gradient(c, p, "forgotten")),
    "gradient_times_weight": (KINDS, lambda c, p: _weight_gradient(c, p, "weight")),
    "gradient_with_another_delta": (KINDS, lambda c, p: _weight_gradient(c, p, "delta")),
    "gradient_sign_flipped": (KINDS, lambda c, p: _weight_gradient(c, p, "sign")),
    "bias_gradient_one": (KINDS, lambda c, p: _bias_gradient(c, p, "one")),
    "bias_gradient_times_bias": (KINDS, lambda c, p: _bias_gradient(c, p, "bias")),
    "shared_bias_as_separate": (KINDS, lambda c, p: _bias_gradient(c, p, "separate")),
    "shared_bias_averaged": (KINDS, lambda c, p: _bias_gradient(c, p, "averaged")),
    "threshold_without_sign": (KINDS, lambda c, p: _bias_gradient(c, p, "sign")),
    "batch_summed": (("grad",), lambda c, p: _over_batch(c, p, "summed")),
    "batch_averaged": (("grad",), lambda c, p: _over_batch(c, p, "averaged")),
    "sample_left_out": (("grad",), lambda c, p: _over_batch(c, p, "left out")),
    "batch_means_multiplied": (("grad",), lambda c, p: _over_batch(c, p, "means")),
}


def _update(c: Calculation, p: Place, what: str) -> float | None:
    """The new parameter by a mistaken rule."""
    if c.fixed(p):
        return c.old(p) - c.exercise.rate * c.gradient(p) if what == "although fixed" else None
    old, gradient, rate = c.old(p), c.gradient(p), c.exercise.rate
    by_rule = {
        "added": old + rate * gradient,
        "although free": old,
        "step": rate * gradient,
        "rate alone": old - rate,
        "twice": old - 2 * rate * gradient,
    }
    by_rate = {
        "rate left out": old - gradient,
        "rate twice": old - rate * rate * gradient,
        "added without rate": old + gradient,
    }
    if what in by_rate:
        return by_rate[what] if rate != 1 else None
    return by_rule.get(what)


def _neighbours_gradient(c: Calculation, p: Place) -> float | None:
    count = len(c.layer(p).names)
    if c.fixed(p) or p.column == BIAS or count == 1:
        return None
    gradient = c.read("grad", p, row=(p.row + 1) % count, column=p.column)
    return c.old(p) - c.exercise.rate * gradient


def _gradient_before(c: Calculation, p: Place) -> float | None:
    if c.fixed(p) or p.iteration == 1:
        return None
    return c.old(p) - c.exercise.rate * c.read("grad", p, column=p.column, at=p.iteration - 1)


UPDATES: Table = {
    "gradient_added": (("new",), lambda c, p: _update(c, p, "added")),
    "learning_rate_left_out": (("new",), lambda c, p: _update(c, p, "rate left out")),
    "learning_rate_twice": (("new",), lambda c, p: _update(c, p, "rate twice")),
    "updated_although_fixed": (("new",), lambda c, p: _update(c, p, "although fixed")),
    "fixed_although_free": (("new",), lambda c, p: _update(c, p, "although free")),
    "only_the_step": (("new",), lambda c, p: _update(c, p, "step")),
    "learning_rate_subtracted": (("new",), lambda c, p: _update(c, p, "rate alone")),
    "gradient_added_without_learning_rate": (
        ("new",),
        lambda c, p: _update(c, p, "added without rate"),
    ),
    "step_taken_twice": (("new",), lambda c, p: _update(c, p, "twice")),
    "gradient_of_a_neighbour": (("new",), _neighbours_gradient),
    "gradient_of_the_iteration_before": (("new",), _gradient_before),
}
