"""Names of quantities: `delta_o1@2#3` ↔ what it refers to.

The canonical names are ASCII and typed without quotes in a shell; other spellings (`z_h1`, `δ_o1`,
`∂E/∂w5`, `w[h1,i1]`) are accepted wherever a name is read. A suffix `@ITERATION` and `#SAMPLE`, both
counted from 1, picks another iteration or sample than the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tracer.errors import UnknownNameError, did_you_mean
from tracer.model.network import Bias, Layer, Network, parameter_names
from tracer.model.quantity import PARTS, Kind, Quantity, Stage

LEARNING_RATE = "lr"

_SUFFIX = re.compile(r"(?P<base>.+?)(?:@(?P<iteration>\d+))?(?:#(?P<sample>\d+))?")
_PREFIXES = {
    "net_": Kind.NET,
    "z_": Kind.NET,
    "out_": Kind.OUT,
    "a_": Kind.OUT,
    "delta_": Kind.DELTA,
    "target_": Kind.TARGET,
    "y_": Kind.TARGET,
    "E_": Kind.ERROR,
    "C_": Kind.ERROR,
    "dE/dout_": Kind.DE_DOUT,
    "dout/dnet_": Kind.SLOPE,
    "dE/dnet_": Kind.DELTA,
}
_WRITTEN = {
    Kind.INPUT: "",
    Kind.TARGET: "target_",
    Kind.NET: "net_",
    Kind.OUT: "out_",
    Kind.ERROR: "E_",
    Kind.DE_DOUT: "dE/dout_",
    Kind.PATH: "dE/dout_",
    Kind.SLOPE: "dout/dnet_",
    Kind.DELTA: "delta_",
}
_PARAMETERS = {
    Kind.WEIGHT: "w{}",
    Kind.NEW_WEIGHT: "w{}+",
    Kind.WEIGHT_GRADIENT: "dE/dw{}",
    Kind.WEIGHT_PART: "dE/dw{}",
    Kind.BIAS: "b{}",
    Kind.NEW_BIAS: "b{}+",
    Kind.BIAS_GRADIENT: "dE/db{}",
    Kind.BIAS_PART: "dE/db{}",
}
_SINGLE = {"E_total": Kind.TOTAL, "loss": Kind.LOSS, "J": Kind.LOSS}
_NET_OUT = {"C": "E", "a": "out", "z": "net"}
_MEAN = "mean_"
_LISTED_AT_MOST = 5000


class Names:
    """The names of everything in one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._places = {
            neuron: (layer, index)
            for layer in range(network.depth + 1)
            for index, neuron in enumerate(network.neurons(layer))
        }

    def name(self, quantity: Quantity) -> str:
        """The canonical name, with `@` and `#` where they aren't 1."""
        base = self._base(quantity)
        suffix = f"@{quantity.iteration}" if quantity.iteration != 1 else ""
        if quantity.sample is not None and (quantity.sample or quantity.kind in PARTS):
            suffix += f"#{quantity.sample + 1}"
        return base + suffix

    def bare(self, quantity: Quantity) -> str:
        """The canonical name without iteration and sample: `delta_o1`."""
        return self._base(quantity)

    def _base(self, quantity: Quantity) -> str:
        kind, layer, index = quantity.kind, quantity.layer, quantity.index
        if kind is Kind.LEARNING_RATE:
            return LEARNING_RATE
        if kind is Kind.TOTAL:
            return "E_total"
        if kind is Kind.LOSS:
            return "loss"
        if kind in _PARAMETERS:
            return _PARAMETERS[kind].format(self.parameter_number(quantity))
        neuron = self.network.neurons(layer)[index[0]]
        mean = _MEAN if quantity.stage.mean else ""
        if kind is Kind.PATH:
            return f"{mean}dE/dout_{neuron}:{self.network.neurons(layer + 1)[index[1]]}"
        if kind is Kind.SLOPE and len(index) == 2 and index[0] != index[1]:
            return f"{mean}dout_{neuron}/dnet_{self.network.neurons(layer)[index[1]]}"
        return f"{mean}{_WRITTEN[kind]}{neuron}"

    def parameter_number(self, quantity: Quantity) -> int:
        """5 for `w5`, `dE/dw5` and `w5+`."""
        layer = self.network.layers[quantity.layer - 1]
        if len(quantity.index) == 2:
            return layer.first_weight + quantity.index[0] * len(layer.inputs) + quantity.index[1]
        return layer.first_bias + quantity.index[0]

    def parse(self, text: str) -> Quantity:
        """The quantity that `text` names, in any accepted spelling.

        `dE/dw5` is the gradient after reduction over the batch, `dE/dw5#1` sample 1's part of it.

        Raises:
            UnknownNameError: no quantity is called so; the hint names the nearest ones.
        """
        ascii_text = to_ascii(text.strip())
        match = _SUFFIX.fullmatch(ascii_text)
        found = self._parse_base(match["base"]) if match else None
        if match is None or found is None:
            raise UnknownNameError(f"there is no quantity '{text}'", self._nearest(ascii_text))
        iteration, sample = int(match["iteration"] or 1), match["sample"]
        if iteration < 1 or (sample is not None and int(sample) < 1):
            raise UnknownNameError(f"'{text}': iterations and samples are counted from 1")
        return self._placed(found, iteration, sample, text)

    def lookup(self, base: str) -> tuple[Stage, tuple[int, ...]] | None:
        """Stage and index of a name without suffix, in ASCII; None for what is no name."""
        return self._parse_base(base)

    def _placed(
        self, found: tuple[Stage, tuple[int, ...]], iteration: int, sample: str | None, text: str
    ) -> Quantity:
        stage, index = found
        parts = {reduced: part for part, reduced in PARTS.items()}
        if sample is not None and stage.kind in parts:
            stage = Stage(parts[stage.kind], stage.layer)
        if stage.of_a_sample:
            return Quantity(stage, index, int(sample or 1) - 1, iteration)
        if sample is not None:
            raise UnknownNameError(
                f"'{text}': {stage.kind.words} belongs to the batch, not to a sample",
                "leave out the '#'",
            )
        return Quantity(stage, index, None, iteration)

    def _parse_base(self, text: str) -> tuple[Stage, tuple[int, ...]] | None:
        if text in _SINGLE:
            return Stage(_SINGLE[text], self.network.depth), ()
        if text in (LEARNING_RATE, "learning_rate"):
            return Stage(Kind.LEARNING_RATE, 0), ()
        if text in self._places:
            return self._neuron(Kind.OUT, text)
        if text.startswith(_MEAN):
            found = self._parse_base(text.removeprefix(_MEAN))
            return found and (Stage(found[0].kind, found[0].layer, mean=True), found[1])
        if text == "C":
            return Stage(Kind.TOTAL, self.network.depth), ()
        return self._parameter(text) or self._connection(text) or self._prefixed(text)

    def _prefixed(self, text: str) -> tuple[Stage, tuple[int, ...]] | None:
        for prefix in sorted(_PREFIXES, key=len, reverse=True):
            if text.startswith(prefix):
                return self._neuron(_PREFIXES[prefix], text.removeprefix(prefix))
        return None

    def _neuron(self, kind: Kind, neuron: str) -> tuple[Stage, tuple[int, ...]] | None:
        if neuron not in self._places:
            return None
        layer, index = self._places[neuron]
        if layer == 0:
            return (Stage(Kind.INPUT, 0), (index,)) if kind is Kind.OUT else None
        if kind in (Kind.TARGET, Kind.ERROR) and layer != self.network.depth:
            return None
        twice = kind is Kind.SLOPE and self.network.layers[layer - 1].activation.coupled
        return Stage(kind, layer), (index, index) if twice else (index,)

    def _connection(self, text: str) -> tuple[Stage, tuple[int, ...]] | None:
        """`dE/dout_h1:o1`, `dE_o1/dout_h1`, `dout_o1/dnet_o2`, `dnet_o1/dout_h1`, `dnet_o1/dw5`."""
        if text.startswith("dE/dout_") and ":" in text:
            return self._path(*text.removeprefix("dE/dout_").rsplit(":", 1))
        match = re.fullmatch(r"d(E|out|net)_(.+)/d(out_|net_|w|b)(.+)", text)
        if not match:
            return None
        of, upper, by, lower = match.groups()
        if (of, by) == ("E", "out_"):
            return self._neuron(Kind.DE_DOUT, lower) if upper == lower else self._path(lower, upper)
        if (of, by) == ("out", "net_"):
            return self._slope(upper, lower)
        if (of, by) == ("net", "out_"):
            return self._parameter(f"w[{upper},{lower}]")
        return self._net_by_parameter(upper, by + lower) if of == "net" else None

    def _path(self, neuron: str, after: str) -> tuple[Stage, tuple[int, ...]] | None:
        here, there = self._places.get(neuron), self._places.get(after)
        if not here or not there or here[0] == 0 or there[0] != here[0] + 1:
            return None
        return Stage(Kind.PATH, here[0]), (here[1], there[1])

    def _slope(self, out: str, net: str) -> tuple[Stage, tuple[int, ...]] | None:
        if out == net:
            return self._neuron(Kind.SLOPE, out)
        here, there = self._places.get(out), self._places.get(net)
        if not here or not there or here[0] != there[0] or here[0] == 0:
            return None
        coupled = self.network.layers[here[0] - 1].activation.coupled
        return (Stage(Kind.SLOPE, here[0]), (here[1], there[1])) if coupled else None

    def _net_by_parameter(
        self, neuron: str, parameter: str
    ) -> tuple[Stage, tuple[int, ...]] | None:
        """∂net_o1/∂w5 is the output that w5 multiplies, `out_h1`."""
        found = self._parameter(parameter)
        if not found or found[0].kind is not Kind.WEIGHT:
            return None
        layer = self.network.layers[found[0].layer - 1]
        to, source = found[1]
        same = layer.neurons[to] == neuron
        return self._neuron(Kind.OUT, layer.inputs[source]) if same else None

    def _parameter(self, text: str) -> tuple[Stage, tuple[int, ...]] | None:
        """`w5`, `b2`, `w[h1,i1]`, `b[h1]`; with `dE/d`, `grad_` before or `+`, `_new` behind."""
        core, new = re.subn(r"(\+|_new)$", "", text)
        core, gradient = re.subn(r"^(dE/d|grad_)", "", core)
        if new and gradient:
            return None
        index = self._numbered(core) or self._bracketed(core)
        if index is None:
            return None
        layer, place = index
        weight = len(place) == 2
        kinds = (Kind.WEIGHT, Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT)
        if not weight:
            kinds = (Kind.BIAS, Kind.BIAS_GRADIENT, Kind.NEW_BIAS)
        return Stage(kinds[1 if gradient else 2 if new else 0], layer.number), place

    def _numbered(self, text: str) -> tuple[Layer, tuple[int, ...]] | None:
        match = re.fullmatch(r"([wb])([1-9]\d{0,17})", text)
        if not match:
            return None
        number = int(match[2])
        for layer in self.network.layers:
            offset = number - (layer.first_weight if match[1] == "w" else layer.first_bias)
            if match[1] == "w" and 0 <= offset < layer.weight_count:
                return layer, divmod(offset, len(layer.inputs))
            if match[1] == "b" and 0 <= offset < layer.bias_count:
                return layer, (offset,)
        return None

    def _bracketed(self, text: str) -> tuple[Layer, tuple[int, ...]] | None:
        match = re.fullmatch(r"([wb])\[(.+)\]", text)
        if not match:
            return None
        neuron, _, source = (part.strip() for part in match[2].partition(","))
        number, index = self._places.get(neuron, (0, 0))
        if number == 0:
            return None
        layer = self.network.layers[number - 1]
        if match[1] == "w":
            return (layer, (index, layer.inputs.index(source))) if source in layer.inputs else None
        if source or layer.bias is Bias.NONE:
            return None
        return layer, (0 if layer.bias is Bias.SHARED else index,)

    def _nearest(self, text: str) -> str:
        if re.search(r"(^|/d|_)[wb]\d+", text):
            last = self.network.layers[-1]
            weights = last.first_weight + last.weight_count - 1
            biases = last.first_bias + last.bias_count - 1
            return f"the network has {weights} weights and {biases} biases, counted from 1"
        known = list(islice(self._candidates(), _LISTED_AT_MOST))
        return did_you_mean(text, known) or "`bptrace explain CONFIG` lists the names"

    def _candidates(self) -> Iterator[str]:
        """Names to suggest: every neuron's, then the parameters', their gradients' and updates'."""
        yield from (*_SINGLE, LEARNING_RATE)
        for neuron, (layer, _) in self._places.items():
            spellings = [prefix + neuron for prefix in _WRITTEN.values()] if layer else [neuron]
            yield from (name for name in spellings if layer == 0 or self._parse_base(name))
        for parameter in parameter_names(self.network):
            yield from (parameter, f"dE/d{parameter}", f"{parameter}+")


def to_ascii(text: str) -> str:
    """`δ_o1` → `delta_o1`, `∂E_total/∂w5` → `dE/dw5`, `∂a_o1/∂z_o1` → `dout_o1/dnet_o1`."""
    for symbol, spelling in (("δ", "delta"), ("∂", "d"), ("η", LEARNING_RATE), ("⁺", "+")):
        text = text.replace(symbol, spelling)
    text = re.sub(r"^(mean_)?d(E_total|C|J|loss)/d", r"\1dE/d", text)
    text = re.sub(r"^(mean_)?da/d", r"\1dout/d", text)
    text = re.sub(r"^d(C|a|z)_(?=[^/]+/d)", lambda match: f"d{_NET_OUT[match[1]]}_", text)
    return re.sub(r"(?<=/d)(a|z)_", lambda match: f"{_NET_OUT[match[1]]}_", text)
