"""The grammar of names, `dE/dw5` or `∂C/∂W^1_11`: text → what it may mean in a network.

    name       = ["mean_"] (whole | neuron | word neuron | parameter ["+"] | derivative | gradient)
    whole      = "E_total" | "loss" | "lr" | …
    word       = "net_" | "out_" | "delta_" | "target_" | "E_" | …
    parameter  = ("w" | "b") number | "w[" neuron "," neuron "]" | "b[" neuron "]" | "theta_" neuron
               | state
    state      = letter of an optimiser's state "_" parameter
    term       = neuron | word neuron | parameter
    derivative = "d" (whole | term) "/d" term [":" neuron]          gradient = "grad_" term

The same grammar is read with one of two sets of letters. EXACT: the text as it stands; what is no
neuron's name is spelled in letters that the notations write, and a neuron's name as the network has
it. LOOSE: text and neurons' names are folded first (`fold`): capitals, separators, subscripts and
Greek don't count; by places (`w^1_11`: layer above, row and column below), derivatives without a
stroke (`dEdw5`) and `sigma'(z_h1)` are read too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tracer.model.letters import CLIPPED, Letters, fold
from tracer.model.network import Network
from tracer.model.optimizers import corrected_letters, state_letters
from tracer.model.places import Found, Place, Places
from tracer.model.quantity import (
    AFTER,
    CLIPPED_OF,
    CORRECTED_OF,
    DATA_OF,
    PENALTY_OF,
    STATE_OF,
    Kind,
    Stage,
)
from tracer.model.settings import setting_names, settings_by_letter

_MOST_DIGITS = 18
_BY_PLACE = re.compile(
    r"(?P<letter>[a-z]+)(?:\^\(?(?P<layer>[0-9]{1,6})\)?(?:_?(?P<index>[0-9][0-9,]{0,11}))?"
    r"|(?P<first>[0-9][0-9,]{0,11})\^\(?(?P<last>[0-9]{1,6})\)?)"
)
_PRIMED = re.compile(r"(?:sigma|phi|f|g)\+\((?P<net>.+)\)")
_SHARES = {"data": DATA_OF, "penalty": PENALTY_OF}


def _lettered() -> Iterator[tuple[str, Mapping[Kind, Kind]]]:
    """What may stand before a parameter's name, and the kinds that are meant."""
    yield from ((slot, STATE_OF) for slot in sorted(state_letters()))
    yield from ((slot, CORRECTED_OF) for slot in sorted(corrected_letters()))
    yield CLIPPED, CLIPPED_OF


