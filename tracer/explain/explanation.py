"""One number explained: its formula, the numbers put in, the result, and what it stands on.

Between the traces, which know every number with its formula, and the views and writers that show the
explanation. Networks and computation graphs are explained alike: `NetworkNumbers` and `GraphNumbers`
give both the same face, in which a number is its canonical name.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from tracer.engine.trace import IterationTrace
from tracer.engine.training import Run, trace_iterations
from tracer.errors import UsageError
from tracer.explain.chain import Chain, chain_rule, graph_chain_rule, is_no_gradient
from tracer.explain.forms import loses, shortcut
from tracer.formula import Expression, Number, symbols
from tracer.formula import replace as put_in
from tracer.formula.plain import plain
from tracer.graph import Graph, GraphRun, GraphTrace, build_graph, trace_graph, train_graph
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Quantity

MOST = 5000
"""The most derivations that are given at once."""

Rank = tuple[int, ...]


class Numbers(Protocol):
    """The numbers of one iteration by their canonical names, each with value and formula."""

    @property
    def number(self) -> int:
        """The iteration."""
        ...

    def find(self, text: str) -> str:
        """The canonical name that a text means; UnknownNameError if nothing is called so."""
        ...

    def value(self, name: str) -> float:
        """The number."""
        ...

    def formula(self, name: str) -> Expression | None:
        """Its formula; None for what is given."""
        ...

    def shortcut(self, name: str) -> Expression | None:
        """Its formula where factors cancel, if it has such a one."""
        ...

    def chain(self, name: str) -> Chain | None:
        """The chain rule for it, if it is a derivative."""
        ...

    def warning(self, name: str) -> str:
        """`batch_means` or `output_first` where the number is no derivative for that reason."""
        ...

    def rank(self, name: str) -> Rank:
        """Sorts names into the order of the calculation."""
        ...


@dataclass(frozen=True, slots=True)
class Explanation:
    """name = formula = substituted = value; the formula is None for what is given."""

    name: str
    formula: Expression | None
    inputs: Mapping[str, float]
    value: float

    @property
    def substituted(self) -> Expression | None:
        """The formula with the numbers put in."""
        return None if self.formula is None else with_numbers(self.formula, self.inputs)


def with_numbers(formula: Expression, values: Mapping[str, float]) -> Expression:
    """The formula with a number in place of each name."""
    return put_in(formula, {name: Number(value) for name, value in values.items()})


def explanation(numbers: Numbers, name: str) -> Explanation:
    """The number explained from those right before it.

    Where those are beyond float64, or give it with lost digits, by the formula that loses nothing.
    """
    formula, shortcut = numbers.formula(name), numbers.shortcut(name)
    inputs, value = _inputs(numbers, formula), numbers.value(name)
    if formula is not None and shortcut is not None and loses(formula, inputs, value):
        formula, inputs = shortcut, _inputs(numbers, shortcut)
    return Explanation(name, formula, inputs, value)


def by_shortcut(numbers: Numbers, name: str) -> Explanation | None:
    """The same number by the formula where factors cancel; None where there is none."""
    shortcut = numbers.shortcut(name)
    if shortcut is None:
        return None
    return Explanation(name, shortcut, _inputs(numbers, shortcut), numbers.value(name))


def _inputs(numbers: Numbers, formula: Expression | None) -> dict[str, float]:
    return {} if formula is None else {name: numbers.value(name) for name in symbols(formula)}


def needed(numbers: Numbers, names: Sequence[str], depth: int | None) -> list[str]:
    """The names and what they stand on, `depth` formulas deep, each once, in calculation order.

    Depth 1 is the names themselves; None goes down to what is given, which has no formula and is
    left out. Raises UsageError where that would be more than MOST.
    """
    found, level, reached = dict.fromkeys(names), list(names), 1
    while level and (depth is None or reached < depth):
        following: dict[str, None] = {}
        for name in level:
            for used in symbols(numbers.formula(name) or Number(0)):
                if used not in found and numbers.formula(used) is not None:
                    following[used] = None
        found |= following
        if len(found) > MOST:
            raise UsageError(
                f"more than {MOST} derivations at depth {reached + 1}",
                f"--depth {reached} gives {len(found) - len(following)}",
            )
        level, reached = list(following), reached + 1
    return list(found) if depth == 1 else sorted(found, key=numbers.rank)


def record(numbers: Numbers, name: str) -> dict[str, Any]:
    """The explanation as JSON has it, formulas as ASCII that can be parsed, numbers in full."""
    explained = explanation(numbers, name)
    formula, substituted = explained.formula, explained.substituted
    return {
        "name": full_name(numbers, name),
        "formula": None if formula is None else plain(formula),
        "substituted": None if substituted is None else plain(substituted),
        "value": explained.value if math.isfinite(explained.value) else None,
        "inputs": {used: value for used, value in explained.inputs.items() if math.isfinite(value)},
    }


def full_name(numbers: Numbers, name: str) -> str:
    """The name with its iteration: `dE/dw5@2`, `delta_o1@2#3`."""
    if numbers.number == 1:
        return name
    base, hash_sign, sample = name.partition("#")
    return f"{base}@{numbers.number}{hash_sign}{sample}"


class NetworkNumbers:
    """The numbers of one iteration of a network."""

    def __init__(self, trace: IterationTrace) -> None:
        self.trace = trace

    @property
    def number(self) -> int:
        """The iteration."""
        return self.trace.number

    def find(self, text: str) -> str:
        """The canonical name, without the iteration."""
        quantity = replace(self.trace.find(text), iteration=1)
        self.trace.value(quantity)
        return self.trace.names.name(quantity)

    def value(self, name: str) -> float:
        """The number."""
        return self.trace[name]

    def formula(self, name: str) -> Expression | None:
        """Its formula; None for what is given."""
        return self.trace.formula(self.trace.find(name))

    def shortcut(self, name: str) -> Expression | None:
        """delta as out − target, errors and slopes from net inputs, where it is calculated so."""
        return shortcut(self.trace, self.trace.find(name))

    def chain(self, name: str) -> Chain | None:
        """The chain rule for it, if it is a derivative of the loss."""
        return chain_rule(self.trace, self.trace.find(name))

    def warning(self, name: str) -> str:
        """Why it is no derivative although it looks like one."""
        return is_no_gradient(self.trace, self.trace.find(name))

    def rank(self, name: str) -> Rank:
        """Place of the stage, the sample, the place in the array."""
        quantity: Quantity = self.trace.find(name)
        sample = -1 if quantity.sample is None else quantity.sample
        return (self._places[quantity.stage], sample, *quantity.index)

    @cached_property
    def _places(self) -> dict[Any, int]:
        return {stage: place for place, stage in enumerate(self.trace.arrays)}


class GraphNumbers:
    """The numbers of one iteration of a computation graph."""

    def __init__(self, trace: GraphTrace) -> None:
        self.trace = trace

    @property
    def number(self) -> int:
        """The iteration."""
        return self.trace.number

    def find(self, text: str) -> str:
        """The canonical name, without the iteration."""
        return self.trace.find(text)

    def value(self, name: str) -> float:
        """The number."""
        return self.trace.value(name)

    def formula(self, name: str) -> Expression | None:
        """Its formula; None for what is given."""
        return self.trace.formula(name)

    def shortcut(self, name: str) -> Expression | None:
        """None: nothing cancels in a graph."""
        return None

    def chain(self, name: str) -> Chain | None:
        """The chain rule for it, if it is a gradient."""
        return graph_chain_rule(self.trace, name)

    def warning(self, name: str) -> str:
        """Empty: a graph's gradients are always gradients."""
        return ""

    def rank(self, name: str) -> Rank:
        """Its place in the order."""
        return (self._places[name],)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.trace.order())}


