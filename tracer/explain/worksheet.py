"""A worksheet: which numbers of an iteration a learner calculates, and in which groups.

Between the trace and the view that prints the sheet or its key; `answers` writes the empty file that
`bptrace check` reads when it has been filled in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tracer.engine.altered import is_given
from tracer.engine.trace import IterationTrace
from tracer.errors import UsageError
from tracer.formula import Expression, holding
from tracer.model.quantity import PARTS, Kind, Quantity

MOST = 1000
"""Quantities beyond which a sheet is refused."""

_PHASES = {
    "Forward": {Kind.NET, Kind.OUT},
    "Errors": {Kind.ERROR, Kind.TOTAL, Kind.LOSS},
    "Backward": {Kind.DE_DOUT, Kind.SLOPE, Kind.PATH, Kind.DELTA},
    "Gradients": {Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT},
    "Updates": {Kind.NEW_WEIGHT, Kind.NEW_BIAS},
}
_PHASE_OF = {kind: phase for phase, kinds in _PHASES.items() for kind in kinds}
_CHANGES = frozenset({*_PHASES["Gradients"], *_PHASES["Updates"]})
_CANCELLING = frozenset({Kind.DE_DOUT, Kind.SLOPE})


@dataclass(frozen=True, slots=True)
class Group:
    """What is calculated together: `Forward` of a sample (a row of `data`), `Updates` of the batch."""

    phase: str
    sample: int | None
    quantities: tuple[Quantity, ...]


def groups(trace: IterationTrace) -> list[Group]:
    """Everything to calculate, the samples one by one and then the batch.

    Given numbers are left out, and so are a frozen parameter's gradient and update, the factors that
    cancel where delta is out − target, and the loss of a batch of one, which is its E_total.

    Raises:
        UsageError: there are more than `MOST` quantities.
    """
    asked = [quantity for quantity in trace.quantities() if is_asked(trace, quantity)]
    if len(asked) > MOST:
        raise UsageError(
            f"the sheet would have {len(asked)} numbers to fill in",
            f"{MOST} is the most; take a smaller network or fewer samples",
        )
    return [
        Group(phase, sample, found)
        for sample in (*trace.rows, None)
        for phase in _PHASES
        if (found := tuple(q for q in asked if (_phase(q), _sample(trace, q)) == (phase, sample)))
    ]


def formula(trace: IterationTrace, quantity: Quantity) -> Expression:
    """The formula of a quantity on the sheet; delta is out − target where the factors cancel."""
    shortcut = quantity.kind is Kind.DELTA and _cancels(trace, quantity)
    expression = trace.formula(quantity, shortcut=shortcut)
    assert expression is not None, "what is given is not on the sheet"
    return holding(expression, trace) if shortcut else expression


def answers(trace: IterationTrace) -> str:
    """The empty ANSWERS file, YAML: the names in the order of the sheet, each without a value."""
    lines = [
        f"# Answers: {' '.join(trace.experiment.title.split())}".rstrip(": "),
        "# Put each number behind its name, with the digits that you have: net_h1: 0.3775",
        "# What stays empty counts as not supplied.",
    ]
    for group in groups(trace):
        lines += ["", f"# {heading(trace, group)}"]
        lines += [f"{trace.names.name(quantity)}:" for quantity in group.quantities]
    return "\n".join(lines) + "\n"


def heading(trace: IterationTrace, group: Group) -> str:
    """`Forward`; in a batch `Forward, sample 2`."""
    if len(trace.rows) == 1 or group.sample is None:
        return group.phase
    return f"{group.phase}, sample {group.sample + 1}"


def is_asked(trace: IterationTrace, quantity: Quantity) -> bool:
    """Whether a learner has to calculate the quantity; see `groups` for what is left out."""
    kind = quantity.kind
    if is_given(quantity.stage) or kind in PARTS:
        return False
    if kind is Kind.LOSS:
        return len(trace.rows) > 1
    if kind in _CANCELLING and _cancels(trace, quantity):
        return False
    return not (kind in _CHANGES and _is_frozen(trace, quantity))


def given_samples(trace: IterationTrace) -> Iterator[tuple[int, list[float], list[float]]]:
    """Of each sample its number (from 1), its inputs and its targets; no targets in `predict`."""
    experiment = trace.experiment
    data = experiment.data or experiment.predict
    assert data is not None
    for row in trace.rows:
        yield row + 1, data.inputs[row].tolist(), data.targets[row].tolist()


def _phase(quantity: Quantity) -> str:
    return _PHASE_OF.get(quantity.kind, "Forward")  # the means of the inputs


def _sample(trace: IterationTrace, quantity: Quantity) -> int | None:
    """The row that the quantity belongs to; a batch of one has no part of its own."""
    return trace.rows[0] if len(trace.rows) == 1 else quantity.sample


def _cancels(trace: IterationTrace, quantity: Quantity) -> bool:
    """Whether the quantity stands at outputs where delta = out − target."""
    if quantity.stage.mean:
        return False
    network = trace.experiment.network
    return network.matched and quantity.layer == network.depth


def _is_frozen(trace: IterationTrace, quantity: Quantity) -> bool:
    training = trace.experiment.training
    letter = "w" if quantity.kind in (Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT) else "b"
    name = f"{letter}{trace.names.parameter_number(quantity)}"
    return training is not None and name in training.frozen
