"""What can be checked: a loss as a function of a vector, its gradient, and its kinks.

Symbols: theta, all parameters of a network, or all inputs of a graph, in one vector.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tracer.engine.forward import cost, forward
from tracer.engine.passes import backward
from tracer.engine.rule import Rule
from tracer.engine.stages import UNTOUCHED, Observer
from tracer.engine.timeline import NetworkTimeline
from tracer.errors import BptraceError, UsageError
from tracer.formula import PRIMITIVES, Call, EvaluationError, Expression, Number, evaluate, walk
from tracer.formula.plain import plain
from tracer.graph.calculation import gradients, values
from tracer.graph.structure import Graph
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.activations import Array
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import (
    FloatArray,
    State,
    free_masks,
    parameter_quantities,
)
from tracer.model.optimizers import SGD
from tracer.model.quantity import Identity, Kind, Quantity, Stage
from tracer.model.schedules import CONSTANT

Vector = FloatArray | npt.NDArray[np.complex128]

_SHAKE = 16 * float(np.finfo(float).eps)
"""Relative size of the disturbances that stand for rounding errors."""


@immutable
class Point:
    """The loss at a point, and how far each number that meets a kink is from it."""

    loss: complex
    distances: FloatArray


class Subject(Protocol):
    """A loss with a gradient to check at `theta`."""

    quantities: tuple[Quantity, ...]
    theta: FloatArray

    def at(self, theta: Vector) -> Point | None:
        """The loss and the kinks at theta, real or complex; None where there is no such number."""
        ...

    def calculated(self, shake: np.random.Generator | None = None) -> tuple[float, FloatArray]:
        """The loss, and its gradient by backpropagation.

        With `shake` each number on the way is off by a few units of its last place.
        """
        ...

    def kink(self, position: int) -> str:
        """What is at a kink at that position of `Point.distances`, in words."""
        ...

    def reservation(self, quantity: Quantity) -> str:
        """Why what is calculated for it is not meant to be a gradient; empty when it is."""
        ...


class _Gradients:
    """The observer that keeps the gradients, and shakes every array if asked to."""

    def __init__(self, shake: np.random.Generator | None, *, detail: bool) -> None:
        self.detail = detail
        self.kept: dict[Stage, FloatArray] = {}
        self._shake = shake

    def __call__(self, stage: Stage, array: Array) -> Array:
        """The array, or one that differs by rounding errors."""
        if self._shake is not None:
            array = array * (1 + self._shake.uniform(-_SHAKE, _SHAKE, np.shape(array)))
        if stage.kind in (Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT):
            self.kept[stage] = array
        return array


class NetworkSubject:
    """The loss of the first iteration's batch as a function of all weights and biases."""

    def __init__(self, experiment: Experiment) -> None:
        data = experiment.data
        if data is None:
            raise UsageError("nothing to check", "give the configuration `data`")
        self.network, self.rule = experiment.network, Rule.of(experiment)
        free = free_masks(self.network, frozenset())
        self._unfrozen = replace(
            self.rule, free=free, initial=0.0, optimizer=SGD, schedule=CONSTANT, clip=None
        )
        self.quantities = tuple(parameter_quantities(self.network))
        timeline = NetworkTimeline(experiment)
        self._state, self.batch = timeline.start, timeline.batch(1)
        self.theta = np.array(State(experiment.parameters).numbers())
        rows = list(self.batch.rows)
        self._inputs, self._targets = data.inputs[rows], data.targets[rows]
        self._kinks = [
            (layer, layer.activation.kink)
            for layer in self.network.layers
            if layer.activation.kink is not None
        ]
        penalty = self.rule.penalty
        self._bent = [
            place
            for place, parameter in enumerate(self.quantities)
            if penalty is not None and penalty.has_kink and penalty.covers(parameter.kind)
        ]

    def at(self, theta: Vector) -> Point | None:
        """The loss, and what meets a kink, less its place: net inputs, parameters in |w|."""
        try:
            with np.errstate(all="ignore"):
                passed = forward(self.network, self._shaped(theta).parameters, self._inputs)
                loss = complex(cost(self.network, self.rule, passed, self._targets))
        except (TypeError, ValueError, ArithmeticError):  # not for complex numbers, or not here
            return None
        nets = [(passed.nets[layer.number].real - kink).ravel() for layer, kink in self._kinks]
        distances = np.concatenate([*nets, theta.real[self._bent]])
        return Point(loss, distances) if np.isfinite(loss) else None

    def calculated(self, shake: np.random.Generator | None = None) -> tuple[float, FloatArray]:
        """The loss and the gradients of the engine's backward pass."""
        # With `detail` the engine calculates gradients of frozen parameters too, but also every
        # sample's part of each; only where updates change deltas must it be the rule itself.
        network, detail = self.network, self.rule.update_order == "output_first"
        rule, kept = self.rule if detail else self._unfrozen, _Gradients(shake, detail=detail)
        state = replace(self._state, parameters=self._shaped(self.theta).parameters)
        observe: Observer = kept if shake is not None else UNTOUCHED
        with np.errstate(all="ignore"):
            passed = forward(network, state.parameters, self._inputs, observe)
            loss = float(cost(network, rule, passed, self._targets, observe))
            backward(network, rule, state, passed, self._targets, kept)
        found = []
        for layer in network.layers:
            for kind in (Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT):
                array = kept.kept.get(Stage(kind, layer.number))
                found += [] if array is None else [array.ravel()]
        gradient = np.concatenate(found)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            raise BptraceError("the loss or a gradient is not a finite number at these parameters")
        return loss, gradient

    def kink(self, position: int) -> str:
        """`net_h2#3 at the kink of relu`."""
        for layer, _ in self._kinks:
            size = len(self.batch) * len(layer.neurons)
            if position < size:
                place = divmod(position, len(layer.neurons))
                net = self.batch.quantity(Stage(Kind.NET, layer.number), place)
                return say(
                    "{name} at the kink of {activation}",
                    name=Names(self.network).name(net),
                    activation=layer.activation.name,
                )
            position -= size
        parameter = self.quantities[self._bent[position]]
        name = Names(self.network).name(parameter)
        return say("{name} at the kink of its penalty, |w| at 0", name=name)

    def reservation(self, quantity: Quantity) -> str:
        """For `batch_means`, and for hidden layers with `output_first`."""
        if self.rule.batch_means:
            return say("not a gradient: products of batch means")
        hidden = quantity.layer < self.network.depth
        if self.rule.update_order == "output_first" and hidden:
            return say("not a gradient: its delta saw updated weights")
        return ""

    def _shaped(self, theta: Vector) -> State:
        """The vector cut up into (W, b) a layer."""
        arrays, start = [], 0
        for own in State(self._state.parameters).arrays():
            arrays.append(theta[start : start + own.size].reshape(own.shape))
            start += own.size
        return State(self._state.parameters).with_arrays(arrays)


