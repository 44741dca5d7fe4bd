"""Mistakes on the way forward: net inputs, outputs, slopes, errors.

Each function gives the mistaken number, or None where the mistake can't be made.
"""

from __future__ import annotations

import math

from benchmarks.people import activations
from benchmarks.people.calculation import Calculation, Formula
from benchmarks.people.exercises import BINARY, CROSS, HALF, MEAN, SQUARES
from benchmarks.people.places import Place

Table = dict[str, tuple[tuple[str, ...], Formula]]
"""A mistake's name → the kinds of numbers where it is made, and its formula."""


def _matrix_turned(c: Calculation, p: Place) -> float | None:
    inputs = c.inputs(p)
    if len(inputs) != len(c.layer(p).names):
        return None
    return sum(c.weight(p, i, p.row) * x for i, x in enumerate(inputs)) + c.bias(p)


def _weights_crossed(c: Calculation, p: Place) -> float | None:
    inputs = c.inputs(p)
    order = [1, 0, *range(2, len(inputs))]
    weights = [c.weight(p, p.row, i) for i in order]
    return sum(w * x for w, x in zip(weights, inputs, strict=True)) + c.bias(p)


def _without_bias(c: Calculation, p: Place, kinds: tuple[str, ...]) -> float | None:
    return sum(c.terms(p)) if c.layer(p).bias in kinds else None


def _threshold_added(c: Calculation, p: Place) -> float | None:
    return sum(c.terms(p)) - c.bias(p) if c.layer(p).bias == "threshold" else None


def _bias_times_input(c: Calculation, p: Place) -> float | None:
    if c.layer(p).bias == "none":
        return None
    return sum(c.terms(p)) + c.bias(p) * c.inputs(p)[p.row % len(c.inputs(p))]


def _bias_as_factor(c: Calculation, p: Place) -> float | None:
    return sum(c.terms(p)) * c.bias(p) if c.layer(p).bias != "none" else None


def _one_sign(c: Calculation, p: Place, negative: bool) -> float | None:
    """One product taken with the other sign."""
    terms = c.terms(p)
    place = next((i for i, term in enumerate(terms) if term and (term < 0) == negative), None)
    return None if place is None else sum(terms) + c.bias(p) - 2 * terms[place]


def _input_forgotten(c: Calculation, p: Place) -> float | None:
    return sum(c.terms(p)[:-1]) + c.bias(p)


def _neighbours_weight(c: Calculation, p: Place) -> float | None:
    other = (p.row + 1) % len(c.layer(p).names)
    if other == p.row:
        return None
    terms = c.terms(p)
    terms[0] = c.weight(p, other, 0) * c.inputs(p)[0]
    return sum(terms) + c.bias(p)


def _inputs_for_outputs(c: Calculation, p: Place) -> float | None:
    inputs = c.inputs(p, 0)
    if p.layer == 1 or len(inputs) != len(c.inputs(p)):
        return None
    return sum(c.weight(p, p.row, i) * x for i, x in enumerate(inputs)) + c.bias(p)


NET: Table = {
    "weights_transposed": (("net",), _matrix_turned),
    "weights_crossed": (("net",), _weights_crossed),
    "bias_left_out": (("net",), lambda c, p: _without_bias(c, p, ("shared", "each"))),
    "threshold_left_out": (("net",), lambda c, p: _without_bias(c, p, ("threshold",))),
    "threshold_added": (("net",), _threshold_added),
    "bias_times_input": (("net",), _bias_times_input),
    "bias_as_factor": (("net",), _bias_as_factor),
    "minus_ignored": (("net",), lambda c, p: _one_sign(c, p, True)),
    "minus_added": (("net",), lambda c, p: _one_sign(c, p, False)),
    "input_forgotten": (("net",), _input_forgotten),
    "weight_of_a_neighbour": (("net",), _neighbours_weight),
    "inputs_for_hidden_outputs": (("net",), _inputs_for_outputs),
}


def _for(
    activation: str | tuple[str, ...], c: Calculation, p: Place, number: float
) -> float | None:
    """The number, where the layer has (one of) the activations."""
    wanted = (activation,) if isinstance(activation, str) else activation
    return number if c.layer(p).activation in wanted else None


def _net(c: Calculation, p: Place) -> float:
    return c.read("net", p)


def _sigmoid(net: float) -> float:
    return 1 / (1 + math.exp(-net))


def _activation_left_out(c: Calculation, p: Place) -> float | None:
    known = ("sigmoid", "tanh", "relu", "leaky_relu", "softplus")
    return _for(known, c, p, _net(c, p)) if not c.outermost(p) else None


def _another_activation(c: Calculation, p: Place) -> float | None:
    net = _net(c, p)
    match c.layer(p).activation:
        case "sigmoid":
            return None if c.exercise.loss == BINARY and c.outermost(p) else math.tanh(net)
        case "tanh" | "relu":
            return _sigmoid(net)
        case _:
            return None


def _not_normalised(c: Calculation, p: Place) -> float | None:
    return _for("softmax", c, p, math.exp(_net(c, p)))


def _leak(c: Calculation, p: Place) -> float | None:
    net = _net(c, p)
    return _for("leaky_relu", c, p, 0.1 * net) if net < 0 else None


