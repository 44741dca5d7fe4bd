"""Random networks and polynomials with random options of one optimiser."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from benchmarks.oracle.graph import Polynomial
from benchmarks.oracle.network import BIASES, Layer, Network
from benchmarks.oracle.training import Case
from benchmarks.settings import RULES, Option, Penalty, Rate, Settings

HIDDEN = ("sigmoid", "tanh", "relu", "identity")
SQUARES = ("half_squared_error", "squared_error")


def random_case(rng: Random, optimizer: str) -> Case:
    """A network, or one time in five a polynomial."""
    what = random_polynomial(rng) if rng.random() < 0.2 else random_network(rng)
    names = list(what.start if isinstance(what, Polynomial) else what.parameters())
    return Case(what, random_settings(rng, optimizer, names, isinstance(what, Polynomial)))


def _number(rng: Random, low: float = -1.0, high: float = 1.0) -> float:
    return round(rng.uniform(low, high), rng.choice((1, 2, 3))) or 0.25


def random_network(rng: Random) -> Network:
    """One to three layers of one to four neurons, one to five samples."""
    sizes = [rng.randint(1, 4) for _ in range(rng.choice((2, 3, 3, 4)))]
    loss = rng.choice((*SQUARES, "cross_entropy"))
    sizes[-1] = max(2, sizes[-1]) if loss == "cross_entropy" else sizes[-1]
    bias = rng.choice(BIASES)
    layers = []
    for number, (m, n) in enumerate(pairwise(sizes)):
        last = number == len(sizes) - 2
        activation = "softmax" if last and loss == "cross_entropy" else rng.choice(HIDDEN)
        weights = [[_number(rng) for _ in range(m)] for _ in range(n)]
        count = {"none": 0, "shared": 1}.get(bias, n)
        biases = [_number(rng) for _ in range(count)]
        layers.append(Layer("o" if last else "hg"[number], activation, weights, bias, biases))
    count = rng.randint(1, 5)
    network = Network(
        layers,
        loss,
        reduction=rng.choice(("mean", "sum")),
        inputs=[[_number(rng, -2, 2) for _ in range(sizes[0])] for _ in range(count)],
        targets=[_targets(rng, loss, sizes[-1]) for _ in range(count)],
        batch=rng.randint(1, count),
        freeze=(),
    )
    return _frozen(rng, network)


def _targets(rng: Random, loss: str, count: int) -> list[float]:
    if loss != "cross_entropy":
        return [_number(rng, 0.01, 0.99) for _ in range(count)]
    right = rng.randrange(count)
    return [float(number == right) for number in range(count)]


def _frozen(rng: Random, network: Network) -> Network:
    """One time in four, a third of the parameters stay as they are."""
    names = list(network.parameters())
    if rng.random() > 0.25 or len(names) < 3:
        return network
    frozen = sorted(rng.sample(names, len(names) // 3))
    return Network(
        network.layers, network.loss, network.reduction, network.inputs, network.targets,
        network.batch, tuple(frozen),
    )  # fmt: skip


def random_polynomial(rng: Random) -> Polynomial:
    """A sum of squares with a product and a linear term: it has a least value."""
    names = [f"w{number}" for number in range(1, rng.randint(1, 3) + 1)]
    terms = [(_number(rng, 0.3, 2), {name: 2}) for name in names]
    terms += [(_number(rng, 0.05, 0.3), {name: 4}) for name in names if rng.random() < 0.3]
    terms += [(_number(rng, -0.2, 0.2), {names[0]: 1, name: 1}) for name in names[1:]]
    terms += [(_number(rng), {rng.choice(names): 1})]
    return Polynomial({name: _number(rng, -2, 2) for name in names}, terms)


def random_settings(rng: Random, optimizer: str, names: list[str], graph: bool) -> Settings:
    """All options drawn; states and a number of updates given one time in five."""
    rate = random_rate(rng, rng.choice((0.05, 0.1, 0.01, 0.03)))
    options = random_options(rng, optimizer)
    plain = Settings(rate, optimizer, options)
    state, updates = {}, 0
    given = not rate.schedule and plain.letters and rng.random() < 0.2
    if given:
        updates = rng.randint(1, 9)
        # Squares' means aren't negative, and the mean's square is below that of the squares.
        ranges = {"m": (-0.3, 0.3), "s": (0.1, 1.0), "v": (0.1, 1.0)}
        state = {
            letter: {name: _number(rng, *ranges[letter]) for name in names}
            for letter in plain.letters
        }
    clip = rng.choice((None, None, ("norm", _number(rng, 0.1, 1.5)), ("value", 0.05)))
    penalty = random_penalty(rng) if not graph and rng.random() < 0.5 else None
    return Settings(rate, optimizer, options, penalty, clip, updates, state)


def random_penalty(rng: Random) -> Penalty:
    """Of each kind and form."""
    forms = ("half", "whole", "per_sample")
    return Penalty(
        rng.choice((0.01, 0.1, 0.002)), rng.choice(("l2", "l2", "l1")), rng.choice(forms),
        rng.choice(("weights", "parameters")),
    )  # fmt: skip


def random_rate(rng: Random, initial: float) -> Rate:
    """Fixed half the time, else by a schedule, half of them with a warm-up."""
    schedules: dict[str, dict[str, float]] = {
        "": {},
        "exponential": {"rate": 0.95},
        "step": {"factor": 0.5, "every": rng.randint(1, 12)},
        "inverse_time": {"rate": 0.1},
        "linear": {"final": initial / 8, "over": rng.randint(2, 60)},
        "cosine": {"final": initial / 16, "over": rng.randint(2, 60)},
    }
    schedule = rng.choice(("", "", "", *schedules))
    warmup = rng.randint(1, 10) if schedule and rng.random() < 0.5 else 0
    return Rate(initial, schedule, schedules[schedule], warmup)


def random_options(rng: Random, optimizer: str) -> dict[str, Option]:
    """Options of the optimiser, each given two times in three."""
    place = rng.choice(("inside", "outside"))
    adam: dict[str, Option] = {
        "beta1": rng.choice((0.9, 0.8, 0.5, 0.0)), "beta2": rng.choice((0.999, 0.99, 0.9)),
        "epsilon": rng.choice((1e-8, 1e-7, 1e-3)), "epsilon_place": place,
        "bias_correction": rng.random() < 0.7,
    }  # fmt: skip
    form = rng.choice(("sum", "average", "velocity"))
    choices: dict[str, dict[str, Option]] = {
        "sgd": {},
        "momentum": {"momentum": rng.choice((0.9, 0.5, 0.99, 0.0)), "form": form},
        "adagrad": {"epsilon": rng.choice((1e-10, 1e-8, 1e-6)), "epsilon_place": place},
        "rmsprop": {
            "decay": rng.choice((0.9, 0.99, 0.5)), "epsilon": rng.choice((1e-8, 1e-6, 1e-3)),
            "epsilon_place": place, "centered": rng.random() < 0.4,
        },
        "adam": adam,
        "adamw": {**adam, "weight_decay": rng.choice((0.01, 0.1, 0.0))},
    }  # fmt: skip
    drawn = {name: option for name, option in choices[optimizer].items() if rng.random() < 0.67}
    if optimizer == "momentum":
        chosen = drawn.get("form", "sum")
        if chosen != "average" and rng.random() < 0.5:
            drawn["nesterov"] = True
        elif chosen == "sum" and rng.random() < 0.5:
            drawn["dampening"] = rng.choice((0.1, 0.9))
    assert set(drawn) <= set(RULES[optimizer].defaults)
    return drawn
