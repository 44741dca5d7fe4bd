"""A network in a library that differentiates by itself: the forward pass, the loss, the update.

The backward pass is the library's; what it starts from is the engine's forward pass, and what it leads
to the engine's update, or PyTorch's own optimiser where that makes the same steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from tracer.arrays.sources import Library, SourceArray
from tracer.code.arrays import ArrayProgram, joined
from tracer.code.forms import Form
from tracer.code.languages import Wish
from tracer.code.layout import INDENT
from tracer.code.recorded import (
    ArrayLine,
    Recording,
    array_name,
    formed,
    loss_lines,
    parameter_stages,
    replaced,
    update_lines,
)
from tracer.model.experiment import Experiment
from tracer.model.network import Network
from tracer.model.quantity import GRADIENT_OF, Kind, Stage

LARGER, SMALLER = "maximum($1, $2)", "minimum($1, $2)"
"""Functions of the program's own: where both are equal, the slope is that of the second."""


def refused(experiment: Experiment) -> str:
    """Why no library differentiates this; empty where it does."""
    training = experiment.training
    if training is None or experiment.data is None:
        return ""
    if training.batch_means:
        return "`gradient: batch_means` is not a gradient, which is what it calculates"
    if training.update_order == "output_first":
        return "with `update_order: output_first` hidden deltas see new weights: not one gradient"
    return ""


