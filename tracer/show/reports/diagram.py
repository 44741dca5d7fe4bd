"""A network of an iteration as a diagram of characters: what stands in its boxes and on its wires."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from tracer.digits.numbers import NumberFormat, shortest
from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.language import decimals, say
from tracer.model.experiment import Experiment
from tracer.model.network import Bias, Layer
from tracer.model.quantity import Kind, Quantity, Stage, at
from tracer.show.document import Lines, Notation, Role
from tracer.show.pictures.diagram import Box, Wire, diagram_lines
from tracer.show.symbols import to_ascii
from tracer.visible import printable

_INDENT = 2
_TINY_WIDTH, _TINY_DEPTH = 2, 2
_MOST = 12
"""Wider layers are not drawn, even for somebody who asks."""
_DECIMALS = (None, 6, 5, 4, 3)
"""Numbers are written as in the tables or, where that is too wide, with so many decimals."""
_HIDDEN = (Kind.NET, Kind.OUT, Kind.DELTA)
_OUTPUT = (Kind.NET, Kind.OUT, Kind.TARGET, Kind.DELTA)

Write = Callable[[float], str]
Safe = Callable[[str], str]
"""What makes text of people fit to be drawn."""


def is_tiny(experiment: Experiment) -> bool:
    """Whether the diagram is small enough to stand there unasked."""
    network = experiment.network
    return network.depth <= _TINY_DEPTH and max(network.sizes) <= _TINY_WIDTH


@immutable
class NetworkSketch:
    """The network with the numbers of one sample, at that place of the batch."""

    trace: IterationTrace
    position: int = 0
    asked: bool = True

    def __call__(self, notation: Notation, width: int | None, ascii: bool, /) -> Lines:
        """The lines, with as many digits as there is room for.

        Where there is none: a sentence for whoever has asked, else nothing.
        """
        if max(self.trace.experiment.network.sizes) <= _MOST:
            for digits in _DECIMALS:
                lines = self._drawn(notation, _writer(notation, digits), ascii)
                if lines and (width is None or max(map(len, lines)) + _INDENT <= width):
                    drawn: Role = "drawn"
                    indented = [[(" " * _INDENT + line, drawn)] for line in lines]
                    return [[(self._title(), "title")], *indented, *self._foot(notation)]
        return [[(say("The network is too large to be drawn here."), "")]] if self.asked else []

    def _title(self) -> str:
        data = self.trace.data
        if len(data) == 1:
            return say("The network with its numbers")
        return say(
            "The network with its numbers, sample {number}",
            number=self.trace.rows[self.position] + 1,
        )

    def _foot(self, notation: Notation) -> Lines:
        """The loss of the sample, where there is one."""
        found = self._value(Kind.TOTAL, self.trace.experiment.network.depth, ())
        if found is None:
            return []
        line = f"{notation.letter(Kind.TOTAL)} = {notation.number(found)}"
        return [[(" " * _INDENT + line, "")]]

    def _drawn(self, notation: Notation, write: Write, ascii: bool) -> list[str]:
        network = self.trace.experiment.network
        safe = to_ascii if ascii else printable
        named = [
            f"{safe(name)} {_brief(self._value(Kind.INPUT, 0, (place,)) or 0.0, write)}"
            for place, name in enumerate(network.inputs)
        ]
        layers = [self._boxes(layer, notation, write, safe) for layer in network.layers]
        return diagram_lines(named, layers, ascii=ascii)

    def _boxes(self, layer: Layer, notation: Notation, write: Write, safe: Safe) -> list[Box]:
        """The neurons of a layer, their numbers below one another by the point."""
        kinds = _OUTPUT if layer.number == self.trace.experiment.network.depth else _HIDDEN
        facts = [
            [
                (safe(notation.letter(kind)), write(value))
                for kind in kinds
                if (value := self._value(kind, layer.number, (place,))) is not None
            ]
            for place in range(len(layer.neurons))
        ]
        names, numbers = (max(map(len, texts)) for texts in zip(*chain(*facts), strict=True))
        return [
            Box(
                safe(name),
                tuple(
                    Wire(safe(wire.label), wire.source)
                    for wire in self._wires(layer, place, notation, write)
                ),
                tuple(f"{name:<{names}} {number:>{numbers}}" for name, number in facts[place]),
            )
            for place, name in enumerate(layer.neurons)
        ]

    def _wires(self, layer: Layer, place: int, notation: Notation, write: Write) -> Iterator[Wire]:
        for source in range(len(layer.inputs)):
            weight = Quantity(Stage(Kind.WEIGHT, layer.number), (place, source))
            yield Wire(self._label(weight, notation, write), source)
        if layer.bias is not Bias.NONE:
            own = 0 if layer.bias is Bias.SHARED else place
            bias = Quantity(Stage(Kind.BIAS, layer.number), (own,))
            yield Wire(self._label(bias, notation, write), None)

    def _label(self, parameter: Quantity, notation: Notation, write: Write) -> str:
        value = self.trace.value(at(parameter, self.trace.number))
        return f"{notation.name(parameter)} {_brief(value, write)}"

    def _value(self, kind: Kind, layer: int, index: tuple[int, ...]) -> float | None:
        """The sample's number of that kind; None where nothing calculates it."""
        stage = Stage(kind, layer)
        if stage not in self.trace.arrays:
            return None
        return float(self.trace.arrays[stage][(self.position, *index)])


def _writer(notation: Notation, digits: int | None) -> Write:
    """Numbers in so many decimals, or as the notation has them."""
    return notation.number if digits is None else lambda x: decimals(NumberFormat(digits).text(x))


def _brief(value: float, write: Write) -> str:
    """The number so, or the shortest text where that is shorter: 0.05 for 0.050000000."""
    return min(write(value), decimals(shortest(value)), key=len)