class Grammar:
    """Reads the names of one network in one set of letters."""

    def __init__(self, network: Network, letters: Letters) -> None:
        self._at, self._letters = Places(network), letters
        self._settings = {fold(n) if letters.loose else n: n for n in setting_names()}
        if letters.loose:
            self._settings |= {fold(x): name for x, name in settings_by_letter().items()}
        self._lengths = sorted({len(word) for word in letters.words})
        self._neurons: dict[str, list[Place]] = {}
        for layer in range(network.depth + 1):
            for index, neuron in enumerate(network.neurons(layer)):
                key = fold(neuron) if letters.loose else neuron
                if key:  # nothing is left of `_`, and nothing stands for it loosely
                    self._neurons.setdefault(key, []).append((layer, index))

    def first(self, text: str) -> Found | None:
        """What the text means; of several readings the one that the grammar names first."""
        return next(self._readings(text), None)

    def all(self, text: str) -> Sequence[Found]:
        """Everything that the text may mean, each once."""
        return list(dict.fromkeys(self._readings(text)))

    def _readings(self, text: str) -> Iterator[Found]:
        yield from self._plain(text)
        if text.startswith(self._letters.mean):
            for stage, index in self._plain(text.removeprefix(self._letters.mean)):
                yield replace(stage, mean=True), index

    def _plain(self, text: str) -> Iterator[Found]:
        if "/" in text:  # which no neuron's name contains
            yield from self._derivative(text)
            return
        yield from self._whole(text)
        yield from self._setting(text)
        yield from self._term(text)
        yield from self._new(text)
        yield from self._gradient(text, self._letters.gradient)
        if self._letters.loose:
            yield from self._gradient(text, "d")
            yield from self._without_stroke(text)
            yield from self._primed(text)

    def _whole(self, text: str) -> Iterator[Found]:
        """A neuron's name comes before what is called the same: `C` is the neuron, if there is one."""
        kind = None if text in self._neurons else self._letters.wholes.get(text)
        if kind:
            yield self._at.whole(kind)

    def _setting(self, text: str) -> Iterator[Found]:
        """`beta1`: an option of the training that is a number of the calculation."""
        name = None if text in self._neurons else self._settings.get(text)
        if name:
            yield Stage(Kind.SETTING, 0, slot=name), ()

    def _term(self, text: str) -> Iterator[Found]:
        yield from self._of_neurons(Kind.OUT, text)
        yield from self._worded(text)
        yield from self._parameter(text)
        yield from self._state(text)
        if self._letters.loose:
            yield from self._by_place(text)

    def _of_neurons(self, kind: Kind, neuron: str) -> Iterator[Found]:
        return _known(self._at.neuron(kind, place) for place in self._places(neuron))

    def _places(self, neuron: str) -> Sequence[Place]:
        """The neurons that are called so; loosely also in brackets: net(h1), net[h1]."""
        places = self._neurons.get(neuron, ())
        if self._letters.loose and not places:
            return self._neurons.get(_inside(neuron, "()", "[]"), ())
        return places

    def _worded(self, text: str) -> Iterator[Found]:
        for length in self._lengths:
            kind = self._letters.words.get(text[:length])
            if kind:
                yield from self._of_neurons(kind, text[length:])

    def _new(self, text: str) -> Iterator[Found]:
        """`w5+`, `v_w5+`."""
        for ending in self._letters.new:
            if text.endswith(ending):
                core = text.removesuffix(ending)
                for stage, index in self._term(core.rstrip(",^") if self._letters.loose else core):
                    if stage.kind in AFTER:
                        yield replace(stage, kind=AFTER[stage.kind]), index

    def _state(self, text: str) -> Iterator[Found]:
        """`v_w5`: what the optimiser keeps under `v` for `w5`; `mhat_w5`; `g_w5`."""
        for slot, kinds in _lettered():
            start = fold(slot) if self._letters.loose else f"{slot}_"
            if text.startswith(start):
                for stage, index in self._parameter(text.removeprefix(start)):
                    slotted = "" if kinds is CLIPPED_OF else slot
                    yield replace(stage, kind=kinds[stage.kind], slot=slotted), index

    def _parameter(self, text: str) -> Iterator[Found]:
        """`w5`, `b2`, `w[h1,i1]`, `b[h1]`, `theta_h1`."""
        for word in self._letters.thresholds:
            if text.startswith(word):
                neurons = self._places(text.removeprefix(word))
                yield from _known(self._at.threshold(place) for place in neurons)
        letter, rest = text[:1], text[1:]
        if letter not in ("w", "b") or not rest:
            return
        if rest.isascii() and rest.isdecimal():
            if rest[0] != "0" and len(rest) <= _MOST_DIGITS:
                yield from _known([self._at.numbered(letter, int(rest))])
        elif self._letters.loose:
            yield from self._connection(letter, _inside(rest, "()", "[]") or rest)
        else:
            yield from self._connection(letter, _inside(rest, "[]"))

    def _connection(self, letter: str, inside: str) -> Iterator[Found]:
        if letter == "b":
            yield from _known(self._at.bias(place) for place in self._places(inside.strip()))
            return
        for one, other in self._pairs(inside):
            yield from _known(
                self._at.weight(a, b)
                for a in self._places(one.strip())
                for b in self._places(other.strip())
            )

    def _pairs(self, text: str) -> Iterable[tuple[str, str]]:
        """The text cut in two: at the comma; loosely anywhere, where there is none."""
        before, comma, after = text.partition(",")
        if comma or not self._letters.loose:
            return [(before, after)]
        return [(text[:cut], text[cut:]) for cut in range(1, len(text))]

    def _derivative(self, text: str) -> Iterator[Found]:
        """`dE/dw5`, `dE/dout_h1:o1`, `dE_o1/dout_h1`, `dout_o1/dnet_o2`, `dnet_o1/dw5`."""
        above, stroke, below = text.partition("/")
        if stroke and _is_d(above[:1], self._letters) and _is_d(below[:1], self._letters):
            below, colon, through = below[1:].partition(":")
            if not colon:
                yield from self._ratio(above[1:], below)
            elif self._letters.above.get(above[1:]) is Kind.TOTAL:
                yield from self._paths(below, through)
                yield from self._shares(below, through)

    def _shares(self, below: str, share: str) -> Iterator[Found]:
        """`dE/dw5:data`, `dE/dw5:penalty`."""
        kinds = _SHARES.get(share, {})
        for stage, index in self._parameter(below):
            if stage.kind in kinds:
                yield replace(stage, kind=kinds[stage.kind]), index

    def _paths(self, below: str, through: str) -> Iterator[Found]:
        for stage, index in self._term(below):
            if stage.kind is Kind.OUT:
                here = stage.layer, index[0]
                yield from _known(self._at.path(here, place) for place in self._places(through))

    def _ratio(self, above: str, below: str) -> Iterator[Found]:
        for lower in self._term(below):
            for upper in self._above(above, lower):
                yield from _known([self._at.derivative(upper, lower)])

    def _above(self, text: str, lower: Found) -> Iterator[Found]:
        """What is differentiated; `out` alone is the output of the neuron below."""
        kind = self._letters.above.get(text)
        if kind is Kind.OUT and lower[0].kind is Kind.NET:
            yield replace(lower[0], kind=Kind.OUT), lower[1]
        elif kind and kind is not Kind.OUT:
            yield self._at.whole(kind)
        yield from self._worded(text)
        if self._letters.loose:
            yield from self._by_place(text)

    def _gradient(self, text: str, sign: str) -> Iterator[Found]:
        """`grad_w5`, and loosely `dw5`."""
        if text.startswith(sign):
            total = self._at.whole(Kind.TOTAL)
            for lower in self._term(text.removeprefix(sign)):
                yield from _known([self._at.derivative(total, lower)])

    def _without_stroke(self, text: str) -> Iterator[Found]:
        """`dEdw5`."""
        if text.startswith("d"):
            for cut in range(2, len(text)):
                if text[cut] == "d":
                    yield from self._ratio(text[1:cut], text[cut + 1 :])

    def _primed(self, text: str) -> Iterator[Found]:
        """`sigma'(z_h1)`, `f'(net_h1)`: the slope at that net input."""
        match = _PRIMED.fullmatch(text)
        for stage, index in self._worded(match["net"]) if match else ():
            if stage.kind is Kind.NET:
                yield from _known([self._at.neuron(Kind.SLOPE, (stage.layer, index[0]))])

    def _by_place(self, text: str) -> Iterator[Found]:
        """`w^1_11`, `a_1^2`, `b^1`: layer above, row and column below, counted from 1."""
        match = _BY_PLACE.fullmatch(text)
        if match is None:
            return
        letter, layer = match["letter"], int(match["layer"] or match["last"])
        index = match["index"] or match["first"]
        kind = self._letters.words.get(letter)
        if letter == "w":
            for row, column in _rows_and_columns(index or ""):
                to, source = self._at.at(layer, row), self._at.at(layer - 1, column)
                if to and source:
                    yield from _known([self._at.weight(to, source)])
        elif letter == "b" and index is None:
            yield from _known([self._at.only_bias(layer)])
        elif (index or "").isdecimal() and (place := self._at.at(layer, int(index))):
            found = self._at.neuron(kind, place) if kind else None
            offsets = {"b": self._at.bias, "theta": self._at.threshold}
            yield from _known([offsets[letter](place) if letter in offsets else found])


def _is_d(sign: str, letters: Letters) -> bool:
    return bool(sign) and sign in letters.d


def _inside(text: str, *brackets: str) -> str:
    """What stands between the first and the last character, if those are brackets; else nothing."""
    return text[1:-1] if text[:1] + text[-1:] in brackets else ""


def _known(found: Iterable[Found | None]) -> Iterator[Found]:
    return (each for each in found if each is not None)


def _rows_and_columns(digits: str) -> Iterator[tuple[int, int]]:
    """The readings of a weight's index: 11 is row 1, column 1; 112 is 1, 12 or 11, 2."""
    row, comma, column = digits.partition(",")
    if comma and row.isdecimal() and column.isdecimal():
        yield int(row), int(column)
    elif not comma:
        for cut in range(1, len(digits)):
            if digits[cut] != "0":
                yield int(digits[:cut]), int(digits[cut:])
