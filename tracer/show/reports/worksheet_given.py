"""What a worksheet gives, once for all of its iterations: of a network, or of a graph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracer.engine.trace import IterationTrace
from tracer.explain.worksheet import Sheeted, given_samples
from tracer.graph.trace import GraphTrace
from tracer.language import counted, say
from tracer.model.network import Bias, FloatArray, Layer
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.show.document import Block, Cell, Column, Formula, Name, Table, Text, Value
from tracer.show.reports.conventions import conventions
from tracer.show.reports.given import (
    graph_states_given,
    options_given,
    states_given,
    varying_given,
)
from tracer.show.reports.graph import graph_conventions
from tracer.show.reports.tables import listed, number_column


def rules(trace: Sheeted) -> Iterator[Block]:
    """The conventions in words."""
    if isinstance(trace, GraphTrace):
        yield graph_conventions(trace.graph)
    else:
        yield from conventions(trace.experiment)


def given(traces: Sequence[Sheeted]) -> Iterator[Block]:
    """Data, options, parameters and states that the first iteration starts from."""
    first = traces[0]
    options = options_given(first.rule, first.moment, alone=len(traces) == 1)
    if isinstance(first, GraphTrace):
        yield from _graph(first)
        yield from options
        yield from graph_states_given(first)
        return
    yield _samples([trace for trace in traces if isinstance(trace, IterationTrace)])
    yield from options
    for layer in first.experiment.network.layers:
        yield _layer(first, layer)
    yield from states_given(first)


def given_anew(trace: Sheeted, first: int) -> Iterator[Block]:
    """What an iteration of several is given besides: its samples, what it starts from, its rate."""
    if isinstance(trace, IterationTrace) and 1 < len(trace.data) > len(trace.rows):
        samples = listed([str(row + 1) for row in trace.rows], ", ")
        yield Text(
            counted(
                len(trace.rows),
                "Its batch: sample {samples}.",
                "Its batch: samples {samples}.",
                samples=samples,
            )
        )
    yield from varying_given(trace.rule, trace.moment)
    if trace.number > first:
        letters = ("x" if isinstance(trace, GraphTrace) else "w", *trace.rule.optimizer.slots)
        before = ", ".join(
            say("{letter} its {after}", letter=letter, after=f"{letter}+") for letter in letters
        )
        yield Text(
            say(
                "It starts from what iteration {number} ends with: each {letters}.",
                number=trace.number - 1,
                letters=before,
            )
        )


def _graph(trace: GraphTrace) -> Iterator[Block]:
    """The inputs with their numbers, the nodes with their formulas."""
    graph = trace.graph
    inputs = [(Name(node), Value(value, exact=True)) for node, value in graph.inputs.items()]
    yield Table((Column(say("input")), number_column(say("value"))), inputs, say("Inputs"), "given")
    nodes = [(Name(node), Formula(formula)) for node, formula in graph.nodes.items()]
    yield Table((Column(say("node")), Column(say("formula"))), nodes, say("Nodes"), "nodes")


def _samples(traces: Sequence[IterationTrace]) -> Block:
    """A row a sample: its inputs and its targets."""
    experiment = traces[0].experiment
    network = experiment.network
    samples = list(given_samples(traces))
    alone = len(samples) == 1
    stages = {Stage(Kind.INPUT, 0): len(network.inputs)}
    if experiment.data is not None:
        stages[Stage(Kind.TARGET, network.depth)] = len(network.outputs)
    given = [Quantity(stage, (index,)) for stage, n in stages.items() for index in range(n)]
    rows = [
        (*(() if alone else (number,)), *(Value(x, exact=True) for x in (*inputs, *targets)))
        for number, inputs, targets in samples
    ]
    columns = [number_column(Name(quantity)) for quantity in given]
    if not alone:
        columns.insert(0, number_column(say("sample")))
    return Table(tuple(columns), rows, say("Sample") if alone else say("Samples"), "given")


def _layer(trace: IterationTrace, layer: Layer) -> Block:
    """A row a neuron: its weights by the neurons that they come from, and its bias."""
    W, b = trace.before.parameters[layer.number - 1]
    columns = [
        Column(say("into")),
        *(Column(say("from {neuron}", neuron=name)) for name in layer.inputs),
    ]
    if layer.bias is not Bias.NONE:
        columns.append(Column(say("threshold") if layer.has_thresholds else say("bias")))
    rows = [
        (neuron, *_weights(layer, W, index), *_bias(layer, b, index))
        for index, neuron in enumerate(layer.neurons)
    ]
    title = say(
        "Layer {number}: {activation}", number=layer.number, activation=layer.activation.name
    )
    return Table(tuple(columns), rows, title, f"layer{layer.number}")


def _weights(layer: Layer, W: FloatArray, neuron: int) -> Iterator[Cell]:
    stage = Stage(Kind.WEIGHT, layer.number)
    for source, value in enumerate(W[neuron].tolist()):
        yield (Name(Quantity(stage, (neuron, source))), " = ", Value(value, exact=True))


def _bias(layer: Layer, b: FloatArray | None, neuron: int) -> Iterator[Cell]:
    """The neuron's bias; one that the layer shares stands in every row."""
    if b is not None:
        place = 0 if layer.bias is Bias.SHARED else neuron
        bias = Quantity(Stage(Kind.BIAS, layer.number), (place,))
        yield (Name(bias), " = ", Value(float(b[place]), exact=True))
