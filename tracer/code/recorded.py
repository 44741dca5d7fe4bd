"""The engine run on arrays that write down their source: a line for each array of an iteration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tracer.arrays.sources import ROWS, Library, Shape, SourceArray
from tracer.code.forms import Form
from tracer.code.plan import by_phase, needed
from tracer.diagnose.answers.array_names import written
from tracer.engine.forward import cost, forward
from tracer.engine.passes import step
from tracer.engine.rule import Moment, Rule
from tracer.engine.update import Group, updated
from tracer.formula.primitive import Binding
from tracer.immutable import immutable
from tracer.model.network import Bias, Layer, Network, Parameters, State
from tracer.model.quantity import (
    AFTER,
    BEFORE,
    GRADIENT_OF,
    OF_A_BIAS,
    STATE_OF,
    Kind,
    Phase,
    Stage,
)

INPUTS, TARGETS = "X", "T"
"""A row a sample."""
_WHOLE = {
    Kind.TOTAL: "E_total",
    Kind.LOSS: "loss",
    Kind.PENALTY: "penalty",
    Kind.NORM: "grad_norm",
    Kind.LEARNING_RATE: "lr",
}


def array_name(network: Network, stage: Stage) -> str:
    """What the array of a stage is called, in a program and where `check` reads it: `dW1`, `W1+`."""
    if stage.kind in _WHOLE:
        return _WHOLE[stage.kind]
    if stage.kind is Kind.SETTING:
        return stage.slot
    if stage.kind is Kind.ERROR:
        return "E"
    threshold = stage.kind in OF_A_BIAS and network.layers[stage.layer - 1].has_thresholds
    found = written(stage.kind, stage.slot, threshold=threshold)
    before, after = found or (stage.kind.name.lower(), "")
    return f"{'mean_' if stage.mean else ''}{before}{stage.layer}{after}"


def variable(network: Network, stage: Stage) -> str:
    """The same as an identifier."""
    name = array_name(network, stage)
    return name.replace("+", "_new").replace(":", "_").replace("dE/d", "d").replace("θ", "theta")


@immutable
class ArrayLine:
    """One array: the variable that it goes into, and its source."""

    stage: Stage
    name: str
    array: SourceArray
    part: int = 0

    @property
    def identity(self) -> str:
        """The variable."""
        return self.name

    @property
    def key(self) -> tuple[Stage, int]:
        """Which array it is, whatever that is called."""
        return self.stage, self.part

    @property
    def is_whole(self) -> bool:
        """Whether it is the array itself, and no part of its formula."""
        return not self.part

    @property
    def phase(self) -> Phase:
        """The part of the calculation that it belongs to."""
        phase = self.stage.kind.phase
        return Phase.FORWARD if phase is Phase.GIVEN else phase  # the mean of the inputs

    def uses(self) -> Iterable[str]:
        """The variables in it."""
        return self.array.uses

    @property
    def change(self) -> tuple[str, str] | None:
        """(sign, the rest) of what can be written as `name -= rest`."""
        if not self.array.sign:
            return None
        left, right = self.array.operands
        return (self.array.sign, right.source) if left.source == self.name else None


class Recording:
    """The observer that keeps a line for each array, and goes on with its variable.

    `renamed`: variables that go by another name, such as `W1_new` by `W1` where that may be replaced.
    """

    detail = False

    def __init__(
        self, network: Network, library: Library, renamed: Mapping[str, str] | None = None
    ) -> None:
        self.network, self.library = network, library
        self.renamed = dict(renamed or {})
        self.lines: list[ArrayLine] = []

    def __call__(self, stage: Stage, array: Any) -> SourceArray:
        """A line; what only stands for another variable under the same name is none."""
        name = self.name(stage)
        found = array
        for number, part in enumerate(array.repeated(), 1):
            inner = f"{name}_part{'' if number == 1 else number}"
            self.lines.append(ArrayLine(stage, inner, part, number))
            found = found.with_name(part, inner)
        if found.source != name:
            self.lines.append(ArrayLine(stage, name, found))
        return SourceArray(self.library, name, array.shape)

    def name(self, stage: Stage) -> str:
        """The variable of a stage."""
        name = variable(self.network, stage)
        return self.renamed.get(name, name)

    def array(self, stage: Stage, shape: Shape) -> SourceArray:
        """An array that is given."""
        return SourceArray(self.library, self.name(stage), shape)

    def inputs(self) -> SourceArray:
        """X: (samples, inputs)."""
        return SourceArray(self.library, INPUTS, (ROWS, len(self.network.inputs)))

    def targets(self) -> SourceArray:
        """T: (samples, outputs)."""
        return SourceArray(self.library, TARGETS, (ROWS, len(self.network.outputs)))

    def parameters(self, slot: str = "") -> Parameters:
        """W and b of each layer; with `slot` what the optimiser keeps of them."""

        def stage(kind: Kind, layer: Layer) -> Stage:
            return Stage(STATE_OF[kind] if slot else kind, layer.number, slot=slot)

        return tuple(
            (
                self.array(stage(Kind.WEIGHT, layer), (len(layer.neurons), len(layer.inputs))),
                None
                if layer.bias is Bias.NONE
                else self.array(stage(Kind.BIAS, layer), (layer.bias_count,)),
            )
            for layer in self.network.layers
        )

    def moment(self, rule: Rule, number: str) -> Moment:
        """What an iteration is given; `number` is the source of the number of the update."""
        settings = {
            name: self.array(Stage(Kind.SETTING, 0, slot=name), ()) for name in rule.settings()
        }
        binding = Binding.SUM if " " in number else Binding.ATOM
        t = SourceArray(self.library, number, (), binding, frozenset())
        return Moment(self.array(Stage(Kind.LEARNING_RATE, 0), ()), t, settings)


def formed(rule: Rule, form: Form) -> Rule:
    """The rule that calculates in that form; softmax always as it can't overflow."""
    return replace(rule, by_hand=form.by_hand, guarded=True)


