"""Names of a graph's numbers: `total`, its gradient by `dtotal/dapple`, `apple+` after an update.

Canonical names are ASCII as far as the configuration's own are; `@5` picks iteration 5. What else is
accepted wherever a name is read: see `tracer.graph.spellings`. Text is read and written here, at the
edge; everything else knows a number by its identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tracer.graph.spellings import Spellings
from tracer.model.letters import CLIPPED
from tracer.model.names import LEARNING_RATE, Names
from tracer.model.quantity import (
    AFTER,
    BEFORE,
    Derivative,
    Identity,
    Kind,
    Quantity,
    Stage,
    at,
)


def node_at(place: int) -> Quantity:
    """The input or node at that place, inputs first."""
    return Quantity(Stage(Kind.NODE, 0), (place,))


def updated(node: Quantity) -> Quantity:
    """The input after the update."""
    return replace(node, stage=Stage(Kind.NEW_NODE, 0))


NORM = "grad_norm"
_WHOLE = {Kind.LEARNING_RATE: LEARNING_RATE, Kind.NORM: NORM}
_OF_INPUTS = frozenset(
    {
        Kind.NEW_NODE,
        Kind.NODE_CLIPPED,
        Kind.NODE_STATE,
        AFTER[Kind.NODE_STATE],
        Kind.NODE_CORRECTED,
    }
)
"""What is called by the name of a trainable input."""


class GraphNames:
    """Text ↔ identity in one graph; `labels` are what its inputs and nodes are called.

    `network`: the names of the network that the graph was made from.
    """

    def __init__(self, labels: Mapping[Quantity, str], network: Names | None = None) -> None:
        self.labels = labels
        self.network = network
        self._known: dict[str, Identity] = {}
        self._spellings = Spellings(())

    def know(self, order: Sequence[Identity]) -> None:
        """Take these numbers, in the order of the calculation, for all that can be asked for."""
        self._known = {self.bare(identity): identity for identity in order}
        self._spellings = Spellings(list(self._known))

    def bare(self, identity: Identity) -> str:
        """The canonical name without an iteration."""
        if isinstance(identity, Derivative):
            return f"d{self.bare(identity.upper)}/d{self.bare(identity.lower)}"
        if identity.kind in _WHOLE:
            return _WHOLE[identity.kind]
        if identity.kind is Kind.SETTING:
            return identity.stage.slot
        if identity.kind in _OF_INPUTS:
            node = self.labels[Quantity(Stage(Kind.NODE, 0), identity.index)]
            letter = CLIPPED if identity.kind is Kind.NODE_CLIPPED else identity.stage.slot
            after = "+" if identity.kind in BEFORE else ""
            return f"{letter}_{node}{after}" if letter else f"{node}{after}"
        return self.labels[replace(identity, iteration=1)]

    def name(self, identity: Identity) -> str:
        """The canonical name, with its iteration where that isn't 1."""
        suffix = f"@{identity.iteration}" if identity.iteration != 1 else ""
        return self.bare(identity) + suffix

    def parse(self, text: str) -> Identity:
        """The number that the text means.

        Raises:
            UnknownNameError: no number is called so, or two could be; the hint names the nearest.
        """
        base, iteration = self._spellings.read(text)
        return at(self._known[base], iteration)