class GraphSubject:
    """The output of a graph as a function of its inputs."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.quantities = tuple(graph.inputs)
        self.theta = np.array(list(graph.inputs.values()), dtype=float)
        self._kinks = [
            (node, part)
            for node, expression in graph.nodes.items()
            for part in walk(expression)
            if isinstance(part, Call) and PRIMITIVES[part.function].kink
        ]

    def at(self, theta: Vector) -> Point | None:
        """The output, and how far the arguments of max, abs and the like are from their kinks."""
        known: dict[Identity, complex] = dict(zip(self.quantities, theta.tolist(), strict=True))
        try:
            for node, expression in self.graph.nodes.items():
                known[node] = evaluate(expression, known)
        except EvaluationError:
            return None
        distances = [_distance(call, known) for _, call in self._kinks]
        return Point(known[self.graph.output], np.array(distances))

    def calculated(self, shake: np.random.Generator | None = None) -> tuple[float, FloatArray]:
        """The output and the gradients of the inputs; raises GraphValueError without them."""
        graph = self.graph
        if shake is not None:
            off = iter(1 + shake.uniform(-_SHAKE, _SHAKE, len(graph.nodes)))
            nodes = {name: node * Number(float(next(off))) for name, node in graph.nodes.items()}
            graph = replace(graph, nodes=nodes)
        found = gradients(graph)
        gradient = np.array([found[quantity].gradient for quantity in self.quantities])
        return values(graph)[graph.output], gradient

    def kink(self, position: int) -> str:
        """`max(0, x) in y`."""
        node, call = self._kinks[position]
        name = self.graph.names.bare
        return say(
            "the kink of {call} in {node}",
            call=plain(call, symbol=name, limit=8),
            node=name(node),
        )

    def reservation(self, quantity: Quantity) -> str:
        """None: a graph's gradients are always meant as such."""
        del quantity
        return ""


def _distance(call: Call, known: dict[Identity, complex]) -> float:
    kink = PRIMITIVES[call.function].kink
    assert kink is not None
    return float(kink(*(_value(argument, known) for argument in call.arguments)))


def _value(expression: Expression, known: dict[Identity, complex]) -> complex:
    """Its value, NaN where it has none: the branch that is not chosen need not have one."""
    try:
        return evaluate(expression, known)
    except EvaluationError:
        return complex("nan")
