"""The gradients of a small network or graph by the chain rule, as MathML by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tracer.explain.calculation import timeline_of
from tracer.explain.chain import chain_rule
from tracer.model.experiment import Experiment
from tracer.model.quantity import Kind, Quantity
from tracer.show.document import Notation

MOST = 60
"""Parameters, or numbers of a graph, beyond which the page goes without."""


def chains(experiment: Any, notation: Notation) -> Mapping[str, str]:
    """∂E/∂w5 = ∂E/∂out_o1 · …, for each gradient; of a batch those of its first sample."""
    if isinstance(experiment, Experiment) and experiment.network.parameter_count > MOST:
        return {}
    if isinstance(experiment, Experiment) and experiment.data is None:
        return {}
    trace = timeline_of(experiment).trace(1)
    found: dict[str, str] = {}
    for identity in list(trace)[: None if isinstance(experiment, Experiment) else MOST]:
        if isinstance(identity, Quantity) and not _is_shown(identity, trace):
            continue
        chain = chain_rule(trace, identity)
        if chain is not None:
            name = trace.names.bare(_of_no_sample(identity))
            written = notation.name(_of_no_sample(chain.identity))
            formula = notation.formula(chain.expression)
            found[name] = f"<mrow>{written}<mo>=</mo>{formula}</mrow>"
    return found


def _is_shown(quantity: Quantity, trace: Any) -> bool:
    """Whether its chain is the one to show under its name: that of the first sample."""
    rows = getattr(trace, "rows", [0])
    if quantity.kind in (Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT) and len(rows) > 1:
        return False
    return quantity.sample in (None, rows[0])


def _of_no_sample(identity: Any) -> Any:
    return replace(identity, sample=None) if isinstance(identity, Quantity) else identity