def numbers_of(
    experiment: Experiment | GraphExperiment,
    iterations: Collection[int],
    progress: Callable[[int], None] | None = None,
) -> dict[int, NetworkNumbers] | dict[int, GraphNumbers]:
    """The numbers of these iterations, after training as far as the last of them.

    Raises DivergedError, or UsageError when training stopped before one of them.
    """
    if isinstance(experiment, GraphExperiment):
        return _of_graph(build_graph(experiment), iterations, progress)
    run, traces = trace_iterations(experiment, iterations, progress)
    found = {trace.number: NetworkNumbers(trace) for trace in traces}
    _check_reached(run, set(iterations) - set(found))
    return found


def _of_graph(
    graph: Graph, iterations: Collection[int], progress: Callable[[int], None] | None
) -> dict[int, GraphNumbers]:
    if graph.training is None:
        if any(iteration != 1 for iteration in iterations):
            raise UsageError("without `training` there is only iteration 1")
        return {1: GraphNumbers(GraphTrace(graph))}
    before = {iteration - 1 for iteration in iterations}
    run = train_graph(graph, max(iterations) - 1, before, progress)
    _check_reached(run, {k + 1 for k in before - set(run.kept)})
    return {k: GraphNumbers(trace_graph(graph, run, k)) for k in iterations}


def _check_reached(run: Run | GraphRun, missing: set[int]) -> None:
    if missing and run.diverged:
        raise run.diverged
    if missing and run.ended == "interrupted":
        raise KeyboardInterrupt
    if missing:
        raise UsageError(
            f"iteration {min(missing)} was not reached",
            f"training stopped after {run.done} updates",
        )
