"""What the optimiser has kept when training starts: `state: {v: [...]}`, or `{v: {w1: 0.6}}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tracer.config.descent import UPDATES
from tracer.config.models import DescentModel, TrainingModel
from tracer.config.report import Report, counted
from tracer.config.training import parameter_called
from tracer.model.names import Names
from tracer.model.network import Network, Parameters, State, parameter_quantities
from tracer.model.optimizers import Optimizer
from tracer.model.quantity import Quantity

KeptValues = dict[Quantity, float]
"""Numbers by the parameters that they belong to."""


def check_state(
    model: TrainingModel, optimizer: Optimizer | None, network: Network, report: Report
) -> dict[str, KeptValues]:
    """The numbers of each letter; what doesn't go with the optimiser or the network is reported."""
    found: dict[str, KeptValues] = {}
    for slot, given in known_slots(model, optimizer, report):
        place = ("training", "state", slot)
        if isinstance(given, list) and len(given) != network.parameter_count:
            message = f"{counted(len(given), 'number')}; the network has {_parameters(network)}"
            report.at(place, message, "they stand in the order w1, w2, …, b1, …, layer by layer")
        elif isinstance(given, list):
            found[slot] = dict(zip(parameter_quantities(network), given, strict=True))
        elif given is not None:
            found[slot] = _named(given, Names(network), place, report)
    return found


def known_slots(
    model: DescentModel, optimizer: Optimizer | None, report: Report
) -> Iterator[tuple[str, list[float] | dict[str, float] | None]]:
    """The letters that the optimiser keeps, with what the file gives; others are reported."""
    for slot, given in (model.state or {}).items():
        place = ("training", "state", slot)
        if slot == UPDATES:
            if given is not None and not isinstance(given, int):
                report.at(place, "expected a count", "write updates: 5 for five updates done")
        elif isinstance(given, int):
            hint = "a list with a number for each parameter, or numbers by their names"
            report.at(place, f"found {given}", f"write {hint}")
        elif optimizer is not None and slot not in optimizer.slots:
            report.at_key(place, f"{optimizer.name} keeps no '{slot}'", _kept(optimizer))
        else:
            if optimizer is not None and slot in optimizer.squared:
                _check_squares(given, place, report)
            yield slot, given


def _check_squares(
    given: list[float] | dict[str, float] | None, place: tuple[str, ...], report: Report
) -> None:
    """Reports what no sum or average of squares can be."""
    places = enumerate(given) if isinstance(given, list) else (given or {}).items()
    for key, value in places:
        if value < 0:
            message = f"found {value:.17g}, expected 0 or more"
            report.at((*place, key), message, f"{place[-1]} is made of squared gradients")


def _named(
    given: Mapping[str, float], names: Names, place: tuple[str, ...], report: Report
) -> KeptValues:
    found: KeptValues = {}
    for text, value in given.items():
        parameter = parameter_called(text, names, partial(report.at_key, (*place, text)))
        if parameter is None:
            continue
        if parameter in found:
            name = names.bare(parameter)
            report.at_key((*place, text), f"'{text}' is {name}, which is given already")
        found[parameter] = value
    return found


def _kept(optimizer: Optimizer) -> str:
    letters = ", ".join(optimizer.slots)
    return f"it keeps {letters}" if letters else "it keeps nothing; leave state: out"


def _parameters(network: Network) -> str:
    return counted(network.parameter_count, "parameter")


def shaped(
    values: Mapping[str, KeptValues], network: Network, parameters: Parameters
) -> dict[str, Parameters]:
    """The same as arrays like those of the parameters, 0 where nothing is given."""
    return {
        slot: State(parameters)
        .with_numbers([given.get(parameter, 0.0) for parameter in parameter_quantities(network)])
        .parameters
        for slot, given in values.items()
    }