OUT: Table = {
    "activation_left_out": (("out",), _activation_left_out),
    "exponent_sign": (("out",), lambda c, p: _for("sigmoid", c, p, _sigmoid(-_net(c, p)))),
    "reciprocal_of_one_only": (
        ("out",),
        lambda c, p: (
            None
            if c.outermost(p) and c.exercise.loss == BINARY
            else _for("sigmoid", c, p, 1 + math.exp(-_net(c, p)))
        ),
    ),
    "another_activation": (("out",), _another_activation),
    "softmax_not_normalised": (("out",), _not_normalised),
    "sigmoid_for_softmax": (("out",), lambda c, p: _for("softmax", c, p, _sigmoid(_net(c, p)))),
    "relu_as_absolute": (("out",), lambda c, p: _for("relu", c, p, abs(_net(c, p)))),
    "leaky_slope_wrong": (("out",), _leak),
}


def _out(c: Calculation, p: Place) -> float:
    return c.read("out", p)


def _slope_of_output(c: Calculation, p: Place) -> float | None:
    activation = c.layer(p).activation
    if activation not in ("sigmoid", "tanh"):
        return None
    out = _out(c, p)
    return activations.slope(activation, out, activations.value(activation, out))


def _slope_from_net(c: Calculation, p: Place) -> float | None:
    activation, net = c.layer(p).activation, _net(c, p)
    return _for(("sigmoid", "tanh"), c, p, activations.slope(activation, net, net))


def _slope_of_another(c: Calculation, p: Place) -> float | None:
    other = {"sigmoid": "tanh", "tanh": "sigmoid"}.get(c.layer(p).activation)
    return activations.slope(other, 0.0, _out(c, p)) if other else None


def _mask_forgotten(c: Calculation, p: Place) -> float | None:
    return _for("relu", c, p, 1.0) if _net(c, p) <= 0 else None


SLOPE: Table = {
    "slope_of_the_output": (("slope",), _slope_of_output),
    "slope_from_net": (("slope",), _slope_from_net),
    "slope_one_minus_out": (("slope",), lambda c, p: _for("sigmoid", c, p, 1 - _out(c, p))),
    "slope_is_out": (("slope",), lambda c, p: _for(("sigmoid", "tanh"), c, p, _out(c, p))),
    "slope_with_plus": (
        ("slope",),
        lambda c, p: _for("sigmoid", c, p, _out(c, p) * (1 + _out(c, p))),
    ),
    "slope_of_another_activation": (("slope",), _slope_of_another),
    "relu_mask_forgotten": (("slope",), _mask_forgotten),
}


def _difference(c: Calculation, p: Place) -> float:
    return c.target(p) - _out(c, p)


def _squares(c: Calculation, number: float, *losses: str) -> float | None:
    return number if c.exercise.loss in (losses or SQUARES) else None


def _right_error(c: Calculation, p: Place) -> float:
    return c.error(c.target(p), _out(c, p))


def _log_error(c: Calculation, p: Place, base: float) -> float | None:
    return None if c.exercise.loss in SQUARES else _right_error(c, p) / math.log(base)


def _difference_of_squares(c: Calculation, p: Place) -> float | None:
    return _squares(c, c.factor() / 2 * (c.target(p) ** 2 - _out(c, p) ** 2))


def _term_missing(c: Calculation, p: Place) -> float | None:
    if c.exercise.loss != BINARY:
        return None
    return -c.target(p) * math.log(_out(c, p))


def _output_left_out(c: Calculation, p: Place) -> float | None:
    count = len(c.layer(p).names)
    return sum(c.read("E", p, row=row) for row in range(count - 1)) if count > 1 else None


def _averaged(c: Calculation, p: Place) -> float | None:
    count = len(c.layer(p).names)
    if count == 1 or c.exercise.loss == MEAN:
        return None
    return sum(c.read("E", p, row=row) for row in range(count)) / count


def _not_averaged(c: Calculation, p: Place) -> float | None:
    count = len(c.layer(p).names)
    return _squares(c, _difference(c, p) ** 2, MEAN) if count > 1 else None


def _half_squared(c: Calculation, p: Place) -> float | None:
    return _squares(c, _right_error(c, p) / 2, "squared_error", MEAN)


ERRORS: Table = {
    "error_not_squared": (("E",), lambda c, p: _squares(c, c.factor() / 2 * _difference(c, p))),
    "factor_two_too_many": (("E",), lambda c, p: _squares(c, 2 * _right_error(c, p), HALF)),
    "factor_half_too_many": (("E",), _half_squared),
    "outputs_averaged": (("E_total",), _averaged),
    "outputs_not_averaged": (("E",), _not_averaged),
    "output_left_out": (("E_total",), _output_left_out),
    "logarithm_to_base_10": (("E",), lambda c, p: _log_error(c, p, 10)),
    "logarithm_to_base_2": (("E",), lambda c, p: _log_error(c, p, 2)),
    "difference_of_squares": (("E",), _difference_of_squares),
    "cross_entropy_term_missing": (("E",), _term_missing),
    "cross_entropy_minus_missing": (
        ("E",),
        lambda c, p: -_right_error(c, p) if c.exercise.loss in (BINARY, CROSS) else None,
    ),
}

FORWARD: Table = {**NET, **OUT, **SLOPE, **ERRORS}
