"""Exercises from a seed: small networks whose numbers are pleasant to work with by hand.

Stands beside `check` and `why`: a wish (sizes, activations, loss, …) and a seed → an Experiment, which
`tracer.config.dump` writes. Numbers are drawn from coarse grids, the iteration is calculated, and
the draw is kept when `tracer.teach.pleasant` finds nothing against it.

For people who work with four decimals, weights and biases are multiples of 0.05 from ±0.10 to ±1.00, a
layer's weights all of different size where there are enough; inputs and targets have one decimal.
Fewer decimals make them multiples of 0.1, and more of 0.01, inputs and targets too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tracer.config.neurons import default_names
from tracer.engine.forward import forward
from tracer.errors import BptraceError, UsageError
from tracer.immutable import immutable
from tracer.model.activations import ACTIVATIONS, Activation
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.losses import LOSSES
from tracer.model.network import Bias, FloatArray, Layer, LayerParameters, Network, parameters_of
from tracer.model.optimizers import OPTIMIZERS, SGD, Momentum
from tracer.model.quantity import Kind
from tracer.teach.pleasant import (
    BEARABLE,
    ERROR_LEAST,
    NET_LIMIT,
    PLEASANT,
    UNTOLD,
    is_moderate,
    objection,
)
from tracer.teach.telling import Wanted, alike, check_known, iterations_of

TRIES = 500
"""Within the bounds for pleasant numbers, and once more within those for bearable ones."""
LAYER_TRIES = 20
LARGEST = 200
"""Parameters × samples beyond which nobody calculates by hand."""

_FEWEST_DIGITS, _MOST_DIGITS = 3, 9
_USUAL_DIGITS = 4
_TRIAL_DRAWS = 20  # after so many, a mistake that none of them has is one that can't be made


@immutable
class Wish:
    """What a teacher asks for. `sizes` are the neurons a layer, the inputs first.

    `output_activation` None: the one that the loss needs; where it needs none, the hidden layers'.
    `learning_rate` None: 0.5, and with an optimiser whose steps aren't as long as the gradient 0.1.
    `batch` None: all samples in each iteration, else so many, in their order. `digits`: the decimals
    that people work with. `apart`: mistakes that the exercise must tell from all others.
    """

    sizes: tuple[int, ...] = (2, 2, 2)
    activation: str = "sigmoid"
    output_activation: str | None = None
    loss: str = "half_squared_error"
    bias: Bias = Bias.EACH
    samples: int = 1
    learning_rate: float | None = None
    freeze_biases: bool = False
    optimizer: str = SGD.name
    iterations: int = 1
    batch: int | None = None
    digits: int = _USUAL_DIGITS
    apart: tuple[str, ...] = ()

    @property
    def grid(self) -> int:
        """Steps in a unit, for weights and biases: 20 for multiples of 0.05."""
        return 20 if self.digits == _USUAL_DIGITS else 10 if self.digits < _USUAL_DIGITS else 100

    @property
    def data_grid(self) -> int:
        """The same for inputs and targets."""
        return 100 if self.digits > _USUAL_DIGITS else 10

    @property
    def rate(self) -> float:
        """The learning rate."""
        usual = 0.5 if self.optimizer in (SGD.name, Momentum.name) else 0.1
        return usual if self.learning_rate is None else self.learning_rate


def exercise(wish: Wish, seed: int) -> Experiment:
    """The exercise that belongs to the seed.

    Raises:
        UsageError: the parts of the wish don't go together, or it is too large to do by hand.
        BptraceError: no draw was pleasant; the message says what was wrong most often.
    """
    return next(draws(wish, seed))


def draws(wish: Wish, seed: int) -> Iterator[Experiment]:
    """The exercises of the seed, the first that belongs to it and then others; as `exercise` raises."""
    network = _network(wish)
    wanted = _wanted(wish, network)
    rng = np.random.default_rng(seed)
    while True:
        yield _pleasant(wish, network, wanted, (seed, rng))


def _pleasant(
    wish: Wish, network: Network, wanted: Wanted, source: tuple[int, np.random.Generator]
) -> Experiment:
    against: Counter[str] = Counter()
    for bounds in (PLEASANT.at(wish.digits), BEARABLE.at(wish.digits)):
        for _ in range(TRIES):
            drawn = _draw(wish, network, *source)
            reason = objection(drawn, bounds, wanted)
            if reason is None:
                return drawn
            against[reason] += 1
    last = Counter({reason: n for reason, n in against.items() if UNTOLD in reason})
    ((reason, times),) = (last or against).most_common(1)
    hint = "try fewer layers, fewer samples or another activation"
    raise BptraceError(
        f"no pleasant {_spelled(wish.sizes)} exercise in {2 * TRIES} tries: "
        f"in {times} of them {reason}",
        f"{hint}, or more --digits" if wish.digits < _USUAL_DIGITS else hint,
    )


def _wanted(wish: Wish, network: Network) -> Wanted:
    """The mistakes to tell from others, as a few draws show them.

    Raises:
        UsageError: there is no such mistake, or nobody can make it in this exercise, or two of them
            are always the same.
    """
    check_known(wish.apart)
    found: dict[str, frozenset[str]] = {}
    rng = np.random.default_rng(0)
    for _ in range(_TRIAL_DRAWS if wish.apart else 0):
        drawn = alike(iterations_of(_draw(wish, network, 0, rng)), wish.apart)
        found |= {name: found.get(name, same) & same for name, same in drawn.items()}
    for name in wish.apart:
        if name not in found:
            raise UsageError(
                f"nobody can make the mistake {name} in this exercise",
                "leave it out, or ask for another network, loss, optimiser or more iterations",
            )
        for other in found[name] & set(wish.apart):
            raise UsageError(
                f"nobody can tell {name} from {other} in this exercise",
                "they lead to the same numbers; leave one of them out",
            )
    return found


def _network(wish: Wish) -> Network:
    activations = _activations(wish)
    names = default_names(list(wish.sizes))
    layers = [(names[i + 1], activation, wish.bias) for i, activation in enumerate(activations)]
    if not 0 < wish.rate < math.inf:
        raise UsageError(f"a learning rate of {wish.rate:g}", "give a positive number")
    if not _FEWEST_DIGITS <= wish.digits <= _MOST_DIGITS:
        raise UsageError(
            f"{wish.digits} decimals", f"give {_FEWEST_DIGITS} to {_MOST_DIGITS} to work with"
        )
    if wish.batch is not None and not 1 <= wish.batch <= wish.samples:
        raise UsageError(
            f"batches of {wish.batch} from {wish.samples} sample{'s' * (wish.samples > 1)}",
            "ask for as many samples, or for a smaller batch",
        )
    network = Network.build(names[0], layers, wish.loss)
    numbers = network.parameter_count * (wish.batch or wish.samples) * wish.iterations
    if numbers > LARGEST:
        raise UsageError(
            f"a {_spelled(wish.sizes)} network has {network.parameter_count} parameters",
            f"by hand, parameters × samples × iterations shouldn't exceed {LARGEST}",
        )
    return network


def _activations(wish: Wish) -> list[str]:
    """The activation of each layer; UsageError where they and the loss don't go together."""
    if len(wish.sizes) < 2 or min(wish.sizes) < 1:
        raise UsageError(
            f"a network of the sizes {_spelled(wish.sizes)}",
            "give at least two layers, the inputs first, each of at least one neuron",
        )
    allowed = LOSSES[wish.loss].outputs
    output = wish.output_activation or next(iter(allowed), wish.activation)
    if allowed and output not in allowed:
        needed = " or ".join(allowed)
        raise UsageError(f"{wish.loss} needs {needed} outputs", f"leave out {output}")
    hidden = [wish.activation] * (len(wish.sizes) - 2)
    if any(ACTIVATIONS[name].coupled for name in hidden):
        raise UsageError(
            f"{wish.activation} belongs to the output layer", "name it as the output activation"
        )
    alone = ACTIVATIONS[output].alone
    if alone and wish.sizes[-1] == 1:
        raise UsageError(f"{output} over a single neuron is {alone}", "give two outputs or more")
    return [*hidden, output]


