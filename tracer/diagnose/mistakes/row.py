"""What a mistake is: one row of the table, and what a row gets to see.

A row rewrites the engine's own formula of a quantity; what the rewritten formula gives, from the
learner's numbers or from the right ones, is what the mistake would have led to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from tracer.formula import Expression, Key, Product, Sum, Symbol, product, rewrite, symbols, total
from tracer.formula.lazy import SymbolArray
from tracer.graph.trace import GraphTrace
from tracer.immutable import immutable
from tracer.model.network import Layer, Network
from tracer.model.quantity import DATA_OF, GRADIENT_OF, Kind, Quantity, Stage

_MOST_WAYS = 24
"""In which one row is tried."""
_WIDE = 60
_WAYS_WHERE_WIDE = 2
"""Of a formula with more symbols: not each weight of a wide layer."""
_PART_OF_DATA = {GRADIENT_OF[parameter]: part for parameter, part in DATA_OF.items()}


@dataclass(frozen=True, eq=False)
class Site:
    """Where a mistake may be made: a quantity, its right formula, and the iteration's trace.

    All rows ask one site, which remembers what they ask. In a graph there are only the rows about what
    its update makes; the others, and what of a site speaks of layers, are for networks.
    """

    trace: Any
    quantity: Quantity
    formula: Expression

    @cached_property
    def symbols(self) -> tuple[Key, ...]:
        """The keys in the formula."""
        return symbols(self.formula)

    @property
    def in_a_graph(self) -> bool:
        """Whether it is a number of a graph, and not of a network."""
        return isinstance(self.trace, GraphTrace)

    @property
    def network(self) -> Network:
        """The network."""
        network: Network = self.trace.experiment.network
        return network

    @property
    def layer(self) -> Layer:
        """The quantity's layer."""
        return self.network.layers[self.quantity.layer - 1]

    @property
    def at_output(self) -> bool:
        """Whether that is the output layer."""
        return self.quantity.layer == self.network.depth

    @property
    def samples(self) -> int:
        """How many samples the batch has."""
        return len(self.trace.rows)

    def is_negative(self, key: Key) -> bool:
        """Whether the right number is below 0: all that a row may know of what numbers are.

        A row that asks has other formulas in an exercise of the same form; see `looked`.
        """
        self.__dict__["looked"] = True
        value: float = self.trace.value(key)
        return value < 0

    @property
    def looked(self) -> bool:
        """Whether a row has asked for a number since this was asked last."""
        return bool(self.__dict__.pop("looked", False))

    def symbol(
        self, kind: Kind, layer: int, index: tuple[int, ...], sample: int | None = None
    ) -> Symbol:
        """A quantity of this iteration; layer 0 has its inputs for outputs.

        Of no sample: the mean over the batch of what each sample has its own of.
        """
        kind = Kind.INPUT if kind is Kind.OUT and layer == 0 else kind
        stage = Stage(kind, layer, mean=kind.of_a_sample and sample is None)
        return Symbol(Quantity(stage, index, sample, self.quantity.iteration))

    def has(self, formula: Expression) -> bool:
        """Whether the iteration has all batch means in the formula."""
        quantities = (key for key in symbols(formula) if isinstance(key, Quantity))
        return all(key.stage in self.trace.arrays for key in quantities if key.stage.mean)

    def used(self, *kinds: Kind) -> tuple[Quantity, ...]:
        """The quantities of those kinds in the formula."""
        quantities = (key for key in self.symbols if isinstance(key, Quantity))
        return tuple(key for key in quantities if key.kind in kinds)

    def whole(self, kind: Kind) -> SymbolArray:
        """The quantities of that kind of the whole layer, (1, neurons)."""
        layer, sample = self.layer, self.quantity.sample
        return SymbolArray(
            (1, len(layer.neurons)), lambda at: self.symbol(kind, layer.number, (at[1],), sample)
        )

    def own(self, kind: Kind) -> Symbol:
        """The quantity of that kind of the same neuron and sample."""
        return self.symbol(kind, self.quantity.layer, self.quantity.index[:1], self.quantity.sample)


@immutable
class Mistake:
    """One row: the formulas that take the place of the right one, and what to say.

    `kinds`: the quantities that it spoils first; `also`: later ones in which the same slip can be
    made instead. `rewrite` gives no formula where the mistake can't be made, several where it can
    be made in several ways. In `help`, {OUT} stands for that letter, see `tracer.model.words`.
    `rare`: the others are told before it, must be told apart less, and exercises may hide it.
    """

    name: str
    kinds: frozenset[Kind]
    rewrite: Callable[[Site], Iterable[Expression]]
    help: str
    also: frozenset[Kind] = frozenset()
    rare: bool = False

    def variants(self, site: Site) -> tuple[Expression, ...]:
        """The rewritten formulas that differ from the right one, each once.

        Those that need a mean over the batch which nobody calculates are left out; and a row about
        the data's part of a gradient, where that has a formula of its own, isn't tried on the sum.
        """
        if _is_average(site) or self._belongs_to_a_part(site):
            return ()
        ways = _MOST_WAYS if len(site.symbols) <= _WIDE else _WAYS_WHERE_WIDE
        found = dict.fromkeys(islice(self.rewrite(site), ways))
        return tuple(f for f in found if f != site.formula and site.has(f))

    def _belongs_to_a_part(self, site: Site) -> bool:
        part = _PART_OF_DATA.get(site.quantity.kind)
        if part is None or part not in self.kinds | self.also:
            return False
        return Stage(part, site.quantity.layer) in site.trace.arrays


def tidied(formula: Expression) -> Expression:
    """The formula tidied up: factors 1 left out, products with 0 and sums of nothing too."""

    def tidy(node: Expression) -> Expression | None:
        if isinstance(node, Product):
            return product(node.factors)
        return total(node.terms) if isinstance(node, Sum) else None

    return rewrite(formula, tidy)


def _is_average(site: Site) -> bool:
    """Whether it is only the batch mean of numbers calculated before (`gradient: batch_means`)."""
    kind = site.quantity.kind
    if not site.quantity.stage.mean:
        return False
    return kind in (Kind.INPUT, Kind.OUT, Kind.SLOPE) or (kind is Kind.DELTA and site.at_output)
