"""A network's training as single numbers: its formulas in blocks, its samples, its parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from tracer.code.forms import Form
from tracer.code.gathering import FEWER, MORE, Added, gathered
from tracer.code.given import batching_of, head_of
from tracer.code.identifiers import safe_labels
from tracer.code.plan import Line, Part, arranged, needed
from tracer.code.rates import rate_of, settings_of
from tracer.code.task import Change, Samples, Task
from tracer.engine.batches import Batch, Batches
from tracer.engine.formulas import Formulas
from tracer.engine.rule import Rule
from tracer.engine.stages import T
from tracer.formula import Expression, Symbol, rewrite, symbols
from tracer.formula import replace as put_in
from tracer.model.experiment import Data, Experiment
from tracer.model.names import Names
from tracer.model.network import Network, Parameters, parameter_quantities
from tracer.model.quantity import (
    BEFORE,
    GRADIENT_OF,
    PARAMETER_OF,
    STATE_OF,
    Identity,
    Kind,
    Phase,
    Quantity,
    Stage,
    after_update,
)


def network_task(
    experiment: Experiment, iterations: int | None, form: Form, reserved: Collection[str]
) -> Task:
    """The task; `reserved` are words that nothing may be called by in the program."""
    return _Builder(experiment, iterations, form).task(reserved)


class _Builder:
    def __init__(self, experiment: Experiment, iterations: int | None, form: Form) -> None:
        self.experiment, self.iterations = experiment, iterations
        self.network, self.rule = experiment.network, Rule.of(experiment)
        self.form, self.training = form, experiment.training
        self.data = experiment.data or experiment.predict
        assert self.data is not None
        self.batches = Batches(len(self.data), self.training)
        self.looped = self.batches.size > 1

    def task(self, reserved: Collection[str]) -> Task:
        experiment, training = self.experiment, self.training
        labels = safe_labels(_labels(self.network), reserved)
        lines = self._lines()
        trained = training is not None and experiment.data is not None
        changes = tuple(self._changes(lines)) if trained else ()
        return Task(
            head=head_of(experiment),
            given=dict(self._given(changes)),
            blocks=tuple(arranged(lines, looped=self.looped)),
            loss=self._loss if experiment.data is not None else None,
            bare=Names(self.network).bare,
            safe=Names(_renamed(self.network, labels)).bare,
            iterations=self.iterations if trained else None,
            changes=changes,
            settings=settings_of(self.rule),
            rate=rate_of(self.rule) if trained else None,
            counted=self.rule.earlier,
            stop=training.stop if training and trained else None,
            losses=training.resume.losses if training else (),
            data=self._samples(experiment.data),
            predicted=self._samples(experiment.predict),
            batching=batching_of(experiment, self.iterations),
            forward=tuple(self._forward),
            outputs=self._outputs,
            told=tuple(self._told(lines)) if not trained else (),
            renamed=tuple((old, new) for old, new in labels.items() if old != new),
        )

    @property
    def _loss(self) -> Quantity:
        return Quantity(Stage(Kind.LOSS, self.network.depth))

    @cached_property
    def _formulas(self) -> tuple[Formulas, Formulas]:
        """Of a batch of one sample; or of two sizes, from which that of any follows."""
        sizes = (FEWER, MORE) if self.looped else (1, 1)
        made = [self._of_size(size) for size in dict.fromkeys(sizes)]
        return made[0], made[-1]

    def _of_size(self, size: int) -> Formulas:
        rule = replace(self.rule, by_hand=self.form.by_hand)
        if rule.free is None:
            free = tuple((True, True) for _ in self.network.layers)
            rule = replace(rule, free=None if self.training is None else free)
        return Formulas(
            self.network,
            rule,
            Batch(range(size)),
            shortcut=True,
            guarded=self.form.guarded,
            t=Symbol(T),
        )

    def _lines(self) -> list[Line]:
        """Everything that an iteration has to calculate, in the engine's order."""
        if self.experiment.data is None:
            return needed(self._all, (x.identity for x in self._forward))
        kinds: Collection[Kind] = (Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT, Kind.OUT)
        if self.training is not None:
            kinds = BEFORE
        found = [x.identity for x in self._all if isinstance(x.identity, Quantity)]
        return needed(self._all, [self._loss, *(x for x in found if x.kind in kinds)])

    @cached_property
    def _all(self) -> list[Line]:
        return list(self._every())

    def _every(self) -> Iterator[Line]:
        fewer, more = self._formulas
        fixed: dict[Any, Expression] = {}
        for stage, shape in fewer.stages.items():
            if stage.kind in (Kind.LEARNING_RATE, Kind.PATH, Kind.WEIGHT_PART, Kind.BIAS_PART):
                continue
            for quantity in fewer.batch.quantities(stage, shape, 0 if stage.of_a_sample else None):
                line = self._line(fewer, more, quantity, fixed)
                if quantity.kind in BEFORE and isinstance(line.formula, Symbol):
                    fixed[quantity] = line.formula  # frozen: what it was
                    continue
                yield line

    def _line(
        self, fewer: Formulas, more: Formulas, quantity: Quantity, fixed: Mapping[Any, Expression]
    ) -> Line:
        formula = put_in(_written_out(fewer, quantity), fixed)
        if quantity.sample is not None or fewer is more:
            return Line(quantity, formula)
        whole = gathered(formula, put_in(_written_out(more, quantity), fixed))
        added: list[tuple[Part, Expression]] = []

        def named(node: Expression) -> Expression | None:
            if not isinstance(node, Added):
                return None
            added.append((Part(quantity, len(added)), node.body))
            return Symbol(added[-1][0])

        return Line(quantity, rewrite(whole, named), tuple(added))

    @cached_property
    def _forward(self) -> list[Line]:
        """The lines of a forward pass of one sample."""
        return [x for x in self._all if x.of_a_sample and x.phase is Phase.FORWARD]

    @property
    def _outputs(self) -> tuple[Identity, ...]:
        """What is printed of each sample; of samples without targets everything."""
        if self.experiment.data is None:
            return tuple(line.identity for line in self._forward)
        return self._of_layer(Kind.OUT, self.network.depth, self.network.outputs)

    def _changes(self, lines: Iterable[Line]) -> Iterator[Change]:
        """What the update changes, in the order of the parameters, and then the states."""
        updated = {line.identity for line in lines}
        slots = self.rule.optimizer.slots
        for slot in ("", *slots):
            for quantity in parameter_quantities(self.network):
                kind = STATE_OF[quantity.kind] if slot else quantity.kind
                before = replace(quantity, stage=Stage(kind, quantity.layer, slot=slot))
                after = after_update(before)
                if after in updated:
                    yield Change(before, after, not slot)

    def _given(self, changes: Iterable[Change]) -> Iterator[tuple[Identity, float]]:
        """Parameters, and the states that change, with their values at the start."""
        for quantity in parameter_quantities(self.network):
            yield quantity, _value(self.experiment.parameters, quantity)
        for change in changes:
            if not change.parameter:
                assert isinstance(change.before, Quantity)
                state = change.before.stage
                kept = self.experiment.slots.get(state.slot)
                place = replace(change.before, stage=Stage(PARAMETER_OF[state.kind], state.layer))
                yield change.before, _value(kept, place) if kept else 0.0

    def _told(self, lines: Iterable[Line]) -> Iterator[Identity]:
        """What is printed without a training: the loss, the gradients of the parameters."""
        if self.experiment.data is None:
            return
        known = {line.identity for line in lines}
        yield self._loss
        for quantity in parameter_quantities(self.network):
            stage = Stage(GRADIENT_OF[quantity.kind], quantity.layer)
            gradient = replace(quantity, stage=stage)
            if gradient in known:
                yield gradient

    def _of_layer(self, kind: Kind, layer: int, neurons: tuple[str, ...]) -> tuple[Identity, ...]:
        return tuple(Quantity(Stage(kind, layer), (n,), 0) for n in range(len(neurons)))

    def _samples(self, data: Data | None) -> Samples | None:
        if data is None:
            return None
        inputs = self._of_layer(Kind.INPUT, 0, self.network.inputs)
        if data is not self.experiment.data:
            return Samples(inputs, data.inputs.tolist(), data.names)
        targets = self._of_layer(Kind.TARGET, self.network.depth, self.network.outputs)
        rows = np.concatenate([data.inputs, data.targets], axis=1).tolist()
        return Samples((*inputs, *targets), rows, data.names)


def _labels(network: Network) -> Iterator[str]:
    for layer in range(network.depth + 1):
        yield from network.neurons(layer)


def _renamed(network: Network, labels: Mapping[str, str]) -> Network:
    """The network whose neurons are called as in the program."""
    layers = [
        (tuple(labels[x] for x in layer.neurons), layer.activation.name, layer.bias)
        for layer in network.layers
    ]
    return Network.build([labels[x] for x in network.inputs], layers, network.loss.name)


def _written_out(formulas: Formulas, quantity: Quantity) -> Expression:
    """The formula, with that of each path back in place of its name."""
    formula = formulas.formula(quantity)
    assert formula is not None
    paths = {
        key: found
        for key in symbols(formula)
        if isinstance(key, Quantity) and key.kind is Kind.PATH
        for found in [formulas.formula(key)]
        if found is not None
    }
    return put_in(formula, paths) if paths else formula


def _value(parameters: Parameters, quantity: Quantity) -> float:
    return float(parameters[quantity.layer - 1][quantity.kind is Kind.BIAS][quantity.index])