def _draw(wish: Wish, network: Network, seed: int, rng: np.random.Generator) -> Experiment:
    inputs = _decimals(rng, wish.data_grid, (wish.samples, wish.sizes[0]))
    parameters, outs = [], inputs
    for layer in network.layers:
        drawn, outs = _layer(network, layer, outs, (rng, wish.grid))
        parameters.append(drawn)
    targets = _targets(network, outs, (rng, wish.data_grid))
    data = Data(inputs, targets, (None,) * wish.samples)
    frozen = parameters_of(network, Kind.BIAS) if wish.freeze_biases else frozenset()
    training = Training(
        wish.rate,
        wish.iterations,
        batch=wish.batch,
        frozen=frozen,
        optimizer=OPTIMIZERS[wish.optimizer](),
    )
    title = f"Exercise {seed}: a {_spelled(wish.sizes)} network"
    return Experiment(title, network, tuple(parameters), data=data, training=training)


_Source = tuple[np.random.Generator, int]
"""Where numbers come from, and the steps in a unit that they are on."""


def _layer(
    network: Network, layer: Layer, before: FloatArray, source: _Source
) -> tuple[LayerParameters, FloatArray]:
    """(W, b) with net inputs that are neither too large nor too small, and the layer's outputs."""
    alone = replace(network, inputs=layer.inputs, layers=(layer,))
    for _ in range(LAYER_TRIES):
        W = _multiples(source, layer.weight_count).reshape(len(layer.neurons), len(layer.inputs))
        b = _multiples(source, layer.bias_count) if layer.bias_count else None
        passed = forward(alone, ((W, b),), before)
        if is_moderate(passed.nets[-1]):
            break
    return (W, b), passed.outs[-1]


