"""What a person is given besides data and parameters: learning rate, options, the optimiser's state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracer.engine.rule import Moment, Rule
from tracer.engine.trace import IterationTrace
from tracer.graph.trace import GraphTrace
from tracer.language import counted, message, say
from tracer.model.quantity import STATE_OF, Kind, Quantity, Stage
from tracer.model.settings import setting_letters
from tracer.show.document import Block, Column, Inline, Name, Table, Text, Value
from tracer.show.reports.parameters import parameter_at
from tracer.show.reports.tables import PARAMETER, Row, joined, number_column
from tracer.show.words import worded

_STATE = message("State of the optimiser")


def options_given(rule: Rule, moment: Moment, *, alone: bool = True) -> Iterator[Block]:
    """The learning rate, and the options of optimiser, schedule, penalty and clipping.

    `alone`: with what is of this iteration only; without, `varying_given` says that of each.
    """
    if moment.learning_rate is not None and (alone or not rule.schedule.varies):
        rate = Value(float(moment.learning_rate), exact=True)
        yield Text(
            worded(say("Learning rate: {name} = {rate}"), name=Name(Kind.LEARNING_RATE), rate=rate)
        )
    options = [_option(name, value, moment) for name, value in moment.settings.items()]
    if alone and rule.optimizer.asks_for_t and moment.learning_rate is not None:
        options.append(_t(moment))
    if options:
        yield Text(worded(say("Options: {options}"), options=joined(options, ", ")))


def varying_given(rule: Rule, moment: Moment) -> Iterator[Block]:
    """What an iteration is given that the one before was not: its learning rate, its t."""
    if moment.learning_rate is None:
        return
    rate = Value(float(moment.learning_rate))  # of 0.1·0.93², which the sheet says, no last bits
    found: list[tuple[Inline, ...]] = []
    if rule.schedule.varies:
        found.append((Name(Kind.LEARNING_RATE), " = ", rate))
    found += [_t(moment)] if rule.optimizer.asks_for_t else []
    if found:
        yield Text(joined(found, ", "))


def _t(moment: Moment) -> tuple[Inline, ...]:
    return (f"t = {int(moment.t)}",)


def _option(name: str, value: float, moment: Moment) -> tuple[Inline, ...]:
    """`β₁ = 0.9`; where two options go by one letter, with its name."""
    letters = setting_letters()
    shared = sum(letters[other] == letters[name] for other in moment.settings) > 1
    called = f" ({name})" if shared else ""
    letter = Name(Quantity(Stage(Kind.SETTING, 0, slot=name)))
    return (letter, f"{called} = ", Value(float(value), exact=True))


def states_given(trace: IterationTrace) -> Iterator[Block]:
    """What the optimiser has kept of each parameter before the update; in words where that is 0."""
    slots, network = list(trace.before.slots), trace.experiment.network
    if not slots:
        return
    if not any(trace.arrays[stage].any() for stage in trace.arrays if _is_state(stage)):
        yield _all_zero(
            slots,
            message("{states} is 0 for every parameter."),
            message("{states} are 0 for every parameter."),
        )
        return

    def row(number: int) -> Row:
        quantity = parameter_at(network, number).quantity
        stages = (Stage(STATE_OF[quantity.kind], quantity.layer, slot=slot) for slot in slots)
        numbers = (float(trace.arrays[stage][quantity.index]) for stage in stages)
        return (Name(quantity), *(Value(number, exact=True) for number in numbers))

    columns = (PARAMETER[0], *map(number_column, slots))
    rows = map(row, range(network.parameter_count))
    yield Table(columns, rows, _STATE, "state")


def graph_states_given(trace: GraphTrace) -> Iterator[Block]:
    """The same of a graph's trainable inputs."""
    graph, slots = trace.graph, list(trace.rule.optimizer.slots)
    if not slots or not graph.states:
        return
    if not any(graph.states.values()):
        yield _all_zero(
            slots,
            message("{states} is 0 for every trainable input."),
            message("{states} are 0 for every trainable input."),
        )
        return
    of = {(state.stage.slot, state.index): value for state, value in graph.states.items()}
    rows: list[Row] = [
        (Name(node), *(Value(of[slot, node.index], exact=True) for slot in slots))
        for node in graph.trainable
    ]
    yield Table((Column(message("input")), *map(number_column, slots)), rows, _STATE, "state")


def _all_zero(slots: Sequence[str], one: str, many: str) -> Text:
    *most, last = slots
    states = say("{most} and {last}", most=", ".join(most), last=last) if most else last
    return Text(counted(len(slots), one, many, states=states))


def _is_state(stage: Stage) -> bool:
    return stage.kind in STATE_OF.values()
