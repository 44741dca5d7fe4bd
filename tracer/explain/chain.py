"""The chain rule written out: ∂E_total/∂w5 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5.

Nothing is derived a second time here. The engine's formulas hold the factors already, under their
short names: `dE/dw5 = delta_o1 * out_h1`, where `delta_o1 = dE/dout_o1 * dout/dnet_o1` and what
stands beside a delta is the local derivative ∂net/∂parameter or ∂net/∂out. They get their full names.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracer.engine.trace import IterationTrace
from tracer.explain.forms import shown
from tracer.formula import (
    Expression,
    Sum,
    Symbol,
    derivative,
    product,
    replace,
    symbols,
    total,
    without_factor,
)
from tracer.graph import GraphTrace, gradient_name
from tracer.model.quantity import PARTS, Kind, Quantity, Stage

_GRADIENTS = frozenset({Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT})
_PART_OF = {gradient: part for part, gradient in PARTS.items()}


@dataclass(frozen=True, slots=True)
class Factor:
    """One derivative of a chain: `dout_o1/dnet_o1`, its formula (None: given) and its value."""

    name: str
    formula: Expression | None
    value: float


@dataclass(frozen=True, slots=True)
class Chain:
    """name = expression, whose symbols are the factors' names."""

    name: str
    expression: Expression
    factors: tuple[Factor, ...]


def is_no_gradient(trace: IterationTrace, quantity: Quantity) -> str:
    """Why a number on the way back is not a derivative of the loss; empty where it is one."""
    kind, back = quantity.kind, quantity.kind in _BACKWARD
    hidden = quantity.layer < trace.experiment.network.depth
    if trace.rule.batch_means and ((quantity.stage.mean and hidden) or kind in _GRADIENTS):
        return "batch_means"
    return "output_first" if trace.rule.update_order == "output_first" and hidden and back else ""


_BACKWARD = _GRADIENTS | {Kind.PATH, Kind.DE_DOUT, Kind.DELTA, Kind.WEIGHT_PART, Kind.BIAS_PART}


def chain_rule(trace: IterationTrace, quantity: Quantity) -> Chain | None:
    """The quantity by the chain rule; None for what is no derivative of the loss."""
    formula = trace.formula(quantity)
    if formula is None or quantity.stage.mean or quantity.kind not in _BACKWARD:
        return None
    if is_no_gradient(trace, quantity):
        return None
    return _Writer(trace, quantity).chain(formula)


