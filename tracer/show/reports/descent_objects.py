"""How a training descends, as objects for JSON: options, and what the optimiser makes of a gradient.

The same for networks and graphs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tracer.engine.stages import LEARNING_RATE, NORM
from tracer.engine.trace import IterationTrace
from tracer.model.experiment import Experiment, GraphTraining, Training
from tracer.model.network import parameter_quantities
from tracer.model.options import options_of
from tracer.model.quantity import (
    AFTER,
    CLIPPED_OF,
    CORRECTED_OF,
    DATA_OF,
    PENALTY_OF,
    STATE_OF,
    Kind,
    Quantity,
    Stage,
)
from tracer.model.schedules import CONSTANT
from tracer.show.reports.objects import Object, only_finite


def descent_conventions(training: Training | GraphTraining) -> Object:
    """The optimiser's name and its options, the learning rate and its schedule, the clipping."""
    optimizer, schedule, clip = training.optimizer, training.schedule, training.clip
    found: Object = {"optimizer": optimizer.name, "learning_rate": training.learning_rate}
    options = {name: getattr(optimizer, name) for name in options_of(optimizer)}
    if options:
        found["optimizer_options"] = options
    if schedule != CONSTANT:
        settings = {name: getattr(schedule, name) for name in options_of(schedule)}
        found["schedule"] = {"name": schedule.name, **settings}
    return found if clip is None else found | {"clip": {clip.by: clip.limit}}


def penalty_conventions(experiment: Experiment) -> Object:
    """The penalty as the configuration has it."""
    penalty = experiment.penalty
    if penalty is None:
        return {}
    given = {name: getattr(penalty, name) for name in ("kind", "strength", "form", "of")}
    return {"regularization": given}


def iteration_descent(trace: IterationTrace) -> Object:
    """The learning rate and the penalty of an iteration; the norm of gradients that are clipped."""
    named = {
        "learning_rate": LEARNING_RATE,
        "penalty": Stage(Kind.PENALTY, trace.experiment.network.depth),
        "gradient_norm": NORM,
    }
    known = {key: stage for key, stage in named.items() if stage in trace.arrays}
    return only_finite(known, [float(trace.arrays[stage]) for stage in known.values()])


def parameter_descents(trace: IterationTrace) -> Iterator[Object]:
    """For each parameter the parts of its gradient, what of it was clipped, the optimiser's state."""
    for parameter in parameter_quantities(trace.experiment.network):
        yield _descent(trace, parameter)


def _descent(trace: IterationTrace, parameter: Quantity) -> Object:
    kind, optimizer = parameter.kind, trace.rule.optimizer
    parts = {"data": DATA_OF[kind], "penalty": PENALTY_OF[kind], "clipped": CLIPPED_OF[kind]}
    found = _values(trace, parameter, ((key, of, "") for key, of in parts.items()))
    if trace.after is None:
        return found
    state = {
        slot: _values(
            trace,
            parameter,
            (("before", STATE_OF[kind], slot), ("after", AFTER[STATE_OF[kind]], slot)),
        )
        for slot in optimizer.slots
    }
    if state:
        found["state"] = state
    corrected = ((letter, CORRECTED_OF[kind], letter) for letter in optimizer.corrected)
    return found | _values(trace, parameter, corrected)


def _values(
    trace: IterationTrace, parameter: Quantity, wanted: Iterable[tuple[str, Kind, str]]
) -> Object:
    """The numbers of those kinds and letters that belong to the parameter, where there are such."""
    found = {key: Stage(kind, parameter.layer, slot=slot) for key, kind, slot in wanted}
    known = {key: trace.arrays[stage] for key, stage in found.items() if stage in trace.arrays}
    return only_finite(known, [float(array[parameter.index]) for array in known.values()])
