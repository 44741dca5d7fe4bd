"""The oracle that training is checked against: published numbers, differences, schedules."""

from __future__ import annotations

from decimal import Decimal, localcontext
from random import Random

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.oracle import rules
from benchmarks.oracle.comparing import differences
from benchmarks.oracle.draw import random_case, random_network, random_polynomial
from benchmarks.oracle.graph import Polynomial
from benchmarks.oracle.network import Layer, Network, through
from benchmarks.oracle.training import Case, trained
from benchmarks.settings import RULES, Option, Penalty, Rate, Settings

W, G = np.linspace(-0.4, 0.6, 20), np.linspace(-0.6, 0.4, 20)
ELLIPSE = Polynomial({"w1": -5.0, "w2": -2.0}, [(0.1, {"w1": 2}), (2.0, {"w2": 2})])


def _first_row(
    settings: Settings, states: dict[str, npt.NDArray[np.float64]], t: int
) -> dict[str, list[float]]:
    """The first five new weights and states of the course's 4×5 arrays."""
    found: dict[str, list[float]] = {letter: [] for letter in ("w", *states)}
    for i in range(5):
        kept = {letter: Decimal(float(array[i])) for letter, array in states.items()}
        start = rules.Step(
            settings,
            Decimal(float(W[i])),
            Decimal(float(G[i])),
            Decimal(settings.rate.initial),
            t,
            kept,
        )
        done = rules.step(start)
        found["w"].append(float(done.new))
        for letter, x in done.state.items():
            found[letter].append(float(x))
    return found


def test_momentum_as_a_velocity_gives_the_courses_numbers() -> None:
    settings = Settings(Rate(1e-3), "momentum", {"form": "velocity"})
    found = _first_row(settings, {"v": np.linspace(0.6, 0.9, 20)}, 1)
    assert found["w"] == pytest.approx(
        [0.1406, 0.20738947, 0.27417895, 0.34096842, 0.40775789], abs=5e-9
    )
    assert found["v"] == pytest.approx(
        [0.5406, 0.55475789, 0.56891579, 0.58307368, 0.59723158], abs=5e-9
    )


def test_rmsprop_gives_the_courses_numbers() -> None:
    found = _first_row(
        Settings(Rate(1e-2), "rmsprop", {"decay": 0.99}), {"s": np.linspace(0.6, 0.9, 20)}, 1
    )
    assert found["w"] == pytest.approx(
        [-0.39223849, -0.34037513, -0.28849239, -0.23659121, -0.18467247], abs=5e-9
    )
    assert found["s"] == pytest.approx(
        [0.5976, 0.6126277, 0.6277108, 0.64284931, 0.65804321], abs=5e-9
    )


def test_adam_gives_the_courses_numbers_at_its_sixth_update() -> None:
    states = {"m": np.linspace(0.6, 0.9, 20), "v": np.linspace(0.7, 0.5, 20)}
    found = _first_row(Settings(Rate(1e-2), "adam"), states, 6)
    assert found["w"] == pytest.approx(
        [-0.40094747, -0.34836187, -0.29577703, -0.24319299, -0.19060977], abs=5e-9
    )
    assert found["v"] == pytest.approx(
        [0.69966, 0.68908382, 0.67851319, 0.66794809, 0.65738853], abs=5e-9
    )
    assert found["m"] == pytest.approx(
        [0.48, 0.49947368, 0.51894737, 0.53842105, 0.55789474], abs=5e-9
    )
    early = _first_row(Settings(Rate(1e-2), "adam"), states, 5)
    assert early["w"][:2] == pytest.approx([-0.40098988, -0.34840634], abs=5e-9)


@pytest.mark.parametrize(
    ("optimizer", "rate", "options", "end"),
    [
        ("sgd", 0.4, {}, (-0.943467, -0.000073)),
        ("momentum", 0.6, {"momentum": 0.5}, (0.007188, 0.002553)),
        ("momentum", 0.6, {"momentum": 0.5, "form": "average"}, (-0.289993, 0.001723)),
        ("adagrad", 0.4, {"epsilon": 1e-6, "epsilon_place": "inside"}, (-2.382563, -0.158591)),
        ("rmsprop", 0.4, {"epsilon": 1e-6, "epsilon_place": "inside"}, (-0.010599, 0.0)),
    ],
)
def test_twenty_updates_on_the_ellipse_end_where_the_book_says(
    optimizer: str, rate: float, options: dict[str, Option], end: tuple[float, float]
) -> None:
    last = trained(Case(ELLIPSE, Settings(Rate(rate), optimizer, options)), 20)[-1]
    assert (float(last["w1+"]), float(last["w2+"])) == pytest.approx(end, abs=6e-7)


def test_adam_by_hand() -> None:
    square = Polynomial({"theta": 5.0}, [(1.0, {"theta": 2})])
    rows = trained(Case(square, Settings(Rate(0.1), "adam")), 3)
    second = {"v_theta+": 0.19594, "mhat_theta": 9.895, "vhat_theta": 98.02, "theta+": 4.8001}
    for name, published in second.items():
        assert float(rows[1][name]) == pytest.approx(published, rel=1e-4)
    assert float(rows[2]["df/dtheta"]) == pytest.approx(9.6001155, abs=5e-8)
    assert float(rows[2]["theta+"]) == pytest.approx(4.7002133, abs=5e-8)