def _multiples(source: _Source, count: int) -> FloatArray:
    """Multiples of a step, 0.1 to 1 with either sign; none repeats the size of another until all are
    used."""
    rng, grid = source
    sizes = np.arange(grid // 10, grid + 1)
    rounds = [rng.permutation(sizes) for _ in range(-(-count // len(sizes)))]
    signs = 2 * rng.integers(0, 2, count, dtype=np.int64) - 1
    values: FloatArray = signs * np.concatenate(rounds)[:count] / grid
    return values


def _decimals(rng: np.random.Generator, grid: int, shape: tuple[int, int]) -> FloatArray:
    """Numbers from 0.2 to 0.9."""
    low, high = 2 * grid // 10, 9 * grid // 10
    values: FloatArray = rng.integers(low, high, shape, dtype=np.int64, endpoint=True) / grid
    return values


def _targets(network: Network, outs: FloatArray, source: _Source) -> FloatArray:
    """One of the classes for cross-entropies, else what an unsaturated output can reach.

    `outs`: (samples, outputs). A target is at least `ERROR_LEAST` away from its output.
    """
    activation, (samples, count), (rng, grid) = network.layers[-1].activation, outs.shape, source
    if activation.coupled:
        values: FloatArray = np.eye(count)[rng.integers(0, count, samples, dtype=np.int64)]
        return values
    if network.loss.targets.classes:
        return rng.integers(0, 2, outs.shape, dtype=np.int64).astype(float)
    low, high = _reach(activation)
    steps = np.arange(low * grid // 10, high * grid // 10 + 1) / grid
    chosen = [rng.permutation(steps[np.abs(steps - out) > ERROR_LEAST])[0] for out in outs.flat]
    return np.array(chosen).reshape(outs.shape)


def _reach(activation: Activation) -> tuple[int, int]:
    """The outputs that unsaturated neurons have, in tenths: (2, 8) for the sigmoid."""
    outs = activation.value(np.array([[-NET_LIMIT, NET_LIMIT]]))
    low, high = np.rint(10 * outs).astype(int).ravel().tolist()
    return low, high


def _spelled(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))
