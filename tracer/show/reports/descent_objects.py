"""How a training descends, as objects for JSON: options, and what the optimiser makes of a gradient.

The same for networks and graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from tracer.engine.rule import Rule
from tracer.engine.stages import LEARNING_RATE, NORM, RATE
from tracer.engine.trace import IterationTrace
from tracer.model.experiment import Experiment, GraphTraining, Training
from tracer.model.network import parameter_quantities
from tracer.model.options import options_of
from tracer.model.quantity import CLIPPED_OF, CORRECTED_OF, Kind, Quantity, Stage, at
from tracer.model.schedules import CONSTANT
from tracer.show.reports.descent import CLIPPED, SHARES, Part, corrected_parts, state_parts
from tracer.show.reports.objects import Object, only_finite

if TYPE_CHECKING:
    from tracer.graph.trace import GraphTrace

_NORM = "gradient_norm"


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


def graph_descent(trace: GraphTrace) -> Object:
    """The learning rate of an iteration; the norm of gradients that are clipped."""
    named = {"learning_rate": number_at(trace, RATE), _NORM: number_at(trace, Quantity(NORM))}
    return {key: number for key, number in named.items() if number is not None}


def iteration_descent(trace: IterationTrace) -> Object:
    """The learning rate and the penalty of an iteration; the norm of gradients that are clipped."""
    named = {
        "learning_rate": LEARNING_RATE,
        "penalty": Stage(Kind.PENALTY, trace.experiment.network.depth),
        _NORM: NORM,
    }
    known = {key: stage for key, stage in named.items() if stage in trace.arrays}
    return only_finite(known, [float(trace.arrays[stage]) for stage in known.values()])


def parameter_descents(trace: IterationTrace) -> Iterator[Object]:
    """For each parameter the parts of its gradient, what of it was clipped, the optimiser's state."""
    number = partial(number_of, trace)
    for parameter in parameter_quantities(trace.experiment.network):
        yield descent_object(trace.rule, number, parameter, updated=trace.after is not None)


def descent_object(
    rule: Rule,
    number: Callable[[Part, Quantity], float | None],
    parameter: Quantity,
    *,
    updated: bool = True,
) -> Object:
    """What lies between a parameter's gradient and its new value, as far as there is such."""
    found = _values(number, parameter, (*SHARES, CLIPPED))
    if not updated:
        return found
    state = {slot: _values(number, parameter, state_parts(slot)) for slot in rule.optimizer.slots}
    if state:
        found["state"] = state
    return found | _values(number, parameter, corrected_parts(rule.optimizer))


def _values(
    number: Callable[[Part, Quantity], float | None], parameter: Quantity, parts: Iterable[Part]
) -> Object:
    """The numbers of the parameter, where it has such."""
    found = {part.key: number(part, parameter) for part in parts}
    known = {key: value for key, value in found.items() if value is not None}
    return only_finite(known, known.values())


def number_of(trace: IterationTrace, part: Part, parameter: Quantity) -> float | None:
    """A number of the parameter; None where it has none.

    Of one that is fixed nothing reaches the optimiser, though its array may hold a number.
    """
    quantity = part.of(parameter)
    array = trace.arrays.get(quantity.stage) if quantity else None
    on_the_way = part.kinds in (CLIPPED_OF, CORRECTED_OF)
    if array is None or (on_the_way and is_fixed(trace, parameter)):
        return None
    return float(array[parameter.index])


def number_of_input(trace: GraphTrace, part: Part, node: Quantity) -> float | None:
    """A number of a graph's trainable input; None where it has none."""
    quantity = part.of(node)
    return None if quantity is None else number_at(trace, quantity)


def number_at(trace: GraphTrace, quantity: Quantity) -> float | None:
    """A number of a graph's iteration; None where there is none such."""
    known = quantity in trace.formulas
    return trace.value(at(quantity, trace.number)) if known else None


def is_fixed(trace: IterationTrace, parameter: Quantity) -> bool:
    """Whether training leaves the parameter as it is."""
    training = trace.experiment.training
    return training is not None and parameter in training.frozen