class _Writer:
    """Writes one chain; gathers its factors as it goes."""

    def __init__(self, trace: IterationTrace, quantity: Quantity) -> None:
        self.trace, self.quantity = trace, quantity
        self.factors: dict[str, Factor] = {}

    def chain(self, formula: Expression) -> Chain:
        """The chain of the quantity that has this formula."""
        quantity, names = self.quantity, self.trace.names
        if quantity.kind in _GRADIENTS and len(self.trace.rows) > 1:
            return self._reduced()
        below = self._below(quantity)
        suffix = names.name(quantity).removeprefix(names.bare(quantity))
        if quantity.kind is Kind.PATH:
            expression = self._path(quantity)
            name = names.name(quantity)
        else:
            expression = self._expanded(formula)
            name = f"dE_total/d{below}{suffix}"
        return self._chain(name, expression)

    def _chain(self, name: str, expression: Expression) -> Chain:
        return Chain(name, expression, tuple(self.factors[used] for used in symbols(expression)))

    def _below(self, quantity: Quantity) -> str:
        """What is differentiated by: `w5`, `net_h1`, `out_h1`."""
        bare = self.trace.names.bare(quantity)
        if quantity.kind is Kind.DELTA:
            return bare.replace("delta_", "net_", 1)
        return bare.removeprefix("dE/d").partition(":")[0]

    def _expanded(self, formula: Expression) -> Expression:
        kind, at_output = self.quantity.kind, self.quantity.layer == self.trace.names.network.depth
        if kind is Kind.DELTA:
            return self._delta(self.quantity)
        if kind is Kind.DE_DOUT and at_output:
            return self._error()
        if kind is Kind.DE_DOUT:
            return total([self._path(self._find(name)) for name in symbols(formula)])
        terms = formula.terms if isinstance(formula, Sum) else (formula,)
        return total([self._parameter(term) for term in terms])

    def _reduced(self) -> Chain:
        """∂loss/∂w5: the loss is linear in the samples' E_total, so its formula serves for both."""
        trace, names = self.trace, self.trace.names
        loss = trace.formula(Quantity(Stage(Kind.LOSS, names.network.depth)))
        assert loss is not None
        parts: dict[str, Expression] = {}
        for of_sample in symbols(loss):
            row = self._find(of_sample).sample
            stage = Stage(_PART_OF[self.quantity.kind], self.quantity.layer)
            part = Quantity(stage, self.quantity.index, row)
            below = names.bare(part).removeprefix("dE/d")
            parts[of_sample] = self._named(f"dE_total/d{below}#{(row or 0) + 1}", part)
        name = f"dloss/d{names.bare(self.quantity).removeprefix('dE/d')}"
        return self._chain(name, replace(loss, parts))

    def _parameter(self, term: Expression) -> Expression:
        """delta_o1 * out_h1 → ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5."""
        delta = self._only(term, Kind.DELTA)
        local = self._local(delta, term, self._below(self.quantity))
        return product((self._delta(delta), local))

    def _path(self, path: Quantity) -> Expression:
        """w5 * delta_o1 → ∂E_total/∂net_o1 · ∂net_o1/∂out_h1."""
        formula = self.trace.formula(path)
        assert formula is not None
        delta = self._only(formula, Kind.DELTA)
        return product((self._renamed(delta), self._local(delta, formula, self._below(path))))

    def _local(self, delta: Quantity, term: Expression, below: str) -> Expression:
        """∂net/∂below: what stands beside ∂E_total/∂net in a term."""
        names = self.trace.names
        net = names.bare(delta).replace("delta_", "net_", 1)
        suffix = names.name(delta).removeprefix(names.bare(delta))
        formula = without_factor(term, Symbol(names.name(delta)))
        values = {name: self.trace[name] for name in symbols(formula)}
        value = values[formula.name] if isinstance(formula, Symbol) else 1.0
        return self._factor(f"d{net}/d{below}{suffix}", formula, value)

    def _delta(self, delta: Quantity) -> Expression:
        """∂E_total/∂out · ∂out/∂net; a sum of such products where the activation is coupled."""
        formula = self.trace.formula(delta)
        assert formula is not None
        return replace(
            formula, {name: self._renamed(self._find(name)) for name in symbols(formula)}
        )

    def _error(self) -> Expression:
        """∂E_o1/∂out_o1: of the errors, only this one depends on this output."""
        names, quantity = self.trace.names, self.quantity
        error = Quantity(Stage(Kind.ERROR, quantity.layer), quantity.index, quantity.sample)
        out = Quantity(Stage(Kind.OUT, quantity.layer), quantity.index, quantity.sample)
        formula = self.trace.formula(error)
        assert formula is not None
        slope = derivative(formula, names.name(out))
        suffix = names.name(out).removeprefix(names.bare(out))
        name = f"d{names.bare(error)}/d{names.bare(out)}{suffix}"
        return self._factor(name, slope, self.trace.value(quantity))

    def _renamed(self, quantity: Quantity) -> Expression:
        """The factor under its full name: `dout/dnet_o1` → `dout_o1/dnet_o1`."""
        names = self.trace.names
        suffix = names.name(quantity).removeprefix(names.bare(quantity))
        bare = names.bare(quantity)
        if quantity.kind is Kind.SLOPE and bare.startswith("dout/dnet_"):
            bare = f"dout_{bare.removeprefix('dout/dnet_')}/d{bare.removeprefix('dout/d')}"
        elif quantity.kind is not Kind.SLOPE:
            bare = f"dE_total/d{self._below(quantity)}"
        return self._named(bare + suffix, quantity)

    def _named(self, name: str, quantity: Quantity) -> Expression:
        return self._factor(name, shown(self.trace, quantity), self.trace.value(quantity))

    def _factor(self, name: str, formula: Expression | None, value: float) -> Expression:
        self.factors[name] = Factor(name, formula, value)
        return Symbol(name)

    def _only(self, term: Expression, kind: Kind) -> Quantity:
        """The one quantity of that kind among the factors of a term."""
        found = (self._find(name) for name in symbols(term))
        return next(quantity for quantity in found if quantity.kind is kind)

    def _find(self, name: str) -> Quantity:
        return self.trace.find(name)


def graph_chain_rule(trace: GraphTrace, name: str) -> Chain | None:
    """∂total/∂x = Σ ∂total/∂node · ∂node/∂x over the nodes that use x; None for a value.

    None too where the output itself uses x: its local derivative would bear the gradient's own name.
    """
    output, nodes = trace.graph.output, tuple(trace.graph.nodes)
    start = gradient_name(output, "")
    if not name.startswith(start) or trace.formula(name) is None:
        return None
    below = name.removeprefix(start)
    if below in trace.gradients[output].edges:
        return None
    factors: dict[str, Factor] = {}
    terms = []
    for node in reversed(nodes):
        edge = trace.gradients[node].edges.get(below)
        if edge:
            above = gradient_name(output, node)
            local = Factor(gradient_name(node, below), edge.derivative, edge.local)
            factors[above] = Factor(above, trace.formula(above), trace.value(above))
            factors[local.name] = local
            terms.append(product((Symbol(above), Symbol(local.name))))
    return Chain(name, total(terms), tuple(factors.values())) if terms else None
