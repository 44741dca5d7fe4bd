"""Identities taken apart for writing: ∂E over ∂out with h1 below, of sample 2.

Between the quantities and `tracer.show.notation.targets`, which knows what the pieces look like in a
format. Two styles: net-out (net, out, delta, target, as in the classic worked example) and z-a (z, a,
δ, y, W, b; C is the loss of a sample, J the cost over the batch).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from tracer.graph.names import GraphNames
from tracer.immutable import immutable
from tracer.model.letters import CLIPPED
from tracer.model.names import Names
from tracer.model.network import Bias
from tracer.model.quantity import (
    BEFORE,
    CLIPPED_OF,
    DATA_OF,
    GRADIENT_OF,
    LETTERED,
    OF_A_BIAS,
    OF_A_WEIGHT,
    PARTS,
    PENALTY_OF,
    ArrayDerivative,
    Derivative,
    Index,
    Kind,
    Label,
    Phase,
    Quantity,
    Stage,
)
from tracer.model.settings import setting_letters

_NEW = frozenset(BEFORE)
_PARAMETERS = frozenset({Kind.WEIGHT, Kind.BIAS, Kind.NEW_WEIGHT, Kind.NEW_BIAS})
_OF_PARAMETER = {g: k for k, g in GRADIENT_OF.items() if k.phase is Phase.GIVEN} | {
    part: Kind.WEIGHT if gradient is Kind.WEIGHT_GRADIENT else Kind.BIAS
    for part, gradient in PARTS.items()
}
_SHARES = dict.fromkeys(DATA_OF.values(), "data") | dict.fromkeys(PENALTY_OF.values(), "penalty")
_OF_PARAMETER |= {part: kind for of in (DATA_OF, PENALTY_OF) for kind, part in of.items()}
"""The parameter that a kind of gradient is taken by; of which share of the loss, where it says so."""
_WITH_LETTER = LETTERED | frozenset(CLIPPED_OF.values())
"""What is called by a letter with the parameter below it."""

LETTERS: Mapping[str, Mapping[Kind, str]] = {
    "net-out": {
        Kind.LEARNING_RATE: "η",
        Kind.INPUT: "out",
        Kind.NET: "net",
        Kind.OUT: "out",
        Kind.TARGET: "target",
        Kind.ERROR: "E",
        Kind.TOTAL: "E",
        Kind.LOSS: "loss",
        Kind.PENALTY: "penalty",
        Kind.DELTA: "δ",
    },
    "z-a": {
        Kind.LEARNING_RATE: "η",
        Kind.INPUT: "a",
        Kind.NET: "z",
        Kind.OUT: "a",
        Kind.TARGET: "y",
        Kind.ERROR: "C",
        Kind.TOTAL: "C",
        Kind.LOSS: "J",
        Kind.PENALTY: "penalty",
        Kind.DELTA: "δ",
    },
}
"""The styles: the letter of each kind of quantity; weights are w or W, biases b, thresholds θ."""

THETA = "θ"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉"


@immutable
class Term:
    """One symbol: a letter or word, what stands below it, what stands raised behind it.

    Below the optimiser's state stands its parameter, a symbol itself. `given`: the letter is a name
    that somebody gave, and is nobody's to rewrite. `typed`: the letter as it is typed; `hat`: it bears
    one.
    """

    letter: str
    below: str | Term = ""
    above: tuple[str, ...] = ()
    given: bool = False
    typed: str = ""
    hat: bool = False


_NORM = Term("‖g‖", typed="grad_norm")


@immutable
class Fraction:
    """∂upper/∂lower; `through`: the part of it that came back through that neuron."""

    upper: Term
    lower: Term
    through: str = ""


@immutable
class Spelled:
    """A name in its pieces; `mean`: averaged over the batch; `suffix` as typed: `@10#2`."""

    body: Term | Fraction
    mean: bool = False
    suffix: str = ""


class Speller:
    """Takes the identities of one network, or of one graph, apart.

    `typeset`: for mathematics, with subscripts of weights, in z-a with layers above and positions
    below; otherwise for a line of text, by the names as they are typed.
    """

    def __init__(self, names: Names | GraphNames, style: str, *, typeset: bool) -> None:
        self._labels = names.labels if isinstance(names, GraphNames) else {}
        self._names = names.network if isinstance(names, GraphNames) else names
        self._letters = LETTERS[style]
        self._typeset = typeset
        self._by_place = typeset and style == "z-a"
        self._total = "total" if style == "net-out" else ""

    def spell(self, label: Label) -> Spelled:
        """The pieces of the name."""
        match label:
            case Quantity():
                spelled = Spelled(self._quantity(label), label.stage.mean)
                return self._marked(spelled, label.iteration, _shown_sample(label))
            case Derivative(upper, lower):
                fraction = Fraction(self._term(upper), self._term(lower))
                return self._marked(Spelled(fraction), lower.iteration, _sample_of(label))
            case Stage() if label.kind in _WITH_LETTER:
                parameter = self._letter(label.kind, label.layer)
                return Spelled(self._with_letter(label, parameter, _above(label)))
            case Stage(Kind.SETTING):
                return Spelled(self._setting(label.slot))
            case Stage(Kind.NORM):
                return Spelled(_NORM)
            case Stage():
                return Spelled(self._array(label.kind, _above(label), label.layer), label.mean)
            case ArrayDerivative(upper, lower):
                above = Term(self._letters[upper])
                below = self._plain(lower.kind, _above(lower), lower.layer)
                return Spelled(Fraction(above, below))
            case Kind():
                return Spelled(self._array(label, ()))

    def _marked(self, spelled: Spelled, iteration: int, sample: int | None) -> Spelled:
        """With the iteration and the sample: as typed, or raised behind the symbol."""
        number = None if sample is None else sample + 1
        if not self._typeset:
            suffix = f"@{iteration}" if iteration != 1 else ""
            return replace(spelled, suffix=suffix + (f"#{number}" if number else ""))
        marks = (
            *([f"({number})"] if number else []),
            *([f"@{iteration}"] if iteration > 1 else []),
        )
        body = spelled.body
        if isinstance(body, Fraction):
            upper = replace(body.upper, above=(*body.upper.above, *marks))
            return replace(spelled, body=replace(body, upper=upper))
        return replace(spelled, body=replace(body, above=(*body.above, *marks)))

    def _quantity(self, quantity: Quantity) -> Term | Fraction:
        """`net_h1` a term; `dE/dw5`, `dout/dnet_h1`, `dout_o1/dnet_o2`, `dE/dout_h1:o1` fractions."""
        kind, total = quantity.kind, Term(self._letters[Kind.TOTAL])
        if kind in _OF_PARAMETER:
            parameter = self._as(quantity, _OF_PARAMETER[kind], quantity.index)
            return Fraction(total, parameter, _SHARES.get(kind, ""))
        if kind is Kind.DE_DOUT:
            return Fraction(total, self._as(quantity, Kind.OUT, quantity.index))
        if kind is Kind.PATH:
            assert self._names is not None
            through = self._names.network.neurons(quantity.layer + 1)[quantity.index[1]]
            return Fraction(total, self._as(quantity, Kind.OUT, quantity.index[:1]), through)
        if kind is Kind.SLOPE:
            out, net = quantity.index[:1], quantity.index[-1:]
            lower = self._as(quantity, Kind.NET, net)
            if out == net and not self._typeset:
                return Fraction(Term(self._letters[Kind.OUT]), lower)
            return Fraction(self._as(quantity, Kind.OUT, out), lower)
        return self._term(quantity)

    def _as(self, quantity: Quantity, kind: Kind, index: Index) -> Term:
        """The term of another quantity of the same layer."""
        return self._term(Quantity(Stage(kind, quantity.layer), index))

    def _term(self, quantity: Quantity) -> Term:
        """`net_h1`, `E_total`, `w5+`, `i1`, `v_w5`: one symbol."""
        kind, index = quantity.kind, quantity.index
        if kind in (Kind.NODE, Kind.NEW_NODE):
            node = replace(quantity, stage=Stage(Kind.NODE, 0), iteration=1)
            new = ("+",) if kind is Kind.NEW_NODE else ()
            return Term(self._labels[node], "", new, given=True)
        if kind is Kind.INPUT:
            return self._input(index)
        if kind in _PARAMETERS:
            return self._parameter(quantity)
        if kind in _WITH_LETTER:
            return self._with_letter(quantity.stage, self._below(quantity))
        if kind is Kind.SETTING:
            return self._setting(quantity.stage.slot)
        if kind is Kind.NORM:
            return _NORM
        if kind is Kind.TOTAL:
            return Term(self._letters[kind], self._total)
        if not index:
            return Term(self._letters[kind])
        if self._by_place:
            return Term(self._letters[kind], _joined(index), (str(quantity.layer),))
        assert self._names is not None
        return Term(self._letters[kind], self._names.network.neurons(quantity.layer)[index[0]])

    def _input(self, index: Index) -> Term:
        if self._by_place:
            return Term(self._letters[Kind.OUT], _joined(index), ("0",))
        assert self._names is not None
        name = self._names.network.inputs[index[0]]
        simple = re.fullmatch(r"([A-Za-z])(\d+)", name) if self._typeset else None
        return Term(simple[1], simple[2]) if simple else Term(name, given=True)

    def _parameter(self, quantity: Quantity) -> Term:
        """`w5`; by place W with its layer above, neuron and input below."""
        assert self._names is not None
        kind, index = quantity.kind, quantity.index
        weight, new = kind in OF_A_WEIGHT, ("+",) if kind in _NEW else ()
        if self._by_place:
            layer = self._names.network.layers[quantity.layer - 1]
            shared = not weight and layer.bias is Bias.SHARED
            above = (str(quantity.layer), *new)
            letter = self._letter(kind, quantity.layer)
            return Term(letter, "" if shared else _joined(index), above)
        if self._names.is_threshold(quantity):
            return Term(THETA, self._names.network.neurons(quantity.layer)[index[0]], new)
        letter, number = "w" if weight else "b", str(self._names.parameter_number(quantity))
        return Term(letter, number, new) if self._typeset else Term(letter + number, "", new)

    def _below(self, quantity: Quantity) -> Term:
        """The parameter whose state or clipped gradient it is; an input of a graph."""
        kind = Kind.NODE
        if quantity.kind in OF_A_WEIGHT:
            kind = Kind.WEIGHT
        elif quantity.kind in OF_A_BIAS:
            kind = Kind.BIAS
        return self._term(Quantity(Stage(kind, quantity.layer), quantity.index))

    def _with_letter(
        self, stage: Stage, parameter: str | Term, above: tuple[str, ...] = ()
    ) -> Term:
        """`v_w5`, `v_θ_h3`, `m̂_w5`, `g_w5`: a letter, its parameter below."""
        if stage.kind not in LETTERED:
            return Term(CLIPPED, parameter, above)
        letter, hat, _ = stage.slot.partition("hat")
        new = ("+",) if stage.kind in _NEW else ()
        return Term(letter, parameter, (*above, *new), typed=stage.slot, hat=bool(hat))

    def _setting(self, name: str) -> Term:
        """`β₁`, for formulas of the screen in one sign, typeset with its number below."""
        letter = setting_letters().get(name, name)
        number = str(_LOWERED.find(letter[-1]))
        if self._typeset and letter[-1] in _LOWERED:
            return Term(letter[:-1], number, typed=name)
        return Term(letter, typed=name)

    def _array(self, kind: Kind, above: tuple[str, ...], layer: int = 0) -> Term | Fraction:
        """All of a layer, `W` with its layer above it, or all of a kind."""
        total = Term(self._letters[Kind.TOTAL])
        if kind in _OF_PARAMETER:
            parameter = self._plain(_OF_PARAMETER[kind], above, layer)
            return Fraction(total, parameter, _SHARES.get(kind, ""))
        if kind in (Kind.DE_DOUT, Kind.PATH):
            return Fraction(total, self._plain(Kind.OUT, above))
        if kind is Kind.SLOPE:
            upper = self._plain(Kind.OUT, above if self._typeset else ())
            return Fraction(upper, self._plain(Kind.NET, above))
        return self._plain(kind, above, layer)

    def _letter(self, kind: Kind, layer: int) -> str:
        """The letter of all of a layer's weights, biases or thresholds."""
        if kind in OF_A_WEIGHT:
            return "W"
        layers = self._names.network.layers if self._names else ()
        return THETA if layer and layers and layers[layer - 1].has_thresholds else "b"

    def _plain(self, kind: Kind, above: tuple[str, ...], layer: int = 0) -> Term:
        letter = self._letters.get(kind) or self._letter(kind, layer)
        below = self._total if kind is Kind.TOTAL else ""
        return Term(letter, below, (*above, "+") if kind in _NEW else above)


def _shown_sample(quantity: Quantity) -> int | None:
    """The sample where a name says it: any but the first, and whose part of a gradient it is."""
    said = bool(quantity.sample) or quantity.kind in PARTS
    return quantity.sample if said else None


def _sample_of(derivative: Derivative) -> int | None:
    """The sample that either side says; E_total of a batch's sample always says whose it is."""
    upper, lower = derivative.upper, derivative.lower
    if lower.sample is not None:
        return _shown_sample(lower)
    return upper.sample if upper.kind is Kind.TOTAL else _shown_sample(upper)


def _above(stage: Stage) -> tuple[str, ...]:
    return (str(stage.layer),)


def _joined(index: Index) -> str:
    """Positions counted from 1: 12 for row 1, column 2, and 1,12 where digits would run together."""
    separator = "" if max(index) < 9 else ","
    return separator.join(str(position + 1) for position in index)
