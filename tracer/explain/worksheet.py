"""A worksheet: which numbers a learner calculates, iteration by iteration, and in which groups.

Between the trace and the view that prints the sheet or its key; `answers` writes the empty file that
`bptrace check` reads when it has been filled in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import singledispatch
from typing import Any, TypeAlias

from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError, UsageError
from tracer.explain import A_FEW
from tracer.explain.asking import asked_for
from tracer.formula import Expression
from tracer.graph.trace import GraphTrace
from tracer.immutable import immutable
from tracer.language import everywhere, message, say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import OF_A_WEIGHT, PARTS, Identity, Kind, Phase, Quantity, Stage
from tracer.visible import printable

MOST = 1000
"""Quantities beyond which a sheet is refused."""

OF_A_GRAPH = {
    Phase.FORWARD: message("Values"),
    Phase.GRADIENTS: message("Gradients"),
    Phase.UPDATES: message("Updates"),
}
"""What a graph's phases are called."""

PHASES = {
    Phase.GIVEN: message("Given"),
    Phase.FORWARD: message("Forward"),
    Phase.ERRORS: message("Errors"),
    Phase.BACKWARD: message("Backward"),
    Phase.GRADIENTS: message("Gradients"),
    Phase.UPDATES: message("Updates"),
}
"""What a network's phases are called."""

_ANSWERS = message("Answers: {title}")
_FILL_IN = message("Put each number behind its name, with the digits that you have: {example}")

Sheeted: TypeAlias = IterationTrace | GraphTrace
"""What a sheet is made of."""

_CHANGES = (Phase.GRADIENTS, Phase.UPDATES)
_PHASES = (Phase.FORWARD, Phase.ERRORS, Phase.BACKWARD, Phase.GRADIENTS, Phase.UPDATES)


@immutable
class SheetGroup:
    """What is calculated together: a phase of a sample (a row of `data`), or of the batch."""

    phase: Phase
    sample: int | None
    quantities: tuple[Any, ...]


@immutable
class Section:
    """An iteration on the sheet; `alone`: there is no other."""

    trace: Sheeted
    groups: tuple[SheetGroup, ...]
    alone: bool

    def heading(self, group: SheetGroup) -> str:
        """`Forward`; of several iterations `Iteration 2: Forward`."""
        title = heading(self.trace, group)
        if self.alone:
            return title
        return say("Iteration {number}: {title}", number=self.trace.number, title=title)


def intended(experiment: Experiment | GraphExperiment) -> int:
    """How many iterations the configuration means to be calculated by hand."""
    if isinstance(experiment, Experiment) and experiment.data is None:
        return 1
    iterations = experiment.training.iterations if experiment.training else 1
    return iterations if iterations and iterations <= A_FEW else 1


def sections(traces: Sequence[Sheeted], ask: Sequence[str] = ()) -> list[Section]:
    """Everything to calculate, iteration by iteration; with `ask` only what is called so.

    Raises:
        UsageError: there are more than `MOST` quantities, or one of `ask` can't be asked for.
        UnknownNameError: one of `ask` doesn't exist.
    """
    usual = (identity for trace in traces for identity in to_calculate(trace))
    only = frozenset(asked_for(traces, ask, usual)) if ask else None
    found = [tuple(groups(trace, only)) for trace in traces]
    alone = len(traces) == 1
    _check_count(sum(len(g.quantities) for some in found for g in some), alone=alone)
    every = zip(traces, found, strict=True)
    return [Section(trace, some, alone) for trace, some in every if some or only is None]


def groups(trace: Sheeted, only: Collection[Identity] | None = None) -> list[SheetGroup]:
    """Everything to calculate of an iteration, the samples one by one and then the batch.

    Or `only` these of its numbers, whatever they are.

    Given numbers are left out, and so are a frozen parameter's gradient and update, the factors that
    cancel where delta is out − target, and the loss of a batch of one, which without a penalty is
    its E_total.

    Raises:
        UsageError: there are more than `MOST` quantities.
    """
    asked = [*to_calculate(trace)] if only is None else [q for q in trace.order() if q in only]
    _check_count(len(asked), alone=True)
    return [
        SheetGroup(phase, sample, found)
        for sample in (*rows_of(trace), None)
        for phase in _PHASES
        if (found := tuple(q for q in asked if (_phase(q), _sample(trace, q)) == (phase, sample)))
    ]


def _check_count(count: int, *, alone: bool) -> None:
    if count > MOST:
        fewer = "" if alone else ", or fewer --iterations"
        raise UsageError(
            f"the sheet would have {count} numbers to fill in",
            f"{MOST} is the most; take a smaller network or fewer samples{fewer}",
        )


def rows_of(trace: Sheeted) -> Sequence[int]:
    """The samples of the iteration, rows of `data`; a graph has none."""
    return trace.rows if isinstance(trace, IterationTrace) else ()


def formula(trace: Sheeted, quantity: Any) -> Expression:
    """The formula of a quantity on the sheet; delta is out − target where the factors cancel."""
    on_paper = trace.on_paper if isinstance(trace, IterationTrace) else trace
    expression = on_paper.formula(quantity)
    assert expression is not None, "what is given is not on the sheet"
    return expression


