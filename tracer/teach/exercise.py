"""Exercises from a seed: small networks whose numbers are pleasant to work with by hand.

Stands beside `check` and `why`: a wish (sizes, activations, loss, …) and a seed → an Experiment, which
`tracer.config.dump` writes. Numbers are drawn from coarse grids, the iteration is calculated, and
the draw is kept when `tracer.teach.pleasant` finds nothing against it.

Weights and biases are multiples of 0.05 from ±0.10 to ±1.00, a layer's weights all of different
size where there are enough; inputs and targets have one decimal.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from tracer.config.neurons import default_names
from tracer.engine.passes import forward
from tracer.errors import BptraceError, UsageError
from tracer.model.activations import ACTIVATIONS, Activation
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.losses import LOSSES
from tracer.model.network import Bias, FloatArray, Layer, LayerParameters, Network, parameters_of
from tracer.model.optimizers import OPTIMIZERS, SGD, Momentum
from tracer.model.quantity import Kind
from tracer.teach.pleasant import BEARABLE, ERROR_LEAST, NET_LIMIT, PLEASANT, is_moderate, objection

TRIES = 500
"""Within the bounds for pleasant numbers, and once more within those for bearable ones."""
LAYER_TRIES = 20
LARGEST = 200
"""Parameters × samples beyond which nobody calculates by hand."""

_GRID = 20  # steps in a unit: weights are multiples of 0.05
_LOW, _HIGH = 2, 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What a teacher asks for. `sizes` are the neurons a layer, the inputs first.

    `output_activation` None: the one that the loss needs; where it needs none, the hidden layers'.
    `learning_rate` None: 0.5, and with an optimiser whose steps aren't as long as the gradient 0.1.
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

    @property
    def rate(self) -> float:
        """The learning rate."""
        usual = 0.5 if self.optimizer in (SGD.name, Momentum.name) else 0.1
        return usual if self.learning_rate is None else self.learning_rate


def exercise(wish: Wish, seed: int) -> Experiment:
    """The exercise that belongs to the seed: its iterations on a full batch.

    Raises:
        UsageError: the parts of the wish don't go together, or it is too large to do by hand.
        BptraceError: no draw was pleasant; the message says what was wrong most often.
    """
    network = _network(wish)
    rng = np.random.default_rng(seed)
    against: Counter[str] = Counter()
    for bounds in (PLEASANT, BEARABLE):
        for _ in range(TRIES):
            drawn = _draw(wish, network, seed, rng)
            reason = objection(drawn, bounds)
            if reason is None:
                return drawn
            against[reason] += 1
    reason, times = against.most_common(1)[0]
    raise BptraceError(
        f"no pleasant {_spelled(wish.sizes)} exercise in {2 * TRIES} tries: "
        f"in {times} of them {reason}",
        "try fewer layers, fewer samples or another activation",
    )


def _network(wish: Wish) -> Network:
    activations = _activations(wish)
    names = default_names(list(wish.sizes))
    layers = [(names[i + 1], activation, wish.bias) for i, activation in enumerate(activations)]
    if not 0 < wish.rate < math.inf:
        raise UsageError(f"a learning rate of {wish.rate:g}", "give a positive number")
    network = Network.build(names[0], layers, wish.loss)
    numbers = network.parameter_count * wish.samples * wish.iterations
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
    inputs = _tenths(rng, 2, 9, (wish.samples, wish.sizes[0]))
    parameters, outs = [], inputs
    for layer in network.layers:
        drawn, outs = _layer(network, layer, outs, rng)
        parameters.append(drawn)
    data = Data(inputs, _targets(network, outs, rng), (None,) * wish.samples)
    frozen = parameters_of(network, Kind.BIAS) if wish.freeze_biases else frozenset()
    training = Training(
        wish.rate, wish.iterations, frozen=frozen, optimizer=OPTIMIZERS[wish.optimizer]()
    )
    title = f"Exercise {seed}: a {_spelled(wish.sizes)} network"
    return Experiment(title, network, tuple(parameters), data=data, training=training)


def _layer(
    network: Network, layer: Layer, before: FloatArray, rng: np.random.Generator
) -> tuple[LayerParameters, FloatArray]:
    """(W, b) with net inputs that are neither too large nor too small, and the layer's outputs."""
    alone = replace(network, inputs=layer.inputs, layers=(layer,))
    for _ in range(LAYER_TRIES):
        W = _multiples(rng, layer.weight_count).reshape(len(layer.neurons), len(layer.inputs))
        b = _multiples(rng, layer.bias_count) if layer.bias_count else None
        passed = forward(alone, ((W, b),), before)
        if is_moderate(passed.nets[-1]):
            break
    return (W, b), passed.outs[-1]


def _multiples(rng: np.random.Generator, count: int) -> FloatArray:
    """Multiples of 0.05 with either sign; none repeats the size of another until all are used."""
    sizes = np.arange(_LOW, _HIGH + 1)
    rounds = [rng.permutation(sizes) for _ in range(-(-count // len(sizes)))]
    signs = 2 * rng.integers(0, 2, count, dtype=np.int64) - 1
    values: FloatArray = signs * np.concatenate(rounds)[:count] / _GRID
    return values


def _tenths(rng: np.random.Generator, low: int, high: int, shape: tuple[int, int]) -> FloatArray:
    values: FloatArray = rng.integers(low, high, shape, dtype=np.int64, endpoint=True) / 10
    return values


def _targets(network: Network, outs: FloatArray, rng: np.random.Generator) -> FloatArray:
    """One of the classes for cross-entropies, else what an unsaturated output can reach.

    `outs`: (samples, outputs). A target is at least `ERROR_LEAST` away from its output.
    """
    activation, (samples, count) = network.layers[-1].activation, outs.shape
    if activation.coupled:
        values: FloatArray = np.eye(count)[rng.integers(0, count, samples, dtype=np.int64)]
        return values
    if network.loss.targets.classes:
        return rng.integers(0, 2, outs.shape, dtype=np.int64).astype(float)
    low, high = _reach(activation)
    steps = np.arange(low, high + 1) / 10
    chosen = [rng.permutation(steps[np.abs(steps - out) > ERROR_LEAST])[0] for out in outs.flat]
    return np.array(chosen).reshape(outs.shape)


def _reach(activation: Activation) -> tuple[int, int]:
    """The outputs that unsaturated neurons have, in tenths: (2, 8) for the sigmoid."""
    outs = activation.value(np.array([[-NET_LIMIT, NET_LIMIT]]))
    low, high = np.rint(10 * outs).astype(int).ravel().tolist()
    return low, high


def _spelled(sizes: tuple[int, ...]) -> str:
    return "-".join(map(str, sizes))
