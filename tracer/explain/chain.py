"""The chain rule written out: ∂E_total/∂w5 = ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5.

Nothing is derived a second time here. The engine's formulas hold the factors already, under their
short names: `dE/dw5 = delta_o1 * out_h1`, where `delta_o1 = dE/dout_o1 * dout/dnet_o1` and what
stands beside a delta is the local derivative ∂net/∂parameter or ∂net/∂out. They get their full names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from functools import singledispatch
from typing import Any

from tracer.engine.trace import IterationTrace
from tracer.explain.forms import shown
from tracer.formula import (
    Expression,
    Sum,
    Symbol,
    derivative,
    evaluate,
    product,
    symbols,
    total,
    without_factor,
)
from tracer.formula import replace as put_in
from tracer.graph.trace import GraphTrace
from tracer.immutable import immutable
from tracer.model.quantity import (
    DATA_OF,
    GRADIENT_OF,
    PARTS,
    Derivative,
    Identity,
    Kind,
    Phase,
    Quantity,
    Stage,
)

_GRADIENTS = frozenset(PARTS.values())
_BY = {
    Kind.DELTA: Kind.NET,
    Kind.DE_DOUT: Kind.OUT,
    Kind.PATH: Kind.OUT,
    Kind.WEIGHT_PART: Kind.WEIGHT,
    Kind.BIAS_PART: Kind.BIAS,
}
_BY |= {gradient: kind for kind, gradient in GRADIENT_OF.items() if kind.phase is Phase.GIVEN}
_BY |= {of_data: kind for kind, of_data in DATA_OF.items()}
"""What E_total is differentiated by in each kind of number on the way back."""


@immutable
class Factor:
    """One derivative of a chain: ∂out_o1/∂net_o1, its formula (None: given) and its value.

    `short`: the quantity that it is under another name, if it is one.
    """

    identity: Identity
    formula: Expression | None
    value: float
    short: Quantity | None = None


@immutable
class Chain:
    """identity = expression, whose symbols are the factors' identities."""

    identity: Identity
    expression: Expression
    factors: tuple[Factor, ...]

    def abbreviated(self) -> Expression:
        """The expression in the factors' short names, where they have such."""
        short = {f.identity: Symbol(f.short) for f in self.factors if f.short is not None}
        return put_in(self.expression, short)


@singledispatch
def chain_rule(trace: Any, identity: Identity) -> Chain | None:
    """The number by the chain rule; None for what is no derivative."""
    raise TypeError(f"no trace: {type(trace).__name__} ({identity})")


@singledispatch
def is_no_gradient(trace: Any, identity: Identity) -> str:
    """Why a number on the way back is not a derivative of the loss; empty where it is one."""
    del trace, identity
    return ""


@is_no_gradient.register
def _(trace: IterationTrace, identity: Quantity) -> str:
    kind, back = identity.kind, identity.kind in _BY
    hidden = identity.layer < trace.experiment.network.depth
    if trace.rule.batch_means and ((identity.stage.mean and hidden) or kind in _GRADIENTS):
        return "batch_means"
    return "output_first" if trace.rule.update_order == "output_first" and hidden and back else ""


@chain_rule.register
def _(trace: IterationTrace, identity: Quantity) -> Chain | None:
    formula = trace.formula(identity)
    if formula is None or identity.stage.mean or identity.kind not in _BY:
        return None
    if is_no_gradient(trace, identity) or _has_penalty(trace, identity):
        return None
    return _ChainWriter(trace, identity).chain(formula)


def _has_penalty(trace: IterationTrace, quantity: Quantity) -> bool:
    """Whether it is a sum with the penalty's part, or of a batch's loss the part without that.

    The data's part has a chain of its own where it is one sample's; else each sample's part has.
    """
    if quantity.kind in DATA_OF.values():
        return len(trace.rows) > 1
    parameter = _BY[quantity.kind]
    part = Stage(DATA_OF[parameter], quantity.layer) if parameter in DATA_OF else None
    return quantity.kind in _GRADIENTS and part in trace.arrays