class DifferentiatedProgram(ArrayProgram):
    """`framework` is the name in the rows of activations."""

    framework = ""

    def __init__(self, experiment: Experiment, wish: Wish, form: Form, library: Library) -> None:
        super().__init__(experiment, wish, form, library)
        self.calling = _with_calls(self.network, self.framework)
        recording = Recording(self.calling, library)
        self.forward_lines, self.loss_lines = loss_lines(recording, formed(self.rule, form))

    @property
    def trainable(self) -> list[Stage]:
        """The arrays of parameters whose gradients are wanted."""
        if self.looped:
            return [before for before, _ in self.changed if not before.slot]
        return [] if self.experiment.data is None else parameter_stages(self.network)

    @property
    def returned(self) -> list[str]:
        """What a forward pass gives back: the outputs, and what else the loss needs."""
        made = [line.name for line in self.forward_lines]
        used = {name for line in self.loss_lines for name in line.uses()}
        return [name for name in made if name in used and name != self.output] + [self.output]

    def text(self) -> str:
        """The whole source."""
        updates = self.updates()
        body = [*self.loop(updates), *self.end()]
        functions = [*self.forward_function(), *self.loss_function()]
        uses = {used for line in (*self.loss_lines, *updates) for used in line.uses()}
        given = [*self.parameters(), *self.prepared(), *self.masks(uses)]
        helpers = self.helpers()
        lines = [*helpers, *functions, *body]
        sections = [
            self.head(),
            [*self.imported(), *(line for line in self.grammar.functions() if line)],
            self.constants({*uses, *self.options_used()}),
            self.data(),
            given,
            [*self.own_functions(lines), *helpers, *functions],
            body,
        ]
        return "\n".join(joined(sections)) + "\n"

    def imported(self) -> list[str]:
        """The lines at the top."""
        raise NotImplementedError

    def options_used(self) -> set[str]:
        """The options of the training that stand elsewhere than in the lines."""
        return set()

    def own_functions(self, lines: Iterable[str]) -> list[str]:
        """maximum and minimum, where they are called."""
        found, text = [], "\n".join(lines)
        for name, sign in (("maximum", ">"), ("minimum", "<")):
            if f"{name}(" in text:
                where = f"{self.library.name}.where(x {sign} y, x, y)"
                found += ["", "", f"def {name}(x, y):", f"{INDENT}return {where}"]
        return found

    def forward_function(self) -> list[str]:
        """def forward(X)."""
        head = f"def forward({', '.join([*self.passed, 'X'])}):"
        lines = self.lines(self.forward_lines, titled=False)
        uses = {name for line in self.forward_lines for name in line.uses()}
        return [
            "",
            "",
            head,
            *self.unpacked(uses),
            *lines,
            f"{INDENT}return {', '.join(self.returned)}",
        ]

    def loss_function(self) -> list[str]:
        """def loss_of(X, T)."""
        if self.experiment.data is None:
            return []
        head = f"def loss_of({', '.join([*self.passed, 'X', 'T'])}):"
        call = f"{', '.join(self.returned)} = forward({', '.join([*self.passed, 'X'])})"
        uses = {name for line in self.loss_lines for name in line.uses()}
        unpacked = self.unpacked(uses)
        lines = self.lines(self.loss_lines, titled=False)
        return ["", "", head, *unpacked, f"{INDENT}{call}", *lines, f"{INDENT}return loss"]

    passed: tuple[str, ...] = ()
    """What the functions are given besides the data."""

    def unpacked(self, uses: set[str]) -> list[str]:
        """The first lines of a function that uses these variables."""
        del uses
        return []

    def prepared(self) -> list[str]:
        """What stands behind the parameters."""
        return self.states()

    def updates(self) -> list[ArrayLine]:
        """The lines of an update with gradients that the library has found."""
        if not self.looped:
            return []
        first = update_lines(self.recording(), self.rule, self.number(), self.gradient)
        again = self.recording(replaced(self.network, first))
        return update_lines(again, self.rule, self.number(), self.gradient)

    def gradient(self, stage: Stage) -> SourceArray:
        """The gradient of an array of parameters."""
        layer = self.network.layers[stage.layer - 1]
        shape: tuple[int, ...] = (layer.bias_count,)
        if stage.kind is Kind.WEIGHT:
            shape = (len(layer.neurons), len(layer.inputs))
        return SourceArray(self.library, self.gradient_name(stage), shape)

    def gradient_name(self, stage: Stage) -> str:
        """Its variable."""
        return self.name(Stage(GRADIENT_OF[stage.kind], stage.layer))

    def gradients_told(self, indent: str) -> list[str]:
        """Print the gradients under their names."""
        return [
            self.told(
                array_name(self.network, Stage(GRADIENT_OF[stage.kind], stage.layer)),
                self.gradient_name(stage),
                indent,
            )
            for stage in self.trainable
        ]

    def traced(self) -> list[str]:
        """The gradients of iteration 1."""
        if not (self.wish.trace and self.trainable):
            return []
        return [f"{INDENT}if iteration == 1:", *self.gradients_told(INDENT * 2)]

    def loop(self, updates: list[ArrayLine]) -> list[str]:
        """The iterations, or the one pass that there is."""
        raise NotImplementedError

    def called(self, rows: str) -> str:
        """The source of the outputs for these rows."""
        given = [*self.given_again, rows]
        call = f"forward({', '.join(given)})"
        return call if len(self.returned) == 1 else f"{call}[-1]"

    @property
    def given_again(self) -> tuple[str, ...]:
        """What `passed` is when a function is called outside of functions."""
        return ()

    def end(self) -> list[str]:
        """Parameters, outputs and predictions."""
        lines = self.parameters_told()
        if self.experiment.data is not None:
            rows = "inputs" if self.batched else "X"
            lines += ["", "# The outputs after that"] if self.looped else []
            lines += self.outputs_told(self.called(rows))
        if self.experiment.predict is not None:
            lines += ["", *self.predicted_told(self.called("predicted"))]
        return lines


def _with_calls(network: Network, framework: str) -> Network:
    """The network whose activations are called by the library's own names, where it has them."""
    layers = []
    for layer in network.layers:
        template = layer.activation.called.get(framework)
        if template is not None:
            value: Any = partial(_called, template)
            row = replace(layer.activation, value=value, stable_value=None)
            layers.append(replace(layer, activation=row))
        else:
            layers.append(layer)
    return replace(network, layers=tuple(layers))


def _called(template: str, net: SourceArray) -> SourceArray:
    return net.called(template)
