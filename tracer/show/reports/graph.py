"""What is shown of a computation graph: its nodes in order, its edges backwards, its training."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from tracer.engine.training import Run
from tracer.explain.series import Points
from tracer.graph.names import updated
from tracer.graph.structure import Graph
from tracer.graph.timeline import GraphTimeline
from tracer.graph.trace import GraphTrace
from tracer.language import counted, message, say
from tracer.model.quantity import Identity, Quantity, at
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Content,
    Drawing,
    Formula,
    Heading,
    Items,
    Name,
    Records,
    Table,
    Text,
    Warn,
)
from tracer.show.pictures.curve import CurveSketch
from tracer.show.reports.descent import (
    CLIPPED,
    NORM,
    Part,
    change,
    in_one,
    state_parts,
    this_iteration,
    ways,
)
from tracer.show.reports.descent_objects import number_at, number_of_input
from tracer.show.reports.ending import diverged
from tracer.show.reports.milestones import reached, without_last
from tracer.show.reports.rules import update_items
from tracer.show.reports.selection import ROW_LIMIT
from tracer.show.reports.tables import Row, cell, listed, long_table, number_column, suffix, table
from tracer.show.words import worded

_NODES = (
    Column(message("node")),
    Column(message("formula")),
    number_column(message("value")),
    number_column(message("gradient")),
)
_EDGES = (
    Column(message("node")),
    Column(message("uses")),
    Column(message("local derivative")),
    number_column(message("local")),
    number_column(message("upstream")),
    number_column(message("contribution")),
)


def graph_document(traces: Sequence[GraphTrace], limit: int | None = ROW_LIMIT) -> Iterator[Block]:
    """The document of `bptrace run` for a graph and of `bptrace graph`, block by block.

    Nodes in the order of the calculation, edges from the output back, and the update where there is
    training; each iteration after the other. Tables of more than `limit` rows are shortened.

    Raises GraphValueError, before there is any block, where a number can't be calculated.
    """
    blocks = [block for trace in traces for block in _iteration(trace, limit)]
    return iter([_records(traces), *graph_head(traces[0].graph), *blocks])


def _records(traces: Iterable[GraphTrace]) -> Records:
    """The nodes of all the iterations, and all that the updates make of them."""
    rows = (
        (trace.number, *row)
        for trace in traces
        for row in (*_node_rows(trace), *_update_rows(trace))
    )
    return Records(Table((number_column(say("iteration")), *_NODES), rows, name="nodes"))


def graph_steps_document(
    run: Run[GraphTimeline],
    shown: Sequence[int],
    traces: Sequence[GraphTrace] = (),
    limit: int | None = ROW_LIMIT,
    curve: Points = (),
) -> Iterator[Block]:
    """The document of `bptrace step` for a graph; `shown`: after how many updates to look.

    `curve`: the numbers of the output to draw, if any.
    """
    graph = run.timeline.graph
    shown_nodes = (graph.output, *graph.trainable)
    numbers = [number_column(Name(node)) for node in shown_nodes]

    updates = with_result(run, shown)

    def row(place: int) -> Row:
        k = updates[place]
        state = run.timeline.state(k)
        values = (run.timeline.forward(k).result, *run.timeline.inputs(state).values())
        ofs = (at(node, k + 1) if k < run.done else None for node in shown_nodes)
        return (k, *map(cell, values, ofs))

    rows = map(row, range(len(updates)))
    records = Records(Table((number_column(say("iteration")), *numbers), rows, name="history"))
    yield _records(traces) if traces else records
    yield from graph_head(graph)
    columns = [number_column(say("updates")), *numbers]
    title = say("The output on the way")
    yield from long_table(columns, len(updates), row, limit, title=title, name="history")
    if curve:
        yield Drawing(CurveSketch(say("The output as a curve"), curve), asked=True)
    yield _ended(run)
    for trace in traces:
        yield from _iteration(trace, limit)


def history(run: Run[GraphTimeline], shown: Sequence[int]) -> Iterator[tuple[int, float]]:
    """(updates, value of the output after them)."""
    return ((k, run.timeline.forward(k).result) for k in with_result(run, shown))


def with_result(run: Run[GraphTimeline], shown: Sequence[int]) -> Sequence[int]:
    """Those of the numbers of updates that training came to, and the last one.

    Where training diverged, the output after the last one may have no value: then without it.
    """
    updates = reached(run, shown)
    lacking = run.diverged and math.isnan(run.timeline.whole_loss(run.state))
    return without_last(updates) if lacking else updates


def graph_head(graph: Graph) -> Iterator[Block]:
    """Title, and the rules of the calculation in words."""
    yield Heading(graph.title or say("Computation graph"))
    yield graph_conventions(graph)


def graph_conventions(graph: Graph) -> Block:
    """The rules of the calculation in words."""
    output = Name(graph.gradient(graph.output))
    items: list[Content] = [
        worded(
            say("Output: {output}. Backwards from {gradient} = 1."),
            output=Name(graph.output),
            gradient=output,
        ),
        say(
            "On each edge: contribution = upstream · local, where upstream is the node's own "
            "gradient."
        ),
        say("A gradient is the sum of the contributions of all the nodes that use the name."),
    ]
    if graph.training:
        trained = listed(list(map(graph.names.bare, graph.trainable)), ", ")
        head = say("Update of {names}", names=trained)
        given = graph.training.slots
        items += update_items(graph.training, head, "x", say("gradient"), given=given)
    return Items(tuple(items), topic="conventions")


def _iteration(trace: GraphTrace, limit: int | None) -> Iterator[Block]:
    if trace.graph.training:
        yield Heading(say("Iteration {number}", number=trace.number), 2)
    of = suffix(trace.number)
    title = say("Nodes, in the order of the calculation")
    yield from table(_NODES, _node_rows(trace), limit, title=title, name=f"nodes{of}")
    title = say("Edges, from the output back")
    yield from table(_EDGES, _edge_rows(trace), limit, title=title, name=f"edges{of}")
    if trace.graph.training:
        yield from _updates(trace, of)


def _updates(trace: GraphTrace, of: str) -> Iterator[Block]:
    """Each trainable input before and after the update, and what lies between."""
    rule, moment, norm = trace.rule, trace.moment, number_at(trace, NORM)
    gradient = partial(_gradient, trace)
    found = ways(rule, gradient, partial(_number, trace), partial(_started, trace))
    yield from this_iteration(rule, moment, norm)
    alone = in_one(rule, found)
    for way in () if alone else found:
        columns = (Column(say("input")), *(number_column(header) for header, _ in way.columns))
        cells = [
            (Name(node), *(cell_of(node) for _, cell_of in way.columns))
            for node in trace.graph.trainable
        ]
        yield Table(columns, cells, way.title, f"{way.name}{of}")
    between = gradient if alone else partial(_change, trace)
    rows: list[Row] = [
        (
            Name(node),
            cell(trace.forward[node], at(node, trace.number)),
            between(node),
            _known(trace, updated(node)),
        )
        for node in trace.graph.trainable
    ]
    words = say("gradient") if alone else say("step")
    numbers = (number_column(say("before")), number_column(words), number_column(say("after")))
    yield Table((Column(say("input")), *numbers), rows, say("Update"), f"updates{of}")


def _known(trace: GraphTrace, identity: Identity) -> Cell:
    """The number of this iteration."""
    here = at(identity, trace.number)
    return cell(trace.value(here), here)


def _number(trace: GraphTrace, part: Part, node: Quantity) -> Cell:
    """A number of a trainable input; empty where it has none."""
    value, of = number_of_input(trace, part, node), part.of(node)
    return None if value is None else cell(value, of and at(of, trace.number))


def _gradient(trace: GraphTrace, node: Quantity) -> Cell:
    """∂output/∂node."""
    of = at(trace.graph.gradient(node), trace.number)
    return cell(trace.gradients[node].gradient, of)


def _started(trace: GraphTrace, slot: str) -> bool:
    """Whether a state is anything but 0 before the update."""
    return any(x for state, x in trace.graph.states.items() if state.stage.slot == slot)


def _change(trace: GraphTrace, node: Quantity) -> float:
    """What the optimiser subtracts."""
    gradient = trace.gradients[node].gradient
    if trace.rule.clip is not None:
        gradient = number_of_input(trace, CLIPPED, node) or 0.0
    state = {
        slot: number_of_input(trace, state_parts(slot)[0], node)
        for slot in trace.rule.optimizer.slots
    }
    return float(change(trace.rule, trace.moment, trace.forward[node], gradient, state))


def _node_rows(trace: GraphTrace) -> list[Row]:
    nodes = trace.graph.nodes
    return [
        (
            Name(node),
            Formula(nodes[node]) if node in nodes else None,
            cell(value, at(node, trace.number)),
            _gradient(trace, node),
        )
        for node, value in trace.forward.items()
    ]


def _update_rows(trace: GraphTrace) -> list[Row]:
    """What is given and calculated besides the nodes, where an optimiser or a clip has any of it."""
    rule = trace.rule
    if not (rule.optimizer.slots or rule.clip or rule.schedule.varies):
        return []
    known = set(trace.graph.quantities)
    others = (key for key in trace.formulas if isinstance(key, Quantity) and key not in known)
    return [
        (
            Name(key),
            None if (formula := trace.formulas[key]) is None else Formula(formula),
            _known(trace, key),
            None,
        )
        for key in others
    ]


def _edge_rows(trace: GraphTrace) -> list[Row]:
    return [
        (
            Name(node),
            Name(child),
            Formula(edge.derivative),
            edge.local,
            _gradient(trace, node),
            edge.contribution,
        )
        for node in reversed(trace.graph.quantities)
        for child, edge in trace.gradients[node].edges.items()
    ]


def _ended(run: Run[GraphTimeline]) -> Block:
    updates = counted(run.done, "{count} update", "{count} updates")
    if run.diverged:
        return Warn(
            say("After {updates}: {reason}.", updates=updates, reason=diverged(run.diverged))
        )
    if run.ended == "interrupted":
        return Warn(say("Interrupted after {updates}.", updates=updates))
    return Text(say("Finished: {updates}.", updates=updates))
