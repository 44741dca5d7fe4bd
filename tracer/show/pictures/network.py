"""A picture of a network in one iteration: neurons with their numbers, weights between them.

Columns are the layers, the inputs first, then the errors of the outputs, then their sum. A bias that a
layer shares is a node in the column before it; a neuron's own stands in the neuron. Of layers with
more than `MOST` neurons the first and the last are drawn, and their edges bear no numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tracer.engine.trace import IterationTrace
from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.network import Bias, Layer
from tracer.model.quantity import Index, Kind, Label, Quantity, Stage
from tracer.show.pictures.picture import Edge, Figure, Mark, Node, Picture
from tracer.show.pictures.views import PICTURE_VIEWS, PictureView

MOST = 8
"""Wider layers are shortened."""
_FIRST = 4
_SHORT_NAME = 4


def network_picture(trace: IterationTrace, view: str = "forward", sample: int = 1) -> Picture:
    """The picture of an iteration; `sample` counts from 1.

    Raises:
        UsageError: the sample isn't in the batch, or there is nothing that the view could show.
    """
    row = PICTURE_VIEWS[view]
    if row.needs_data and trace.experiment.data is None:
        raise UsageError(f"--view {view} needs samples with targets", "give `data`")
    if row.needs_training and trace.after is None:
        raise UsageError(f"--view {view} needs `training`", "the configuration has none")
    if sample - 1 not in trace.rows:
        shown = ", ".join(str(known + 1) for known in trace.rows[:10])
        raise UsageError(
            f"sample {sample} is not in the batch of iteration {trace.number}", f"there are {shown}"
        )
    return _Painter(trace, row, sample - 1).picture()


@immutable
class _Painter:
    """What stands where, of one sample (a row of the data)."""

    trace: IterationTrace
    view: PictureView
    row: int

    def picture(self) -> Picture:
        network = self.trace.experiment.network
        sizes = "-".join(map(str, network.sizes))
        title = self.trace.experiment.title or say("Network {sizes}", sizes=sizes)
        nodes = (*self._neurons(), *self._biases(), *self._errors())
        edges = (*self._weights(), *self._shared(), *self._links())
        return Picture(
            title,
            self._subtitle(),
            self.view.name,
            nodes,
            edges,
            tuple(self._columns()),
            self._legend(edges),
        )

    def _subtitle(self) -> str:
        experiment, row = self.trace.experiment, self.row
        words = [say(self.view.heading)]
        given = self.trace.data
        if experiment.data and experiment.training:
            words.append(say("iteration {number}", number=self.trace.number))
        name = given.names[row]
        if name or len(given) > 1:
            sample = say("sample {number}", number=row + 1)
            words.append(sample + (f": {name}" if name else ""))
        if len(self.trace.rows) > 1 and self.view.name == "backward":
            words.append(say("gradients of the batch of {count}", count=len(self.trace.rows)))
        if self.trace.rule.batch_means and self.view.name != "forward":
            words.append(say("products of batch means, not a gradient"))
        return ", ".join(words)

    def _columns(self) -> Iterator[str]:
        network = self.trace.experiment.network
        yield say("inputs")
        for layer in network.layers:
            yield layer.activation.name
        if self._has(Kind.ERROR, network.depth):
            yield from (network.loss.name, say("sum"))

    def _legend(self, edges: tuple[Edge, ...]) -> tuple[Mark, ...]:
        values = [edge.drawn_by.value for edge in edges if edge.drawn_by]
        there = {"positive": any(v >= 0 for v in values), "negative": any(v < 0 for v in values)}
        parts = any(_is_part(figure) for edge in edges for figure in edge.labels)
        return tuple(
            mark
            for mark in self.view.legend
            if there.get(mark.sign, True) and (mark.sign != "words" or parts)
        )

    def _neurons(self) -> Iterator[Node]:
        network = self.trace.experiment.network
        for layer in range(network.depth + 1):
            names = network.neurons(layer)
            for place in shown(len(names)):
                if place is None:
                    words = say("{count} more", count=len(names) - _FIRST - 1)
                    yield Node(f"{layer}.more", "more", words, words, column=layer)
                elif layer == 0:
                    yield self._input(place)
                else:
                    yield self._neuron(network.layers[layer - 1], place)

    def _input(self, place: int) -> Node:
        found = self._figure(Kind.INPUT, 0, (place,), "")
        name = self.trace.experiment.network.inputs[place]
        return Node(f"0.{place}", "input", name, name, found)

    def _neuron(self, layer: Layer, place: int) -> Node:
        name = layer.neurons[place]
        rows = [
            figure
            for kind in self.view.neuron
            for figure in self._figure(kind, layer.number, (place,), _called(kind, name))
        ]
        if layer.bias in (Bias.EACH, Bias.THRESHOLD):
            rows += [
                f for kind in self.view.bias for f in self._figure(kind, layer.number, (place,))
            ]
        key = f"{layer.number}.{place}"
        return Node(key, "neuron", name, name, tuple(rows), column=layer.number)

    def _biases(self) -> Iterator[Node]:
        for layer in self.trace.experiment.network.layers:
            if layer.bias is Bias.SHARED:
                rows = [f for k in self.view.bias for f in self._figure(k, layer.number, (0,))]
                name = layer.bias_names[0]
                key = f"{layer.number}.bias"
                yield Node(key, "bias", name, "", tuple(rows), column=layer.number - 1)

    def _errors(self) -> Iterator[Node]:
        network = self.trace.experiment.network
        depth = network.depth
        if not self._has(Kind.ERROR, depth):
            return
        for place in shown(len(network.outputs)):
            if place is None:
                yield Node("error.more", "more", "", "", column=depth + 1)
                continue
            name = network.outputs[place]
            rows = [
                figure
                for kind in (Kind.TARGET, Kind.ERROR)
                for figure in self._figure(kind, depth, (place,), _called(kind, name))
            ]
            yield Node(f"error.{place}", "error", f"E_{name}", "", tuple(rows), column=depth + 1)
        total = self._figure(Kind.TOTAL, depth, ())
        yield Node("total", "total", "E_total", "", total, column=depth + 2)

    def _weights(self) -> Iterator[Edge]:
        for layer in self.trace.experiment.network.layers:
            counted = max(len(layer.inputs), len(layer.neurons)) <= MOST
            for place in drawn(len(layer.neurons)):
                for before in drawn(len(layer.inputs)):
                    labels = self._on_edge(layer.number, place, before) if counted else ()
                    found = self._figure(self.view.drawn_by[0], layer.number, (place, before))
                    source, target = f"{layer.number - 1}.{before}", f"{layer.number}.{place}"
                    yield Edge(source, target, found[0] if found else None, labels)

    def _on_edge(self, layer: int, place: int, before: int) -> tuple[Figure, ...]:
        found: list[Figure] = []
        for kind in self.view.edge:
            if kind is Kind.PATH:
                found += self._figure(kind, layer - 1, (before, place), "←") if layer > 1 else ()
            else:
                found += self._figure(kind, layer, (place, before))
        return tuple(found)

    def _shared(self) -> Iterator[Edge]:
        for layer in self.trace.experiment.network.layers:
            if layer.bias is Bias.SHARED:
                found = self._figure(self.view.drawn_by[1], layer.number, (0,))
                for place in drawn(len(layer.neurons)):
                    target = f"{layer.number}.{place}"
                    yield Edge(f"{layer.number}.bias", target, found[0] if found else None)

    def _links(self) -> Iterator[Edge]:
        network = self.trace.experiment.network
        if self._has(Kind.ERROR, network.depth):
            for place in drawn(len(network.outputs)):
                yield Edge(f"{network.depth}.{place}", f"error.{place}")
                yield Edge(f"error.{place}", "total")

    def _has(self, kind: Kind, layer: int) -> bool:
        return Stage(kind, layer) in self.trace.arrays

    def _figure(
        self, kind: Kind, layer: int, index: Index, called: Label | str | None = None
    ) -> tuple[Figure, ...]:
        """The number, as of the first iteration and sample; none where nothing calculates it."""
        for stage in (Stage(kind, layer), Stage(kind, layer, mean=True)):
            array = self.trace.arrays.get(stage)
            axes = len(index) + int(kind.of_a_sample)
            if array is None or array.ndim != axes:
                continue
            sample = self.row if stage.of_a_sample else None
            value = self.trace.value(Quantity(stage, index, sample, self.trace.number))
            if math.isfinite(value):
                here = Quantity(stage, index, None if sample is None else 0)
                return (Figure(here, value, None if stage.mean and called == kind else called),)
        return ()


def shown(count: int) -> tuple[int | None, ...]:
    """The places of a layer that are drawn; None stands for those that are left out."""
    if count <= MOST:
        return tuple(range(count))
    return (*range(_FIRST), None, count - 1)


def drawn(count: int) -> list[int]:
    """The places of those that are drawn."""
    return [place for place in shown(count) if place is not None]


def _called(kind: Kind, neuron: str) -> Label | None:
    """What a number is called within its neuron: in full, or by its letter where that is long."""
    return None if len(neuron) <= _SHORT_NAME and kind is not Kind.SLOPE else kind


def _is_part(figure: Figure) -> bool:
    return isinstance(figure.of, Quantity) and figure.of.kind is Kind.PATH
