"""What a person is given besides data and parameters: learning rate, options, the optimiser's state."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.engine.rule import Moment, Rule
from tracer.engine.trace import IterationTrace
from tracer.model.quantity import STATE_OF, Kind, Quantity, Stage
from tracer.model.settings import setting_letters
from tracer.show.document import Block, Inline, Name, Table, Text, Value
from tracer.show.reports.parameters import parameter_at
from tracer.show.reports.tables import PARAMETER, Row, joined, number_column


def options_given(rule: Rule, moment: Moment) -> Iterator[Block]:
    """The learning rate, and the options of optimiser, schedule, penalty and clipping."""
    if moment.learning_rate is not None:
        rate = Value(float(moment.learning_rate), exact=True)
        yield Text(("Learning rate: ", Name(Kind.LEARNING_RATE), " = ", rate))
    options = [_option(name, value, moment) for name, value in moment.settings.items()]
    if rule.optimizer.asks_for_t and moment.learning_rate is not None:
        options.append((f"t = {int(moment.t)}",))
    if options:
        yield Text(("Options: ", *joined(options, ", ")))


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
        are = "is" if len(slots) == 1 else "are"
        yield Text(f"{' and '.join(slots)} {are} 0 for every parameter.")
        return

    def row(number: int) -> Row:
        quantity = parameter_at(network, number).quantity
        stages = (Stage(STATE_OF[quantity.kind], quantity.layer, slot=slot) for slot in slots)
        numbers = (float(trace.arrays[stage][quantity.index]) for stage in stages)
        return (Name(quantity), *(Value(number, exact=True) for number in numbers))

    columns = (PARAMETER[0], *map(number_column, slots))
    rows = map(row, range(network.parameter_count))
    yield Table(columns, rows, "State of the optimiser", "state")


def _is_state(stage: Stage) -> bool:
    return stage.kind in STATE_OF.values()