@immutable
class _ChainWriter:
    """Writes one chain; gathers its factors as it goes."""

    trace: IterationTrace
    quantity: Quantity
    factors: dict[Identity, Factor] = field(default_factory=dict)

    def chain(self, formula: Expression) -> Chain:
        """The chain of the quantity that has this formula."""
        quantity = self.quantity
        if quantity.kind in _GRADIENTS and len(self.trace.rows) > 1:
            return self._reduced()
        if quantity.kind is Kind.PATH:
            return self._chain(quantity, self._path(quantity))
        sample = quantity.sample if quantity.kind in PARTS else None
        expression = self._expanded(formula)
        return self._chain(self._of_total(quantity, sample), expression)

    def _chain(self, identity: Identity, expression: Expression) -> Chain:
        return Chain(identity, expression, tuple(self.factors[k] for k in symbols(expression)))

    def _of_total(self, quantity: Quantity, sample: int | None = None) -> Derivative:
        """∂E_total/∂ what the quantity is a derivative by; `sample`: whose E_total, in a batch."""
        network = self.trace.experiment.network
        upper = Quantity(Stage(Kind.TOTAL, network.depth), (), sample, quantity.iteration)
        return Derivative(upper, _by(quantity))

    def _expanded(self, formula: Expression) -> Expression:
        kind = self.quantity.kind
        at_output = self.quantity.layer == self.trace.experiment.network.depth
        if kind is Kind.DELTA:
            return self._delta(self.quantity)
        if kind is Kind.DE_DOUT and at_output:
            return self._error()
        if kind is Kind.DE_DOUT:
            return total([self._path(path) for path in symbols(formula)])
        terms = formula.terms if isinstance(formula, Sum) else (formula,)
        return total([self._parameter(term) for term in terms])

    def _reduced(self) -> Chain:
        """∂loss/∂w5: the loss is linear in the samples' E_total, so its formula serves for both."""
        trace, quantity = self.trace, self.quantity
        stage = Stage(Kind.LOSS, trace.experiment.network.depth)
        loss = Quantity(stage, iteration=quantity.iteration)
        formula = trace.formula(loss)
        assert formula is not None
        parts: dict[Quantity, Expression] = {}
        for of_sample in symbols(formula):
            part = trace.own_part(quantity, of_sample.sample)
            parts[of_sample] = self._named(self._of_total(part, of_sample.sample), part)
        return self._chain(Derivative(loss, _by(quantity)), put_in(formula, parts))

    def _parameter(self, term: Expression) -> Expression:
        """delta_o1 * out_h1 → ∂E_total/∂out_o1 · ∂out_o1/∂net_o1 · ∂net_o1/∂w5."""
        delta = _only_delta(term)
        return product((self._delta(delta), self._local(delta, term, _by(self.quantity))))

    def _path(self, path: Quantity) -> Expression:
        """w5 * delta_o1 → ∂E_total/∂net_o1 · ∂net_o1/∂out_h1."""
        formula = self.trace.formula(path)
        assert formula is not None
        delta = _only_delta(formula)
        return product((self._renamed(delta), self._local(delta, formula, _by(path))))

    def _local(self, delta: Quantity, term: Expression, below: Quantity) -> Expression:
        """∂net/∂below: what stands beside ∂E_total/∂net in a term."""
        formula = without_factor(term, Symbol(delta))
        value = evaluate(formula, {key: self.trace.value(key) for key in symbols(formula)})
        short = formula.key if isinstance(formula, Symbol) else None
        return self._factor(Factor(Derivative(_by(delta), below), formula, value, short))

    def _delta(self, delta: Quantity) -> Expression:
        """∂E_total/∂out · ∂out/∂net; a sum of such products where the activation is coupled."""
        formula = self.trace.formula(delta)
        assert formula is not None
        return put_in(formula, {used: self._renamed(used) for used in symbols(formula)})

    def _error(self) -> Expression:
        """∂E_o1/∂out_o1: of the errors, only this one depends on this output."""
        quantity = self.quantity
        error = replace(quantity, stage=Stage(Kind.ERROR, quantity.layer))
        formula = self.trace.formula(error)
        assert formula is not None
        slope, value = derivative(formula, _by(quantity)), self.trace.value(quantity)
        return self._factor(Factor(Derivative(error, _by(quantity)), slope, value))

    def _renamed(self, quantity: Quantity) -> Expression:
        """The factor under its full name: `dout/dnet_o1` → `dout_o1/dnet_o1`."""
        if quantity.kind is Kind.SLOPE:
            out, net = quantity.index[0], quantity.index[-1]
            upper = replace(quantity, stage=Stage(Kind.OUT, quantity.layer), index=(out,))
            lower = replace(quantity, stage=Stage(Kind.NET, quantity.layer), index=(net,))
            return self._named(Derivative(upper, lower), quantity)
        return self._named(self._of_total(quantity), quantity)

    def _named(self, identity: Identity, quantity: Quantity) -> Expression:
        formula, value = shown(self.trace, quantity), self.trace.value(quantity)
        return self._factor(Factor(identity, formula, value, quantity))

    def _factor(self, factor: Factor) -> Expression:
        self.factors[factor.identity] = factor
        return Symbol(factor.identity)


def _by(quantity: Quantity) -> Quantity:
    """What E_total is differentiated by: net_h1 for delta_h1, w5 for dE/dw5."""
    index = quantity.index[:1] if quantity.kind is Kind.PATH else quantity.index
    sample = None if quantity.kind in PARTS else quantity.sample
    stage = Stage(_BY[quantity.kind], quantity.layer)
    return replace(quantity, stage=stage, index=index, sample=sample)


def _only_delta(term: Expression) -> Quantity:
    """The one delta among the factors of a term."""
    found: Quantity = next(key for key in symbols(term) if key.kind is Kind.DELTA)
    return found


@chain_rule.register
def _(trace: GraphTrace, identity: Derivative | Quantity) -> Chain | None:
    """∂total/∂x = Σ ∂total/∂node · ∂node/∂x over the nodes that use x; None for a value.

    None too where the output itself uses x: its local derivative would bear the gradient's own name.
    """
    if not isinstance(identity, Derivative) or trace.formula(identity) is None:
        return None
    edges = _edges_to(trace, identity)
    if identity.upper in edges or not edges:
        return None
    factors: dict[Identity, Factor] = {}
    terms = []
    for node, (formula, local) in edges.items():
        above, edge = Derivative(identity.upper, node), Derivative(node, identity.lower)
        factors[above] = Factor(above, trace.formula(above), trace.value(above))
        factors[edge] = Factor(edge, formula, local)
        terms.append(product((Symbol(above), Symbol(edge))))
    return Chain(identity, total(terms), tuple(factors.values()))


def _edges_to(
    trace: GraphTrace, identity: Derivative
) -> Mapping[Quantity, tuple[Expression, float]]:
    """The nodes that use what is differentiated by, each with its local derivative's formula."""
    number, lower = identity.iteration, replace(identity.lower, iteration=1)
    found = {}
    for node in reversed(tuple(trace.graph.nodes)):
        edge = trace.gradients[node].edges.get(lower)
        if edge:
            moved = {k: Symbol(replace(k, iteration=number)) for k in symbols(edge.derivative)}
            formula = put_in(edge.derivative, moved)
            found[replace(node, iteration=number)] = formula, edge.local
    return found
