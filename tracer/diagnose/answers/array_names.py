"""Which letters of an array's name mean which kind of quantity: `dW` and nothing behind, `v_W` and `+`.

A row says which spellings mean a kind; the first of them is the one that is written. What an optimiser
keeps goes by its letters, as in `tracer.model.optimizers`, or by a framework's words for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product

from tracer.immutable import immutable
from tracer.model.optimizers import corrected_letters, state_letters
from tracer.model.quantity import (
    AFTER,
    CLIPPED_OF,
    CORRECTED_OF,
    DATA_OF,
    GRADIENT_OF,
    PART_OF,
    PENALTY_OF,
    STATE_OF,
    Kind,
)

_WEIGHTS, _BIASES, _THRESHOLDS = ("W",), ("b", "B"), ("theta", "θ")
_NEW = ("+", "_new")
AFTERS = (*_NEW, ":data", ":penalty")
"""What may stand behind the number of the layer."""
_WORDS = {
    "m": ("exp_avg", "grad_avg", "mu"),
    "v": ("exp_avg_sq", "momentum_buffer", "nu", "velocity"),
    "s": ("square_avg", "sum", "accumulator"),
}
"""What frameworks call the optimisers' states."""
STATE_WORDS = {word: letter for letter, words in _WORDS.items() for word in (letter, *words)}
"""The letter by the word, or by itself."""


@immutable
class Row:
    """The kind of an array, which of the optimiser's numbers it holds, and what it is called."""

    kind: Kind
    befores: tuple[str, ...]
    afters: tuple[str, ...] = ("",)
    slot: str = ""


_OF_NEURONS = (
    Row(Kind.NET, ("net", "z", "Z")),
    Row(Kind.OUT, ("out", "a", "A")),
    Row(Kind.DE_DOUT, ("dout", "dE/dout", "dE/da", "da", "dA")),
    Row(Kind.SLOPE, ("slope", "dout/dnet", "da/dz")),
    Row(Kind.PATH, ("path",)),
    Row(Kind.DELTA, ("delta", "dE/dnet", "dE/dz", "dz", "dZ")),
)


def _of_parameters(kind: Kind, names: tuple[str, ...]) -> Iterator[Row]:
    """Everything that one kind of parameter has arrays of."""
    first = names[0]
    gradients = (*(f"d{name}" for name in names if name.isascii()), f"dE/d{first}", f"grad_{first}")
    yield Row(kind, names)
    yield Row(AFTER[kind], names, _NEW)
    yield Row(GRADIENT_OF[kind], gradients)
    yield Row(PART_OF[GRADIENT_OF[kind]], (f"{kind.name.casefold()}_part",))
    yield Row(DATA_OF[kind], gradients, (":data",))
    yield Row(PENALTY_OF[kind], gradients, (":penalty",))
    yield Row(CLIPPED_OF[kind], (f"g_{first}", f"g{first}"))
    for letter in sorted(state_letters()):
        spelled = _lettered(letter, names)
        yield Row(STATE_OF[kind], spelled, ("",), letter)
        yield Row(AFTER[STATE_OF[kind]], spelled, _NEW, letter)
    for letter in sorted(corrected_letters()):
        yield Row(CORRECTED_OF[kind], _lettered(letter, names), ("",), letter)


def _lettered(letter: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """v_W, vW, vdW; exp_avg_W."""
    own = (f"{letter}{between}{name}" for name in names for between in ("_", "", "_d", "d"))
    return (*own, *(f"{word}_{name}" for word, name in product(_WORDS.get(letter, ()), names)))


@cache
def _rows(_letters: frozenset[str]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    plain = (
        *_of_parameters(Kind.WEIGHT, _WEIGHTS),
        *_of_parameters(Kind.BIAS, _BIASES),
        *_OF_NEURONS,
    )
    return plain, tuple(_of_parameters(Kind.BIAS, _THRESHOLDS))


@cache
def _meanings(letters: frozenset[str]) -> dict[tuple[str, str], tuple[Kind, str]]:
    return {
        spelling: (row.kind, row.slot)
        for rows in _rows(letters)
        for row in rows
        for spelling in product(row.befores, row.afters)
    }


def _letters() -> frozenset[str]:
    return state_letters() | corrected_letters()


def meaning(before: str, after: str) -> tuple[Kind, str] | None:
    """The kind, and which of the optimiser's numbers; by what stands around the layer's number."""
    return _meanings(_letters()).get((before, after))


def written(kind: Kind, slot: str, *, threshold: bool) -> tuple[str, str] | None:
    """What is written before the layer's number and behind it; None where there is no name."""
    rows = _rows(_letters())[threshold]
    found = (row for row in rows if (row.kind, row.slot) == (kind, slot))
    return next(((row.befores[0], row.afters[0]) for row in found), None)