def test_the_courses_loss_with_a_penalty() -> None:
    def layer(
        letter: str, activation: str, W: tuple[float, float, int, int], b: tuple[float, float]
    ) -> Layer:
        low, high, m, n = W
        weights = np.linspace(low, high, m * n).reshape(m, n).T.tolist()
        return Layer(letter, activation, weights, "each", np.linspace(*b, n).tolist())

    network = Network(
        [
            layer("h", "relu", (-0.7, 0.3, 5, 50), (-0.1, 0.9)),
            layer("o", "softmax", (-0.3, 0.4, 50, 7), (-0.9, 0.1)),
        ],
        "cross_entropy", "mean", np.linspace(-5.5, 4.5, 15).reshape(5, 3).T.tolist(),
        np.eye(7)[[0, 5, 1]].tolist(), batch=3,
    )  # fmt: skip
    plain = trained(Case(network, Settings(Rate(0.1))), 1)[0]
    half = trained(Case(network, Settings(Rate(0.1), penalty=Penalty(1.0))), 1)[0]
    assert float(plain["loss"]) == pytest.approx(3.4702243556, abs=5e-11)
    assert float(half["loss"]) == pytest.approx(26.5948426952, abs=5e-11)


@pytest.mark.parametrize("seed", range(6))
def test_gradients_are_the_quotients_of_differences(seed: int) -> None:
    network = random_network(Random(seed))
    with localcontext(prec=50):
        parameters, small = network.parameters(), Decimal("1e-15")
        gradient = through(network, parameters, 0).gradient
        for name, w in parameters.items():
            up, down = (
                through(network, {**parameters, name: w + step}, 0).error
                for step in (small, -small)
            )
            assert abs((up - down) / (2 * small) - gradient[name]) < Decimal("1e-25")


def test_a_polynomials_gradient_is_the_quotient_of_differences() -> None:
    polynomial = random_polynomial(Random(3))
    with localcontext(prec=50):
        at, small = {name: Decimal(x) for name, x in polynomial.start.items()}, Decimal("1e-15")
        for name, slope in polynomial.gradient(at).items():
            up, down = (polynomial.value({**at, name: at[name] + s}) for s in (small, -small))
            assert abs((up - down) / (2 * small) - slope) < Decimal("1e-25")


@pytest.mark.parametrize(
    ("rate", "numbers"),
    [
        (Rate(0.1), [0.1, 0.1]),
        (Rate(0.1, "exponential", {"rate": 0.5}), [0.1, 0.05, 0.025]),
        (Rate(0.1, "step", {"factor": 0.1, "every": 2}), [0.1, 0.1, 0.01, 0.01, 0.001]),
        (Rate(0.1, "inverse_time", {"rate": 1.0}), [0.1, 0.05, 0.1 / 3]),
        (Rate(0.1, "linear", {"final": 0.02, "over": 4}), [0.1, 0.08, 0.06, 0.04, 0.02, 0.02]),
        (Rate(0.1, "cosine", {"final": 0.0, "over": 2}), [0.1, 0.05, 0.0, 0.0]),
        (Rate(0.1, "exponential", {"rate": 0.5}, 2), [0.05, 0.1, 0.1, 0.05]),
    ],
)
def test_learning_rates(rate: Rate, numbers: list[float]) -> None:
    found = [float(rules.learning_rate(rate, k)) for k in range(len(numbers))]
    assert found == pytest.approx(numbers, rel=1e-14, abs=1e-17)


def test_clipping_by_norm_takes_all_gradients_together_after_the_penalty() -> None:
    layer = Layer("o", "identity", [[3.0, 4.0]], "none", [])
    network = Network([layer], "half_squared_error", "mean", [[1.5, 2.0]], [[11.5]], batch=1)
    case = Case(
        network,
        Settings(Rate(1.0), penalty=Penalty(0.5), clip=("norm", 1.0)),
    )
    numbers = trained(case, 1)[0]
    assert float(numbers["penalty"]) == 6.25
    assert float(numbers["loss"]) == 6.75
    assert (float(numbers["dE/dw1:data"]), float(numbers["dE/dw1:penalty"])) == (1.5, 1.5)
    assert (float(numbers["g_w1"]), float(numbers["g_w2"])) == pytest.approx((0.6, 0.8))
    assert (float(numbers["w1+"]), float(numbers["w2+"])) == pytest.approx((2.4, 3.2))


def test_batches_follow_the_file_and_begin_anew() -> None:
    layer = Layer("o", "identity", [[1.0]], "none", [])
    network = Network([layer], "squared_error", "sum", [[1.0]] * 3, [[0.0]] * 3, batch=2)
    assert [network.samples(k) for k in (1, 2, 3)] == [[0, 1], [2], [0, 1]]


@pytest.mark.parametrize("optimizer", RULES)
def test_rounding_to_float64_is_told_from_a_slip(optimizer: str) -> None:
    case = random_case(Random(f"5 {optimizer}"), optimizer)
    exact = trained(case, 3)[-1]
    assert (
        max(d.error for d in differences(exact, {n: float(x) for n, x in exact.items()}, 3)) < 1e-12
    )
    slipped = {name: float(x) * 1.001 for name, x in exact.items()}
    assert max(found.error for found in differences(exact, slipped, 3)) > 1e-12
