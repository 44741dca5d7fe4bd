"""The trace of a graph: every number by its name, with its formula, as `IterationTrace` has them.

Names are plain text here: `total` a value, `dtotal/dapple` a gradient, `apple+` an input after the
update. What explains a network's numbers by `find`, `value` and `formula` can explain a graph's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from tracer.errors import UnknownNameError
from tracer.formula import Expression, NodeGradient, Symbol
from tracer.graph.calculation import gradients, values
from tracer.graph.names import LEARNING_RATE, GraphNames, gradient_name
from tracer.graph.structure import Graph, gradient_formulas


class GraphTrace(Mapping[str, float]):
    """The numbers of one iteration: forwards, backwards and, with training, the update.

    A number that can't be calculated raises GraphValueError when it is looked at.
    """

    def __init__(self, graph: Graph, number: int = 1) -> None:
        self.graph, self.number = graph, number

    @cached_property
    def forward(self) -> dict[str, float]:
        """The values of inputs and nodes, in the order of the calculation."""
        return values(self.graph)

    @cached_property
    def gradients(self) -> dict[str, NodeGradient]:
        """Each input's and node's gradient and its edges, inputs first."""
        return gradients(self.graph)

    @property
    def result(self) -> float:
        """The value of the output."""
        return self.forward[self.graph.output]

    @cached_property
    def formulas(self) -> dict[str, Expression | None]:
        """The formulas of all numbers in the order of the calculation; None for what is given."""
        graph, training = self.graph, self.graph.training
        formulas: dict[str, Expression | None] = dict.fromkeys(graph.inputs)
        if training:
            formulas[LEARNING_RATE] = None
        formulas |= graph.nodes
        for name, formula in gradient_formulas(graph).items():
            formulas[gradient_name(graph.output, name)] = formula
        for name in training.trainable if training else ():
            gradient = Symbol(gradient_name(graph.output, name))
            formulas[f"{name}+"] = Symbol(name) - Symbol(LEARNING_RATE) * gradient
        return formulas

    @cached_property
    def names(self) -> GraphNames:
        """The names of all numbers, and the reader of their spellings."""
        return GraphNames(list(self.formulas))

    def order(self) -> tuple[str, ...]:
        """The canonical names: values, gradients from the output back, what the update makes."""
        return self.names.known

    def find(self, text: str) -> str:
        """The canonical name that a text means in this iteration.

        Raises:
            UnknownNameError: nothing is called so, or it belongs to another iteration.
        """
        name, iteration = self.names.parse(text)
        if "@" in text and iteration != self.number:
            raise UnknownNameError(f"'{text}': this is iteration {self.number}")
        return name

    def value(self, name: str) -> float:
        """The number with that canonical name."""
        return self._values[name]

    def formula(self, name: str) -> Expression | None:
        """The formula of the number in the names of others; None for what is given.

        `dtotal/dapple` is the sum of its contributions: upstream gradient times local derivative.
        """
        return self.formulas[name]

    @cached_property
    def _values(self) -> dict[str, float]:
        graph, training = self.graph, self.graph.training
        found = dict(self.forward)
        for name, node in self.gradients.items():
            found[gradient_name(graph.output, name)] = node.gradient
        if training:
            rate = found[LEARNING_RATE] = training.learning_rate
            for name in training.trainable:
                found[f"{name}+"] = found[name] - rate * self.gradients[name].gradient
        return found

    def __getitem__(self, name: str) -> float:
        try:
            return self.value(self.find(name))
        except UnknownNameError as error:
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self.order())

    def __len__(self) -> int:
        return len(self.order())