def iteration_lines(recording: Recording, rule: Rule, number: str) -> list[ArrayLine]:
    """Forward, backward and update, by the engine's own backward pass."""
    network = recording.network
    free = rule.free or tuple((True, True) for _ in network.layers)
    state = State(
        recording.parameters(), {s: recording.parameters(s) for s in rule.optimizer.slots}
    )
    moment = recording.moment(rule, number)
    inputs, targets = recording.inputs(), recording.targets()
    step(network, replace(rule, free=free), state, inputs, targets, recording, moment)
    return recording.lines


def loss_lines(recording: Recording, rule: Rule) -> tuple[list[ArrayLine], list[ArrayLine]]:
    """The lines of a forward pass, and those from the outputs to the loss."""
    network = recording.network
    passed = forward(network, recording.parameters(), recording.inputs(), recording)
    count = len(recording.lines)
    moment = recording.moment(rule, "")
    cost(network, rule, passed, recording.targets(), recording, moment)
    return recording.lines[:count], recording.lines[count:]


def update_lines(
    recording: Recording, rule: Rule, number: str, gradient: Callable[[Stage], SourceArray]
) -> list[ArrayLine]:
    """What an update does with gradients that are known."""
    groups = []
    slots = {s: recording.parameters(s) for s in rule.optimizer.slots}
    for layer, pair in enumerate(recording.parameters()):
        for which, kind in enumerate((Kind.WEIGHT, Kind.BIAS)):
            free = rule.free[layer][which] if rule.free else True
            if pair[which] is None or free is False:
                continue
            stage = Stage(kind, layer + 1)
            state = {slot: arrays[layer][which] for slot, arrays in slots.items()}
            groups.append(Group(stage, pair[which], gradient(stage), free, state))
    updated(rule, recording.moment(rule, number), groups, recording)
    return recording.lines


def replaced(network: Network, lines: Iterable[ArrayLine]) -> dict[str, str]:
    """Variables of arrays after the update by those before it, where nothing uses these afterwards."""
    ordered = list(lines)
    found = {}
    for place, line in enumerate(ordered):
        if line.stage.kind not in BEFORE:
            continue
        before = variable(network, replace(line.stage, kind=BEFORE[line.stage.kind]))
        later = {used for after in ordered[place + 1 :] for used in after.uses()}
        if before not in later:
            found[line.name] = before
    return found


def ordered(lines: list[ArrayLine], wanted: Iterable[str]) -> list[ArrayLine]:
    """The lines that the wanted variables stand on, phase by phase."""
    return by_phase(needed(lines, wanted))


def new_stages(network: Network, rule: Rule) -> list[tuple[Stage, Stage]]:
    """(before, after) of all that an update changes, arrays of parameters first."""
    found = []
    for slot in ("", *rule.optimizer.slots):
        for number, layer in enumerate(network.layers, 1):
            kinds = [Kind.WEIGHT] + ([Kind.BIAS] if layer.bias is not Bias.NONE else [])
            for kind in kinds:
                free = rule.free[number - 1][kind is Kind.BIAS] if rule.free else True
                if free is False:
                    continue
                before = Stage(STATE_OF[kind] if slot else kind, number, slot=slot)
                found.append((before, replace(before, kind=AFTER[before.kind])))
    return found


def parameter_stages(network: Network) -> list[Stage]:
    """The arrays of parameters, layer by layer."""
    return [
        Stage(kind, layer.number)
        for layer in network.layers
        for kind in (Kind.WEIGHT, Kind.BIAS)
        if kind is Kind.WEIGHT or layer.bias is not Bias.NONE
    ]


def gradient_stages(network: Network) -> list[Stage]:
    """The gradients of all of them."""
    return [replace(stage, kind=GRADIENT_OF[stage.kind]) for stage in parameter_stages(network)]