def answers(
    title: str,
    traces: Sequence[Sheeted],
    spell: Callable[[Any], str],
    ask: Sequence[str] = (),
) -> str:
    """The empty ANSWERS file, YAML: the names in the order of the sheet, each without a value.

    `spell` writes a name in other letters: `z_h1`; where those would be read as another quantity's,
    the name stays as it is.
    """
    sheet = sections(traces, ask)
    example = _spelled(sheet[0].trace, sheet[0].groups[0].quantities[0], spell)
    lines = [
        title_line(title),
        f"# {say(_FILL_IN, example=f'{example}: 0.3775')}",
        f"# {say('What stays empty counts as not supplied.')}",
    ]
    for section in sheet:
        for group in section.groups:
            lines += ["", f"# {section.heading(group)}"]
            lines += [f"{_spelled(section.trace, q, spell)}:" for q in group.quantities]
    return "\n".join(lines) + "\n"


def title_line(title: str) -> str:
    """The first line of an ANSWERS file, which says whose answers they are."""
    return _titled(say(_ANSWERS), title)


def is_title_line(line: str, title: str) -> bool | None:
    """Whether the line says so of that title, in any language; None where it is of no answers."""
    if not line.startswith("# "):
        return None
    own = [(_titled(form, ""), _titled(form, title)) for form in everywhere(_ANSWERS)]
    if not line.startswith(tuple(start for start, _ in own)):
        return None
    return line in [whole for _, whole in own]


def _titled(form: str, title: str) -> str:
    return f"# {form.format(title=' '.join(printable(title).split()))}".rstrip(": ：")


def heading(trace: Sheeted, group: SheetGroup) -> str:
    """`Forward`; in a batch `Forward, sample 2`; of a graph `Values`."""
    if isinstance(trace, GraphTrace):
        return say(OF_A_GRAPH[group.phase])
    title = say(PHASES[group.phase])
    if len(trace.rows) == 1 or group.sample is None:
        return title
    return say("{title}, sample {number}", title=title, number=group.sample + 1)


def table_name(trace: Sheeted, group: SheetGroup) -> str:
    """What the group's table is called for programs: `forward`, `forward_sample2`, `values`."""
    if isinstance(trace, GraphTrace):
        return OF_A_GRAPH[group.phase].lower()
    if len(trace.rows) == 1 or group.sample is None:
        return group.phase.value
    return f"{group.phase.value}_sample{group.sample + 1}"


@singledispatch
def to_calculate(trace: Any) -> Iterator[Identity]:
    """What somebody who calculates by hand comes across; see `groups` for what is left out."""
    raise TypeError(f"no trace: {type(trace).__name__}")


@to_calculate.register
def _(trace: IterationTrace) -> Iterator[Quantity]:
    return (quantity for quantity in trace.quantities() if is_asked(trace, quantity))


@to_calculate.register
def _(trace: GraphTrace) -> Iterator[Identity]:
    return trace.calculated()


def how_many(
    trace: IterationTrace, phases: Collection[Phase], stages: Collection[Stage] | None = None
) -> int:
    """How many numbers `to_calculate` has of these phases; an array's are counted together.

    `stages`: only those of these arrays.
    """
    training = trace.experiment.training
    frozen = Counter(p.stage for p in training.frozen) if training else Counter[Stage]()
    count = 0
    for stage, array in trace.arrays.items():
        if stage.kind.phase not in phases or (stages is not None and stage not in stages):
            continue
        if array.size and _is_calculated(trace, stage):
            changes = stage.kind.phase in _CHANGES
            count += array.size - (frozen[_of_parameters(stage)] if changes else 0)
    return count


def is_asked(trace: IterationTrace, quantity: Quantity) -> bool:
    """Whether somebody who calculates by hand comes across the number."""
    changes = quantity.kind.phase in _CHANGES
    return _is_calculated(trace, quantity.stage) and not (changes and _is_frozen(trace, quantity))


def _is_calculated(trace: IterationTrace, stage: Stage) -> bool:
    """The same of all the numbers of an array, but for what is frozen."""
    if stage.is_given or stage.kind in PARTS:
        return False
    if stage.kind is Kind.LOSS:
        return len(trace.rows) > 1 or trace.rule.penalty is not None
    return not trace.experiment.network.cancels(stage)


def given_samples(
    traces: Sequence[IterationTrace],
) -> Iterator[tuple[int, list[float], list[float]]]:
    """Of each sample its number (from 1), its inputs and its targets; no targets in `predict`."""
    data = traces[0].data
    for row in sorted({row for trace in traces for row in trace.rows}):
        yield row + 1, data.inputs[row].tolist(), data.targets[row].tolist()


def _spelled(trace: Sheeted, quantity: Any, spell: Callable[[Any], str]) -> str:
    spelled = spell(quantity)
    try:
        same = trace.names.parse(spelled) == quantity
    except UnknownNameError:
        same = False
    return spelled if same else trace.names.name(quantity)


def _phase(identity: Identity) -> Phase:
    phase = identity.phase
    return Phase.FORWARD if phase is Phase.GIVEN else phase  # the means of the inputs


def _sample(trace: Sheeted, identity: Identity) -> int | None:
    """The row that the quantity belongs to; a batch of one has no part of its own."""
    rows = rows_of(trace)
    if len(rows) == 1 or not isinstance(identity, Quantity):
        return rows[0] if rows else None
    return identity.sample


def _is_frozen(trace: IterationTrace, quantity: Quantity) -> bool:
    training = trace.experiment.training
    parameter = Quantity(_of_parameters(quantity.stage), quantity.index)
    return training is not None and parameter in training.frozen


def _of_parameters(stage: Stage) -> Stage:
    """The parameters that an array is about."""
    return Stage(Kind.WEIGHT if stage.kind in OF_A_WEIGHT else Kind.BIAS, stage.layer)
