"""Random exercises of a size that people calculate by hand, and their configuration as text."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from benchmarks.settings import Settings

HALF, SQUARED, MEAN = "half_squared_error", "squared_error", "mean_squared_error"
BINARY, CROSS = "binary_cross_entropy", "cross_entropy"
SQUARES = (HALF, SQUARED, MEAN)
HIDDEN = ("sigmoid", "sigmoid", "sigmoid", "tanh", "relu", "leaky_relu", "softplus")
OUTER = ("sigmoid", "sigmoid", "sigmoid", "tanh", "identity", "softplus", "relu")
BIASES = ("shared", "each", "each", "none", "threshold")
RATES = (0.5, 0.1, 0.2, 0.9, 0.05, 0.01, 1.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """`weights[j][i]` leads to neuron j from input i; a shared bias stands once in `biases`."""

    names: tuple[str, ...]
    activation: str
    weights: tuple[tuple[float, ...], ...]
    bias: str
    biases: tuple[float, ...]

    def bias_row(self, neuron: int) -> int:
        """Which of `biases` belongs to the neuron."""
        return 0 if self.bias == "shared" else neuron


@dataclass(frozen=True, slots=True)
class Exercise:
    """A network, its samples and its training: what stands on the exercise sheet."""

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str
    reduction: str
    samples: tuple[tuple[float, ...], ...]
    targets: tuple[tuple[float, ...], ...]
    rate: float
    iterations: int
    freeze: bool
    output_first: bool
    online: bool
    settings: Settings | None = None

    def batch(self, iteration: int) -> tuple[int, ...]:
        """The samples of an iteration, counted from 1."""
        count = len(self.samples)
        return ((iteration - 1) % count + 1,) if self.online else tuple(range(1, count + 1))

    @property
    def divisor(self) -> int:
        """What the sum over a batch is divided by."""
        return len(self.batch(1)) if self.reduction == "mean" else 1

    def names(self, layer: int) -> tuple[str, ...]:
        """The neurons' names; layer 0 is the inputs."""
        return self.layers[layer - 1].names if layer else self.inputs

    def configuration(self) -> str:
        """The exercise as a configuration file."""
        lines = ["network:", f"  inputs: [{', '.join(self.inputs)}]", "  layers:"]
        lines += [f"    - {_layer(layer)}" for layer in self.layers]
        lines += [f"loss: {self.loss}", f"reduction: {self.reduction}", "data:"]
        for inputs, targets in zip(self.samples, self.targets, strict=True):
            lines.append(f"  - {{inputs: {list(inputs)}, targets: {list(targets)}}}")
        rule = self.settings.lines() if self.settings else [f"learning_rate: {self.rate}"]
        lines += ["training:", *(f"  {line}" for line in rule)]
        lines += [f"  iterations: {self.iterations}"]
        lines += ["  batch: online"] if self.online else []
        lines += ["  freeze: biases"] if self.freeze else []
        lines += ["  update_order: output_first"] if self.output_first else []
        return "\n".join(lines) + "\n"


def _layer(layer: Layer) -> str:
    rows = ", ".join(str(list(row)) for row in layer.weights)
    text = f"neurons: [{', '.join(layer.names)}], activation: {layer.activation}, weights: [{rows}]"
    if layer.bias == "shared":
        text += f", bias: {layer.biases[0]}"
    elif layer.bias != "none":
        key = "threshold" if layer.bias == "threshold" else "bias"
        text += f", {key}: {list(layer.biases)}"
    return f"{{{text}}}"


def random_exercise(rng: Random, *, program: bool = False, batch: int = 0) -> Exercise:
    """An exercise of hand size; `program` leaves out what has no array, `batch` fixes the samples."""
    sizes = [rng.randint(2, 4), *(rng.randint(2, 3) for _ in range(rng.choice((1, 1, 1, 2))))]
    loss = rng.choice((HALF, HALF, HALF, SQUARED, MEAN, BINARY, CROSS, CROSS))
    sizes.append(rng.randint(2, 3) if loss == CROSS else rng.choice((1, 2, 2, 3)))
    final = {BINARY: "sigmoid", CROSS: "softmax"}.get(loss) or rng.choice(OUTER)
    hidden = rng.choice(HIDDEN)
    places = rng.choice((1, 1, 2))
    bias = rng.choice(BIASES[:4] if program else BIASES)
    layers = []
    for number in range(1, len(sizes)):
        last = number == len(sizes) - 1
        names = _names("o" if last else "hg"[number - 1], sizes[number])
        weights = tuple(_numbers(rng, sizes[number - 1], places) for _ in names)
        count = {"none": 0, "shared": 1}.get(bias, len(names))
        biases = _numbers(rng, count, places)
        layers.append(Layer(names, final if last else hidden, weights, bias, biases))
    count = batch or rng.choice((1, 1, 1, 2, 3, 4))
    return Exercise(
        inputs=_names(rng.choice("ix"), sizes[0]),
        layers=tuple(layers),
        loss=loss,
        reduction=rng.choice(("mean", "mean", "sum")),
        samples=tuple(_inputs(rng, sizes[0]) for _ in range(count)),
        targets=tuple(_targets(rng, sizes[-1], final, loss) for _ in range(count)),
        rate=rng.choice(RATES),
        iterations=rng.choice((1, 1, 1, 2, 2, 3)),
        freeze=bias != "none" and rng.random() < 0.2,
        output_first=rng.random() < 0.1,
        online=not batch and count > 1 and rng.random() < 0.15,
    )


def _names(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(1, count + 1))


def _numbers(rng: Random, count: int, places: int) -> tuple[float, ...]:
    drawn: list[float] = []
    while len(drawn) < count:
        if number := round(rng.uniform(-1, 1), places):
            drawn.append(number)
    return tuple(drawn)


def _inputs(rng: Random, count: int) -> tuple[float, ...]:
    if rng.random() < 0.15:
        return (*(float(rng.randint(0, 1)) for _ in range(count - 1)), 1.0)
    return _numbers(rng, count, rng.choice((1, 2)))


def _targets(rng: Random, count: int, final: str, loss: str) -> tuple[float, ...]:
    soft = rng.random() < 0.25
    if loss == CROSS:
        right = rng.randrange(count)
        if soft:
            rest = 0.1 if count == 3 else 0.2
            return tuple(0.8 if number == right else rest for number in range(count))
        return tuple(float(number == right) for number in range(count))
    if loss == BINARY:
        if soft:
            return tuple(rng.choice((0.1, 0.2, 0.3, 0.7, 0.8, 0.9)) for _ in range(count))
        return tuple(float(rng.randint(0, 1)) for _ in range(count))
    low = -0.95 if final in ("tanh", "identity") else 0.01
    return tuple(round(rng.uniform(low, 0.99), 2) for _ in range(count))
