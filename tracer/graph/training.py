"""Gradient descent on a graph: x+ = x − lr · ∂output/∂x for each trainable input.

The formulas of the trace run as straight-line Python, a block of updates at a time. A block that
fails is done again update by update, to find where and why.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tracer.errors import DivergedError, UsageError
from tracer.formula import Expression, namespace, symbols, to_python
from tracer.graph.calculation import GraphValueError, values
from tracer.graph.names import LEARNING_RATE, gradient_name
from tracer.graph.structure import Graph
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import GraphTraining

_BLOCK = 10_000

State = tuple[float, ...]
"""The trainable inputs' values."""


@dataclass(slots=True)
class GraphRun:
    """What training left: `kept[k]` are the trainable inputs after k updates.

    `ended` is `finished`, `interrupted`, or `diverged` with the error in `diverged`.
    """

    kept: dict[int, dict[str, float]]
    done: int = 0
    ended: str = "finished"
    diverged: DivergedError | None = None

    @property
    def inputs(self) -> dict[str, float]:
        """The trainable inputs at the end."""
        return self.kept[self.done]


def train_graph(
    graph: Graph,
    iterations: int,
    keep: Collection[int] = (),
    progress: Callable[[int], None] | None = None,
) -> GraphRun:
    """Up to `iterations` updates; inputs are kept after those in `keep` and at both ends.

    Ends early at a number that can't be calculated, or on Ctrl-C, with what was done up to there.
    Raises UsageError for a graph without training, GraphValueError where it can't even start.
    """
    training = _training(graph)
    start = {name: graph.inputs[name] for name in training.trainable}
    run = GraphRun({0: start})
    stops = {k for k in keep if 0 < k < iterations} | {iterations}
    marks = sorted(stops | set(range(_BLOCK, iterations, _BLOCK)))
    advance, state = _compiled(graph, training), tuple(start.values())
    try:
        for mark in marks:
            after = _block(advance, state, mark - run.done)
            if after is None:
                _until_failure(graph, run, state)
                break
            state, run.done = after, mark
            if mark in stops:
                run.kept[mark] = dict(zip(training.trainable, state, strict=True))
            if progress:
                progress(mark)
    except KeyboardInterrupt:
        run.ended = "interrupted"
    run.kept.setdefault(run.done, dict(zip(training.trainable, state, strict=True)))
    _check_end(graph, run)
    return run


def trace_graph(graph: Graph, run: GraphRun, iteration: int) -> GraphTrace:
    """The numbers of the iteration that starts from what `run` kept after `iteration − 1` updates."""
    return GraphTrace(graph.with_inputs(run.kept[iteration - 1]), iteration)


def _training(graph: Graph) -> GraphTraining:
    if graph.training is None:
        hint = "give the configuration `training` with `learning_rate` and `trainable`"
        raise UsageError("nothing to train: the graph has no `training`", hint)
    return graph.training


def _block(advance: Callable[[State, int], State], state: State, updates: int) -> State | None:
    """The state after so many updates; None where a number on the way could not be calculated."""
    try:
        after = advance(state, updates)
    except (ArithmeticError, ValueError, TypeError):  # TypeError: a root made a number complex
        return None
    fine = all(isinstance(value, float) and math.isfinite(value) for value in after)
    return after if fine else None


def _check_end(graph: Graph, run: GraphRun) -> None:
    """The forward pass after the last update must have a value, too."""
    try:
        values(graph.with_inputs(run.inputs))
    except GraphValueError as error:
        run.ended, run.diverged = "diverged", run.diverged or _diverged(run, error, None)


def _diverged(run: GraphRun, error: GraphValueError, last: float | None) -> DivergedError:
    return DivergedError(run.done + 1, f"{error.node} ({error.reason})", last)


def _until_failure(graph: Graph, run: GraphRun, state: State) -> None:
    """Go on, one update at a time, to the iteration that fails, and say why it does."""
    inputs = dict(zip(_training(graph).trainable, state, strict=True))
    last: float | None = None
    while run.diverged is None:
        trace = GraphTrace(graph.with_inputs(inputs), run.done + 1)
        try:
            inputs, last = _updated(trace), trace.result
            run.done += 1
        except GraphValueError as error:
            if not run.done and error.node in graph.names:
                raise  # no update has led here
            run.ended, run.diverged = "diverged", _diverged(run, error, last)
    run.kept[run.done] = inputs


def _updated(trace: GraphTrace) -> dict[str, float]:
    """The trainable inputs after the iteration; GraphValueError where there is no such number."""
    after = {name: trace.value(f"{name}+") for name in _training(trace.graph).trainable}
    for name, value in after.items():
        if not math.isfinite(value):
            raise GraphValueError(trace.graph, f"{name}+", "overflow")
    return after


def _compiled(graph: Graph, training: GraphTraining) -> Callable[[State, int], State]:
    """advance(state, updates) as straight-line Python: values, gradients, updates."""
    formulas = {n: f for n, f in GraphTrace(graph).formulas.items() if n not in graph.inputs}
    variables = {name: f"v{number}" for number, name in enumerate((*graph.inputs, *formulas))}
    needed = _needed(formulas, training)
    state = f"({', '.join(variables[name] for name in training.trainable)},)"
    updated = ", ".join(variables[f"{name}+"] for name in training.trainable)
    lines = [
        "def advance(state, updates):",
        *(f" {variables[name]} = {value!r}" for name, value in graph.inputs.items()),
        f" {variables[LEARNING_RATE]} = {training.learning_rate!r}",
        f" {variables[gradient_name(graph.output, graph.output)]} = 1.0",
        f" {state} = state",
        " for _ in range(updates):",
        *(f"  {variables[n]} = {to_python(f, variables.__getitem__)}" for n, f in needed),
        f"  {state} = {updated},",
        f" return {state}",
    ]
    scope: dict[str, Any] = namespace()
    exec("\n".join(lines), scope)  # the text is made of parsed formulas and numbered variables
    advance: Callable[[State, int], State] = scope["advance"]
    return advance


def _needed(
    formulas: Mapping[str, Expression | None], training: GraphTraining
) -> list[tuple[str, Expression]]:
    """The formulas that the updates stand on, in the order of the calculation."""
    used = {f"{name}+" for name in training.trainable}
    lines = []
    for name, formula in reversed(list(formulas.items())):
        if formula is not None and name in used:
            used.update(symbols(formula))
            lines.append((name, formula))
    return lines[::-1]
