"""In which form a program calculates: as people write it down, or so that no digit is lost.

The engine's own numbers decide: where the forms of people give the same to 1e-12, they are taken.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train
from tracer.graph.building import build_graph
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment

NEAR = 1e-12
"""How near, relatively, a program's numbers come to the engine's."""
_WORK = 20_000_000
_MOST = 20_000


@immutable
class Form:
    """`by_hand`: the rows' own formulas; `guarded`: what keeps floats from overflowing is in them."""

    by_hand: bool
    guarded: bool


BY_HAND = Form(True, False)
"""As people write it down."""
STABLE = Form(False, True)
"""As the engine calculates."""


def form_of(experiment: Experiment, iterations: int | None, *, chain: bool = False) -> Form:
    """The form that people write, where it has all the digits; tried as far as that is quickly done.

    `chain`: delta goes by the chain rule in any case, as what differentiates by itself does.

    Raises:
        DivergedError: the training meets what is not a finite number.
    """
    if experiment.data is None:
        return BY_HAND
    size = experiment.network.parameter_count * len(experiment.data)
    count = min(iterations or 0, _MOST, max(_WORK // size, 1))
    usual, by_hand = NetworkTimeline(experiment), NetworkTimeline(experiment)
    by_hand.rule = replace(by_hand.rule, by_hand=not chain, shortcut=not chain, guarded=False)
    exact = _numbers(usual, count)
    if not np.isfinite(exact).all():
        _raise_end(usual, count)
    return BY_HAND if np.allclose(_numbers(by_hand, count), exact, NEAR, 0.0) else STABLE


def check_finite(experiment: GraphExperiment, iterations: int | None) -> None:
    """DivergedError where a graph's training meets what is not a finite number."""
    timeline = GraphTimeline(experiment, build_graph(experiment))
    if iterations is None:
        timeline.trace(1).result  # noqa: B018 (raises where a value is missing)
    else:
        _raise_end(timeline, min(iterations, _MOST))


def _raise_end(timeline: Any, iterations: int) -> None:
    run = train(timeline, iterations) if iterations else None
    if run is not None and run.diverged:
        raise run.diverged


def _numbers(timeline: NetworkTimeline, iterations: int) -> Any:
    """The losses on the way, and the parameters in the end."""
    losses: list[float] = []
    state = timeline.start
    if iterations:
        state = timeline.advance(state, 0, iterations, losses)
    return np.array([*losses, timeline.whole_loss(state), *state.numbers()])
