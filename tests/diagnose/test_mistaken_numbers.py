"""What each known mistake comes to: by formulas written here, and as the golden file holds it.

Where mistakes are planted and found, one rewriting does both, and what is wrong in it is wrong twice.
Here the numbers are calculated anew, from the right numbers by their names, or stand in a file.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import pytest

import tracer
from conftest import CompareGolden
from support.descents import descents
from support.paths import CONFIGS
from support.planting import exact_of
from tracer.config import load, load_plain
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.table import MistakenNumbers
from tracer.explain.calculation import Calculation
from tracer.formula import Expression, symbols
from tracer.model.experiment import Experiment
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.teach.exercise import Wish
from tracer.teach.exercise import exercise as drawn

pytestmark = pytest.mark.no_cover  # its parts are covered elsewhere, and tracing doubles its time

Numbers = Mapping[str, float]
RATE, DECAY, EPSILON, BETA1, BETA2, LAMBDA = 0.5, 0.3, 0.05, 0.8, 0.6, 0.1
NETWORK = {
    "inputs": ["i1", "i2"],
    "layers": [
        {"neurons": ["h1", "h2"], "activation": "sigmoid", "weights": [[0.3, -0.4], [0.7, 0.2]],
         "bias": [0.25, -0.15]},
        {"neurons": ["o1", "o2"], "activation": "sigmoid", "weights": [[0.6, 0.1], [-0.5, 0.8]],
         "bias": [0.35, 0.45]},
    ],
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "network": NETWORK,
    "loss": "half_squared_error",
    "data": [{"inputs": [0.9, 0.4], "targets": [0.1, 0.8]}],
    "training": {"learning_rate": RATE, "iterations": 3},
}
MOMENTS = {"beta1": BETA1, "beta2": BETA2, "epsilon": EPSILON}
ADAMW: dict[str, Any] = {
    **PLAIN,
    "training": {
        "learning_rate": RATE,
        "iterations": 3,
        "optimizer": {"name": "adamw", **MOMENTS, "weight_decay": DECAY},
    },
}
ADAM_L2: dict[str, Any] = {
    **PLAIN,
    "regularization": {"kind": "l2", "strength": LAMBDA},
    "training": {"learning_rate": RATE, "iterations": 3, "optimizer": {"name": "adam", **MOMENTS}},
}
MOMENTUM: dict[str, Any] = {
    **PLAIN,
    "training": {
        "learning_rate": RATE,
        "iterations": 3,
        "optimizer": {"name": "momentum", "momentum": 0.8},
    },
}
EXERCISES: dict[str, dict[str, Any]] = {
    "plain": PLAIN, "adamw": ADAMW, "adam, l2": ADAM_L2, "momentum": MOMENTUM
}  # fmt: skip


def adam(n: Numbers, first: float, second: float) -> float:
    """The step of the first update from its two moments."""
    corrected = first / (1 - BETA1), second / (1 - BETA2)
    return RATE * corrected[0] / (math.sqrt(corrected[1]) + EPSILON)


def moments(gradient: float) -> tuple[float, float]:
    """Both moments after the first update."""
    return (1 - BETA1) * gradient, (1 - BETA2) * gradient**2


BY_HAND: dict[tuple[str, str, str], Callable[[Numbers], float]] = {
    ("bias_left_out", "plain", "net_h1"): lambda n: 0.3 * 0.9 - 0.4 * 0.4,
    ("bias_as_factor", "plain", "net_h1"): lambda n: (0.3 * 0.9 - 0.4 * 0.4) * 0.25,
    ("bias_times_input", "plain", "net_h1"): lambda n: 0.3 * 0.9 - 0.4 * 0.4 + 0.25 * 0.9,
    ("weights_transposed", "plain", "net_h1"): lambda n: 0.3 * 0.9 + 0.7 * 0.4 + 0.25,
    ("weights_crossed", "plain", "net_h1"): lambda n: -0.4 * 0.9 + 0.3 * 0.4 + 0.25,
    ("weights_of_another_layer", "plain", "net_h1"): lambda n: 0.6 * 0.9 + 0.1 * 0.4 + 0.35,
    ("weights_of_another_layer", "plain", "w1+"): lambda n: 0.6 - RATE * n["dE/dw1"],
    ("minus_ignored", "plain", "net_h1"): lambda n: 0.3 * 0.9 + 0.4 * 0.4 + 0.25,
    ("input_forgotten", "plain", "net_h1"): lambda n: 0.3 * 0.9 + 0.25,
    ("inputs_for_hidden_outputs", "plain", "net_o1"): lambda n: 0.6 * 0.9 + 0.1 * 0.4 + 0.35,
    ("activation_left_out", "plain", "out_h1"): lambda n: n["net_h1"],
    ("exponent_sign", "plain", "out_h1"): lambda n: 1 / (1 + math.exp(n["net_h1"])),
    ("slope_is_out", "plain", "dout/dnet_h1"): lambda n: n["out_h1"],
    ("slope_one_minus_out", "plain", "dout/dnet_h1"): lambda n: 1 - n["out_h1"],
    ("error_not_squared", "plain", "E_o1"): lambda n: 0.5 * (0.1 - n["out_o1"]),
    ("factor_half_too_many", "plain", "E_o1"): lambda n: n["E_o1"] / 2,
    ("difference_of_squares", "plain", "E_o1"): lambda n: (0.01 - n["out_o1"] ** 2) / 2,
    ("error_sign_flipped", "plain", "dE/dout_o1"): lambda n: 0.1 - n["out_o1"],
    ("output_delta_without_slope", "plain", "delta_o1"): lambda n: n["out_o1"] - 0.1,
    ("hidden_delta_without_slope", "plain", "delta_h1"): lambda n: n["dE/dout_h1"],
    ("only_one_path", "plain", "dE/dout_h1"): lambda n: 0.6 * n["delta_o1"],
    ("weight_forgotten_in_path", "plain", "dE/dout_h1:o1"): lambda n: n["delta_o1"],
    ("gradient_from_net_input", "plain", "dE/dw5"): lambda n: n["delta_o1"] * n["net_h1"],
    ("gradient_input_forgotten", "plain", "dE/dw5"): lambda n: n["delta_o1"],
    ("gradient_times_weight", "plain", "dE/dw5"): lambda n: n["dE/dw5"] * 0.6,
    ("gradient_added", "plain", "w5+"): lambda n: 0.6 + RATE * n["dE/dw5"],
    ("learning_rate_left_out", "plain", "w5+"): lambda n: 0.6 - n["dE/dw5"],
    ("learning_rate_twice", "plain", "w5+"): lambda n: 0.6 - RATE**2 * n["dE/dw5"],
    ("only_the_step", "plain", "w5+"): lambda n: RATE * n["dE/dw5"],
    ("step_taken_twice", "plain", "w5+"): lambda n: 0.6 - 2 * RATE * n["dE/dw5"],
    ("decay_without_learning_rate", "adamw", "w5+"): lambda n: (
        0.6 - adam(n, *moments(n["dE/dw5"])) - DECAY * 0.6
    ),
    ("decay_left_out", "adamw", "w5+"): lambda n: 0.6 - adam(n, *moments(n["dE/dw5"])),
    ("decay_coupled", "adamw", "m_w5+"): lambda n: (1 - BETA1) * (n["dE/dw5"] + DECAY * 0.6),
    ("decay_coupled", "adamw", "v_w5+"): lambda n: (1 - BETA2) * (n["dE/dw5"] + DECAY * 0.6) ** 2,
    ("decay_decoupled", "adam, l2", "m_w5+"): lambda n: (1 - BETA1) * n["dE/dw5:data"],
    ("decay_decoupled", "adam, l2", "v_w5+"): lambda n: (1 - BETA2) * n["dE/dw5:data"] ** 2,
    ("decay_decoupled", "adam, l2", "w5+"): lambda n: (
        0.6 - adam(n, n["m_w5+"], n["v_w5+"]) - RATE * n["dE/dw5:penalty"]
    ),
    ("square_forgotten", "adamw", "v_w5+"): lambda n: (1 - BETA2) * n["dE/dw5"],
    ("root_forgotten", "adam, l2", "w5+"): lambda n: (
        0.6 - RATE * n["mhat_w5"] / (n["vhat_w5"] + EPSILON)
    ),
    ("epsilon_left_out", "adam, l2", "w5+"): lambda n: (
        0.6 - RATE * n["mhat_w5"] / math.sqrt(n["vhat_w5"])
    ),
    ("bias_correction_left_out", "adam, l2", "mhat_w5"): lambda n: n["m_w5+"],
    ("momentum_coefficient_left_out", "momentum", "v_w5+@2"): lambda n: n["v_w5+"] + n["dE/dw5@2"],
    ("state_left_out", "momentum", "v_w5+@2"): lambda n: n["dE/dw5@2"],
    ("gradient_of_the_iteration_before", "plain", "w5+@2"): lambda n: (
        n["w5@2"] - RATE * n["dE/dw5"]
    ),
}


@cache
def right(name: str) -> tracer.Traced:
    return tracer.trace(EXERCISES[name])


@cache
def slips(name: str, iteration: int) -> MistakenNumbers:
    experiment = load_plain(EXERCISES[name])
    assert isinstance(experiment, Experiment)
    return MistakenNumbers(exact_of(experiment, iteration))


@pytest.mark.parametrize(("mistake", "exercise", "number"), BY_HAND)
def test_a_mistake_comes_to_what_it_does_by_hand(mistake: str, exercise: str, number: str) -> None:
    found = slips(exercise, 2 if "@2" in number else 1)
    quantity = found.exact.find(number)
    assert isinstance(quantity, Quantity)
    values = [slip.value for slip in found.near(quantity) if slip.row.name == mistake]
    by_hand = BY_HAND[mistake, exercise, number](right(exercise))
    assert any(value == pytest.approx(by_hand, rel=1e-12) for value in values), (by_hand, values)
    assert by_hand != pytest.approx(right(exercise)[number], rel=1e-6)


_BUNDLED = ("mazur", "zhou", "two-layer-net", "relu-bce", "xor", "xor-thresholds")


_NOISE = 1e-15
_OF_A_KIND = 2
"""So many numbers of a kind are looked at in a layer, for the sake of time."""


def calculated() -> Iterator[tuple[str, Calculation]]:
    """Networks in which every mistake can be made: bundled ones, and what descends by all rules."""
    for name in _BUNDLED:
        experiment = load(CONFIGS / f"{name}.yaml")
        assert isinstance(experiment, Experiment)
        yield name, exact_of(experiment, 1)
    yield "leaky", exact_of(drawn(Wish(activation="leaky_relu"), 1))
    for place, experiment in enumerate(descents(64)):
        yield f"descent {place}", exact_of(experiment, 1 + place % 3)


def _is_noise(exact: Calculation, formula: Expression) -> bool:
    """Whether it is made of what is left of a sum that should be 0: another on every machine."""
    return any(0 < abs(exact.value(key)) < _NOISE for key in symbols(formula))


def lines() -> Iterator[str]:
    """`mistake,exercise,number,values`: of each mistake, the first number of each kind."""
    kept: dict[tuple[str, Kind], str] = {}
    missing = set(MISTAKES)
    for exercise, exact in calculated():
        found, seen = MistakenNumbers(exact), Counter[Stage]()
        for quantity in exact.trace.order():
            seen[quantity.stage] += 1
            formula = exact.formula(quantity)
            if seen[quantity.stage] > _OF_A_KIND or formula is None or _is_noise(exact, formula):
                continue
            values: dict[str, list[str]] = {}
            for slip in found.near(quantity):
                if slip.value is not None:
                    values.setdefault(slip.row.name, []).append(f"{slip.value:.12g}")
            for name, some in values.items():
                told = f"{name},{exercise},{exact.names.name(quantity)},{' '.join(some)}"
                kept.setdefault((name, quantity.kind), told)
        missing -= {name for name, _ in kept}
        if not missing:
            break
    assert not missing, "nowhere made"
    yield from (kept[key] for key in sorted(kept, key=lambda key: (key[0], key[1].name)))


def test_every_mistake_comes_to_what_it_did(golden: CompareGolden) -> None:
    golden("\n".join(lines()) + "\n", "mistakes.csv")
