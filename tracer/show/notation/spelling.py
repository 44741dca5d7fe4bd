"""Names taken apart for writing: `dE/dout_h1#2` is ∂E over ∂out with h1 below, of sample 2.

Between `tracer.model.names`, which knows what a name means, and `tracer.show.notation.targets`,
which knows what the pieces look like in a format. Two styles: net-out (net, out, delta, target, as
in the classic worked example) and z-a (z, a, δ, y, W, b; C is the loss of a sample, J the cost over
the batch)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from tracer.model.names import Names
from tracer.model.network import Bias
from tracer.model.quantity import Kind, Quantity, Stage

_NAME = re.compile(r"(?P<mean>mean_)?(?P<base>.+?)(?:@(?P<iteration>\d+))?(?:#(?P<sample>\d+))?")
_WEIGHTS = frozenset({Kind.WEIGHT, Kind.NEW_WEIGHT})
_PARAMETERS = _WEIGHTS | {Kind.BIAS, Kind.NEW_BIAS}
_NEW = frozenset({Kind.NEW_WEIGHT, Kind.NEW_BIAS})
_ARRAY = re.compile(r"(net|out|target|E|delta|W|b)(?:\[(\d+)\])?(\+)?")
_WORDS = {
    "net": Kind.NET,
    "out": Kind.OUT,
    "target": Kind.TARGET,
    "E": Kind.ERROR,
    "delta": Kind.DELTA,
}

LETTERS: Mapping[str, Mapping[Kind, str]] = {
    "net-out": {
        Kind.LEARNING_RATE: "η",
        Kind.NET: "net",
        Kind.OUT: "out",
        Kind.TARGET: "target",
        Kind.ERROR: "E",
        Kind.TOTAL: "E",
        Kind.LOSS: "loss",
        Kind.DELTA: "δ",
    },
    "z-a": {
        Kind.LEARNING_RATE: "η",
        Kind.NET: "z",
        Kind.OUT: "a",
        Kind.TARGET: "y",
        Kind.ERROR: "C",
        Kind.TOTAL: "C",
        Kind.LOSS: "J",
        Kind.DELTA: "δ",
    },
}
"""The styles: the letter of each kind of quantity; weights are w or W, biases b."""


@dataclass(frozen=True, slots=True)
class Term:
    """One symbol: a letter or word, what stands below it, what stands raised behind it."""

    letter: str
    below: str = ""
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fraction:
    """∂upper/∂lower; `through`: the part of it that came back through that neuron."""

    upper: Term
    lower: Term
    through: str = ""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name in its pieces; `mean`: averaged over the batch; `suffix` as typed: `@10#2`."""

    body: Term | Fraction
    mean: bool = False
    suffix: str = ""


class Speller:
    """Takes the names of one network apart.

    `typeset`: for mathematics, with subscripts of weights, in z-a with layers above and positions
    below; otherwise for a line of text, by the names as they are typed.
    """

    def __init__(self, names: Names, style: str, *, typeset: bool) -> None:
        self._names = names
        self._letters = LETTERS[style]
        self._typeset = typeset
        self._by_place = typeset and style == "z-a"
        self._total = "total" if style == "net-out" else ""

    def spell(self, name: str) -> Spelled | None:
        """The pieces of the name; None for what names no quantity of the network."""
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        body = self._fraction(match["base"]) or self._term(match["base"])
        if body is None:
            return None
        spelled = Spelled(body, bool(match["mean"]), name[match.end("base") :])
        return _raised(spelled, match) if self._typeset else spelled

    def _fraction(self, text: str) -> Fraction | None:
        """`dE/dw5`, `dout/dnet_h1`, `dout_o1/dnet_o2`, `dE/dout_h1:o1`, `dnet_o1/dw5`."""
        above, slash, below = text.partition("/d")
        if not slash or not above.startswith("d"):
            return None
        below, _, through = below.partition(":")
        upper, lower = self._upper(above[1:], below), self._term(below)
        return Fraction(upper, lower, through) if upper and lower else None

    def _upper(self, text: str, below: str) -> Term | None:
        """What is differentiated; `E` is short for E_total, `out` for the neuron's own output."""
        if text == "E":
            return Term(self._letters[Kind.TOTAL])
        if text == "out" and not self._typeset:
            return Term(self._letters[Kind.OUT])
        return self._term(f"out{below.removeprefix('net')}" if text == "out" else text)

    def _term(self, text: str) -> Term | None:
        """`net_h1`, `E_total`, `w5+`, `i1`, or an array; None for what has no symbol."""
        found = self._names.lookup(text)
        if found is None:
            return self._array(text)
        stage, index = found
        if stage.kind is Kind.INPUT:
            return self._input(index)
        if stage.kind in _PARAMETERS:
            return self._parameter(stage, index)
        letter = self._letters.get(stage.kind)
        if letter is None:
            return None
        if stage.kind is Kind.TOTAL:
            return Term(letter, self._total)
        if not index:
            return Term(letter)
        if self._by_place:
            return Term(letter, _joined(index), (str(stage.layer),))
        return Term(letter, self._names.network.neurons(stage.layer)[index[0]])

    def _array(self, text: str) -> Term | None:
        """`net`, and all of a layer: `net[1]`, `W[2]`, `W[2]+`."""
        match = _ARRAY.fullmatch(text)
        if match is None:
            return None
        word, layer, new = match.groups()
        kind = _WORDS.get(word)
        letter = self._letters[kind] if kind else word
        return Term(letter, "", (*([layer] if layer else []), *([new] if new else [])))

    def _input(self, index: tuple[int, ...]) -> Term:
        if self._by_place:
            return Term(self._letters[Kind.OUT], _joined(index), ("0",))
        name = self._names.network.inputs[index[0]]
        simple = re.fullmatch(r"([A-Za-z])(\d+)", name) if self._typeset else None
        return Term(simple[1], simple[2]) if simple else Term(name)

    def _parameter(self, stage: Stage, index: tuple[int, ...]) -> Term:
        """`w5`; by place W with its layer above, neuron and input below."""
        weight, new = stage.kind in _WEIGHTS, ("+",) if stage.kind in _NEW else ()
        if self._by_place:
            shared = not weight and self._names.network.layers[stage.layer - 1].bias is Bias.SHARED
            above = (str(stage.layer), *new)
            return Term("W" if weight else "b", "" if shared else _joined(index), above)
        letter = "w" if weight else "b"
        number = str(self._names.parameter_number(Quantity(stage, index)))
        return Term(letter, number, new) if self._typeset else Term(letter + number, "", new)


def _raised(spelled: Spelled, match: re.Match[str]) -> Spelled:
    """With the sample as (2) and the iteration as @10 raised behind the symbol."""
    marks = [f"({match['sample']})"] if match["sample"] else []
    marks += [f"@{match['iteration']}"] if match["iteration"] else []
    body = spelled.body
    if isinstance(body, Fraction):
        upper = replace(body.upper, above=(*body.upper.above, *marks))
        return replace(spelled, body=replace(body, upper=upper), suffix="")
    return replace(spelled, body=replace(body, above=(*body.above, *marks)), suffix="")


def _joined(index: tuple[int, ...]) -> str:
    """Positions counted from 1: 12 for row 1, column 2, and 1,12 where digits would run together."""
    separator = "" if max(index) < 9 else ","
    return separator.join(str(position + 1) for position in index)
