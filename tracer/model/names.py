"""Names of quantities: `delta_o1@2#3` ↔ what it refers to.

The canonical names are ASCII where the neurons' are, and typed without quotes in a shell. A suffix
`@ITERATION` and `#SAMPLE`, both counted from 1, picks another iteration or sample than the first.

A name is read as it stands first: canonical, or in the letters of the notations (`z_h1`, `δ_o1`,
`∂E/∂w5`, `w[h1,i1]`), each neuron's name exactly as the network has it; a neuron's name alone comes
before everything that is called the same. Only what means nothing so is read loosely (`Out_H2`,
`dEdw5`, `w^1_11`, `w1'`); if that gives two readings, neither is taken. The configuration refuses
names of neurons that would make a canonical name mean two things (`tracer.config.neurons`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import islice

from tracer.errors import UnknownNameError, did_you_mean
from tracer.model.letters import CLIPPED, EXACT, LONGEST, LOOSE, fold
from tracer.model.network import Network, parameter_names
from tracer.model.optimizers import corrected_letters, state_letters
from tracer.model.places import Found
from tracer.model.quantity import (
    BEFORE,
    CLIPPED_OF,
    DATA_OF,
    LETTERED,
    PARTS,
    PENALTY_OF,
    Kind,
    Quantity,
)
from tracer.model.spellings import Grammar

LEARNING_RATE = "lr"

_SUFFIX = re.compile(
    r"(?P<base>[^@#]+)(?:@(?P<iteration>\d{1,15}))?(?:#(?P<sample>\d{1,15}))?", re.ASCII
)
_BAD_SUFFIX = re.compile(r"[^@#]+[@#].*", re.DOTALL)
_WHOLE = {
    Kind.TOTAL: "E_total",
    Kind.LOSS: "loss",
    Kind.PENALTY: "penalty",
    Kind.NORM: "grad_norm",
    Kind.LEARNING_RATE: LEARNING_RATE,
}
_WRITTEN = {
    Kind.INPUT: "",
    Kind.TARGET: "target_",
    Kind.NET: "net_",
    Kind.OUT: "out_",
    Kind.ERROR: "E_",
    Kind.DE_DOUT: "dE/dout_",
    Kind.SLOPE: "dout/dnet_",
    Kind.DELTA: "delta_",
}
_WRITTEN_Z_A = {
    Kind.INPUT: "",
    Kind.TARGET: "y_",
    Kind.NET: "z_",
    Kind.OUT: "a_",
    Kind.ERROR: "C_",
    Kind.DE_DOUT: "dC/da_",
    Kind.SLOPE: "da/dz_",
    Kind.DELTA: "delta_",
}
_PARAMETERS = {
    Kind.WEIGHT: ("", ""),
    Kind.NEW_WEIGHT: ("", "+"),
    Kind.WEIGHT_GRADIENT: ("dE/d", ""),
    Kind.WEIGHT_PART: ("dE/d", ""),
    Kind.BIAS: ("", ""),
    Kind.NEW_BIAS: ("", "+"),
    Kind.BIAS_GRADIENT: ("dE/d", ""),
    Kind.BIAS_PART: ("dE/d", ""),
    **dict.fromkeys(DATA_OF.values(), ("dE/d", ":data")),
    **dict.fromkeys(PENALTY_OF.values(), ("dE/d", ":penalty")),
    **dict.fromkeys(CLIPPED_OF.values(), (f"{CLIPPED}_", "")),
}
_PART_OF = {reduced: part for part, reduced in PARTS.items()}
_LIKE_A_PARAMETER = re.compile(r"(^|/[d∂]|_)[wb]_?[\d₀-₉]", re.IGNORECASE)
_LIKE_A_STATE = re.compile(r"(?P<letter>[^\W_]{1,2})_(?P<parameter>[wb].+?)[+⁺]?")
_BY_PLACE = re.compile(r"\^\W*\d|[¹²³⁰⁴-⁹]")
_LIKE_AN_ARRAY = re.compile(r"[WB]_?\{?([1-9]\d{0,5})\}?(?:\+|⁺|'|_new)?", re.ASCII)
_IN_Z_A = re.compile(r"(mean_)?[d∂]?[zaCyJ](_|/|$)")
_SIGNS = str.maketrans({"δ": "delta", "∂": "d", "η": LEARNING_RATE, "⁺": "+"})
_LISTED_AT_MOST = 5000
_NAMES_AT_HAND = 1024


class Names:
    """The names of everything in one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._exact = Grammar(network, EXACT)
        self._parsed = lru_cache(maxsize=_NAMES_AT_HAND)(self._read)

    @cached_property
    def _loose(self) -> Grammar:
        return Grammar(self.network, LOOSE)

    def name(self, quantity: Quantity) -> str:
        """The canonical name, with `@` and `#` where they aren't 1."""
        base = self.bare(quantity)
        suffix = f"@{quantity.iteration}" if quantity.iteration != 1 else ""
        if quantity.sample is not None and (quantity.sample or quantity.kind in PARTS):
            suffix += f"#{quantity.sample + 1}"
        return base + suffix

    def bare(self, quantity: Quantity) -> str:
        """The canonical name without iteration and sample: `delta_o1`."""
        mean = EXACT.mean if quantity.stage.mean else ""
        return mean + (_WHOLE.get(quantity.kind) or self._base(quantity))

    def _base(self, quantity: Quantity) -> str:
        kind, layer, index = quantity.kind, quantity.layer, quantity.index
        if kind in _PARAMETERS:
            before, after = _PARAMETERS[kind]
            return f"{before}{self.parameter(quantity)}{after}"
        if kind is Kind.SETTING:
            return quantity.stage.slot
        if kind in LETTERED:
            after = "+" if kind in BEFORE else ""
            return f"{quantity.stage.slot}_{self.parameter(quantity)}{after}"
        neurons = self.network.neurons(layer)
        if kind is Kind.PATH:
            return f"dE/dout_{neurons[index[0]]}:{self.network.neurons(layer + 1)[index[1]]}"
        if kind is Kind.SLOPE and index[0] != index[-1]:
            return f"dout_{neurons[index[0]]}/dnet_{neurons[index[1]]}"
        return _WRITTEN[kind] + neurons[index[0]]

    def parameter(self, quantity: Quantity) -> str:
        """`w5` for `w5`, `dE/dw5` and `w5+`; `theta_h1` for a threshold."""
        if self.is_threshold(quantity):
            return f"theta_{self.network.neurons(quantity.layer)[quantity.index[0]]}"
        return f"{'b' if len(quantity.index) == 1 else 'w'}{self.parameter_number(quantity)}"

    def is_threshold(self, quantity: Quantity) -> bool:
        """Whether a parameter, or what belongs to one, is a threshold's."""
        return len(quantity.index) == 1 and self.network.layers[quantity.layer - 1].has_thresholds

    def parameter_number(self, quantity: Quantity) -> int:
        """5 for `w5`, `dE/dw5`, `w5+` and `v_w5`; thresholds have no number."""
        layer = self.network.layers[quantity.layer - 1]
        if len(quantity.index) == 2:
            return layer.first_weight + quantity.index[0] * len(layer.inputs) + quantity.index[1]
        return layer.first_bias + quantity.index[0]

    def parse(self, text: str) -> Quantity:
        """The quantity that `text` names, in any accepted spelling.

        `dE/dw5` is the gradient after reduction over the batch, `dE/dw5#1` sample 1's part of it.

        Raises:
            UnknownNameError: no quantity is called so, or two could be; the hint names the nearest.
        """
        return self._parsed(text)

    def _read(self, text: str) -> Quantity:
        match = _SUFFIX.fullmatch(text.strip())
        if match is None:
            raise self._unknown(text, text)
        base, iteration, sample = match["base"].strip(), match["iteration"], match["sample"]
        found = self._exact.first(base) or self._read_loosely(base, text)
        if (iteration and not int(iteration)) or (sample and not int(sample)):
            raise UnknownNameError(f"'{text}': iterations and samples are counted from 1")
        return _placed(found, int(iteration or 1), sample, text)

    def _read_loosely(self, base: str, text: str) -> Found:
        readings = self._loose.all(fold(base)) if len(base) <= LONGEST else ()
        if not readings:
            raise self._unknown(base, text)
        meant = [f"'{self.bare(Quantity(stage, index))}'" for stage, index in readings]
        if len(meant) > 1:
            listed = f"{', '.join(meant[:-1])} or {meant[-1]}"
            raise UnknownNameError(f"'{text}' may mean {listed}", "write it like one of these")
        stage, index = readings[0]
        if stage.kind in _PARAMETERS and not self.is_threshold(Quantity(stage, index)):
            number = self.parameter_number(Quantity(stage, index))
            if number <= self.network.depth and number == _number_of_array(base):
                message = f"'{text}' may mean {meant[0]} or the whole array of layer {number}"
                raise UnknownNameError(message, "single parameters are w1, b1, with a small letter")
        return stage, index

    def _unknown(self, base: str, text: str) -> UnknownNameError:
        return UnknownNameError(f"there is no quantity '{text}'", self._nearest(base[:LONGEST]))

    def _nearest(self, text: str) -> str:
        if _BAD_SUFFIX.fullmatch(text):
            return "behind a name stand @ITERATION and #SAMPLE, counted from 1: delta_o1@2#3"
        if _BY_PLACE.search(text):
            sizes = ", ".join(map(str, self.network.sizes))
            return f"layers are counted from 0, the inputs; they have {sizes} neurons"
        state = _LIKE_A_STATE.fullmatch(text)
        if (
            state
            and self._exact.first(state["parameter"])
            and state["letter"] not in (state_letters() | corrected_letters())
        ):
            return f"no optimiser keeps a state '{state['letter']}'"
        if _LIKE_A_PARAMETER.search(text):
            return self._counted()
        written = _WRITTEN_Z_A if _IN_Z_A.match(text) else _WRITTEN
        known = list(islice(self._candidates(written), _LISTED_AT_MOST))
        return (
            did_you_mean(text.translate(_SIGNS), known)
            or "`bptrace explain CONFIG` lists the names"
        )

    def _counted(self) -> str:
        """How many parameters there are; thresholds, which aren't numbered, by an example."""
        layers = self.network.layers
        weights = sum(layer.weight_count for layer in layers)
        biases = sum(layer.bias_count for layer in layers if not layer.has_thresholds)
        thresholds = [name for x in layers if x.has_thresholds for name in x.bias_names]
        if not thresholds:
            return f"the network has {weights} weights and {biases} biases, counted from 1"
        also = f" and {biases} biases" if biases else ""
        called = f"thresholds are called {thresholds[0]}"
        return f"the network has {weights} weights{also}, counted from 1; {called}"

    def _candidates(self, written: dict[Kind, str]) -> Iterator[str]:
        """Names to suggest: every neuron's, then the parameters', their gradients' and updates'."""
        yield from _WHOLE.values()
        for layer in range(self.network.depth + 1):
            for neuron in self.network.neurons(layer):
                yield from (
                    name
                    for kind, prefix in written.items()
                    if (layer == 0) == (kind is Kind.INPUT)
                    and self._exact.first(name := prefix + neuron)
                )
        loss = "C" if written is _WRITTEN_Z_A else "E"
        for parameter in parameter_names(self.network):
            yield from (parameter, f"d{loss}/d{parameter}", f"{parameter}+")


def _number_of_array(text: str) -> int:
    """2 for `W2` or `dE/dW2`, as programs call a layer's weights; 0 for what doesn't end so."""
    match = _LIKE_AN_ARRAY.fullmatch(text, max(text.rfind("W"), text.rfind("B"), 0))
    return int(match[1]) if match else 0


def _placed(found: Found, iteration: int, sample: str | None, text: str) -> Quantity:
    """The quantity of that sample and iteration; of a gradient, the sample's own part."""
    stage, index = found
    if sample is not None and stage.kind in _PART_OF:
        stage = replace(stage, kind=_PART_OF[stage.kind])
    if stage.of_a_sample:
        return Quantity(stage, index, int(sample or 1) - 1, iteration)
    if sample is not None:
        message = f"'{text}': it belongs to the batch, not to a sample"
        raise UnknownNameError(message, "leave out the '#'")
    return Quantity(stage, index, None, 1 if stage.kind is Kind.SETTING else iteration)
