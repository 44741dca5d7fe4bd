"""A small fully connected network in decimals: forward, backward, one sample at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Row = Sequence[float]
BIASES = ("shared", "each", "none")


@dataclass(frozen=True, slots=True)
class Layer:
    """`weights[j][i]` leads to neuron j from input i; a shared bias stands once in `biases`."""

    letter: str
    activation: str
    weights: Sequence[Row]
    bias: str
    biases: Row

    @property
    def names(self) -> list[str]:
        """The neurons' names."""
        return [f"{self.letter}{row}" for row in range(1, len(self.weights) + 1)]

    def text(self) -> str:
        """As YAML."""
        weights = ", ".join(str(list(row)) for row in self.weights)
        bias = {"none": "none", "shared": f"{self.biases[0]!r}" if self.biases else ""}.get(
            self.bias, str(list(self.biases))
        )
        names = ", ".join(self.names)
        return (
            f"{{neurons: [{names}], activation: {self.activation}, weights: [{weights}], "
            f"bias: {bias}}}"
        )


@dataclass(frozen=True, slots=True)
class Network:
    """Layers and what they are trained on; `freeze` as in the configuration."""

    layers: Sequence[Layer]
    loss: str
    reduction: str
    inputs: Sequence[Row]
    targets: Sequence[Row]
    batch: int
    freeze: Sequence[str] = ()

    def parameters(self) -> dict[str, Decimal]:
        """Every parameter by its name: w1, w2, … and b1, b2, … through the network."""
        found: dict[str, Decimal] = {}
        weights = biases = 0
        for layer in self.layers:
            for number in (number for row in layer.weights for number in row):
                weights += 1
                found[f"w{weights}"] = Decimal(number)
            for number in layer.biases:
                biases += 1
                found[f"b{biases}"] = Decimal(number)
        return found

    def samples(self, iteration: int) -> list[int]:
        """Which samples make up an iteration's batch, from 0: in the file's order, over and over."""
        count = len(self.inputs)
        batches = [list(range(i, min(i + self.batch, count))) for i in range(0, count, self.batch)]
        return batches[(iteration - 1) % len(batches)]

    def lines(self) -> list[str]:
        """As lines of YAML, but for the training."""
        inputs = ", ".join(f"i{number}" for number in range(1, len(self.inputs[0]) + 1))
        lines = ["network:", f"  inputs: [{inputs}]", "  layers:"]
        lines += [f"    - {layer.text()}" for layer in self.layers]
        lines += [f"loss: {self.loss}", f"reduction: {self.reduction}", "data:"]
        for x, y in zip(self.inputs, self.targets, strict=True):
            lines.append(f"  - {{inputs: {list(x)}, targets: {list(y)}}}")
        return lines


@dataclass(slots=True)
class Pass:
    """One sample's numbers by name, its loss, and its part of each gradient."""

    values: dict[str, Decimal]
    error: Decimal
    gradient: dict[str, Decimal]


def through(network: Network, parameters: dict[str, Decimal], sample: int) -> Pass:
    """Forward and backward for one sample."""
    weights, biases = _matrices(network, parameters)
    values: dict[str, Decimal] = {}
    outs = [[Decimal(x) for x in network.inputs[sample]]]
    for layer, W, b in zip(network.layers, weights, biases, strict=True):
        nets = [
            sum((w * x for w, x in zip(row, outs[-1], strict=True)), Decimal(0)) + bias
            for row, bias in zip(W, b, strict=True)
        ]
        outs.append(_outputs(layer.activation, nets))
        for name, net, out in zip(layer.names, nets, outs[-1], strict=True):
            values[f"net_{name}"], values[f"out_{name}"] = net, out
    targets = [Decimal(y) for y in network.targets[sample]]
    gradient: dict[str, Decimal] = {}
    deltas = _output_deltas(network, outs[-1], targets)
    for number in reversed(range(len(network.layers))):
        layer = network.layers[number]
        for name, delta in zip(layer.names, deltas, strict=True):
            values[f"delta_{name}"] = delta
        gradient.update(_gradients(network, number, deltas, outs[number]))
        if number:
            back = [
                sum((W[i] * d for W, d in zip(weights[number], deltas, strict=True)), Decimal(0))
                for i in range(len(outs[number]))
            ]
            slopes = [_slope(network.layers[number - 1].activation, out) for out in outs[number]]
            deltas = [d * slope for d, slope in zip(back, slopes, strict=True)]
    error = _error(network.loss, outs[-1], targets)
    values["E_total"] = error
    return Pass(values, error, gradient)


def _matrices(
    network: Network, parameters: dict[str, Decimal]
) -> tuple[list[list[list[Decimal]]], list[list[Decimal]]]:
    """The parameters as they stand in the layers, a bias for each neuron."""
    numbers = iter(value for name, value in parameters.items() if name[0] == "w")
    shifts = iter(value for name, value in parameters.items() if name[0] == "b")
    weights, biases = [], []
    for layer in network.layers:
        weights.append([[next(numbers) for _ in row] for row in layer.weights])
        own = [next(shifts) for _ in layer.biases]
        count = len(layer.weights)
        biases.append({"shared": own * count, "none": [Decimal(0)] * count}.get(layer.bias, own))
    return weights, biases


def _outputs(activation: str, nets: list[Decimal]) -> list[Decimal]:
    if activation == "softmax":
        powers = [(net - max(nets)).exp() for net in nets]
        return [power / sum(powers) for power in powers]
    return [_output(activation, net) for net in nets]


def _output(activation: str, net: Decimal) -> Decimal:
    match activation:
        case "sigmoid":
            return 1 / (1 + (-net).exp())
        case "tanh":
            return 1 - 2 / (1 + (2 * net).exp())
        case "relu":
            return max(net, Decimal(0))
        case _:
            return net


def _slope(activation: str, out: Decimal) -> Decimal:
    match activation:
        case "sigmoid":
            return out * (1 - out)
        case "tanh":
            return 1 - out * out
        case "relu":
            return Decimal(out > 0)
        case _:
            return Decimal(1)


def _output_deltas(network: Network, outs: list[Decimal], targets: list[Decimal]) -> list[Decimal]:
    differences = [out - target for out, target in zip(outs, targets, strict=True)]
    if network.loss == "cross_entropy":
        total = sum(targets)
        return [out * total - target for out, target in zip(outs, targets, strict=True)]
    factor = 1 if network.loss == "half_squared_error" else 2
    last = network.layers[-1].activation
    return [factor * d * _slope(last, out) for d, out in zip(differences, outs, strict=True)]


def _error(loss: str, outs: list[Decimal], targets: list[Decimal]) -> Decimal:
    pairs = list(zip(outs, targets, strict=True))
    if loss == "cross_entropy":
        return -sum((target * out.ln() for out, target in pairs if target), Decimal(0))
    squares = sum(((target - out) ** 2 for out, target in pairs), Decimal(0))
    return squares / 2 if loss == "half_squared_error" else squares


def _gradients(
    network: Network, number: int, deltas: list[Decimal], inputs: list[Decimal]
) -> dict[str, Decimal]:
    """The layer's part of the gradient, by the parameters' names."""
    before = network.layers[:number]
    w = sum(len(row) for layer in before for row in layer.weights)
    b = sum(len(layer.biases) for layer in before)
    products = [delta * x for delta in deltas for x in inputs]
    found = {f"w{w + i}": product for i, product in enumerate(products, 1)}
    bias = network.layers[number].bias
    own = {"shared": [sum(deltas, Decimal(0))], "none": []}.get(bias, deltas)
    return found | {f"b{b + i}": delta for i, delta in enumerate(own, 1)}
