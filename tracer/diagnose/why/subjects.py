"""What `why` is asked about: a network, or a graph; each with its names and its calculations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from typing import Any

from tracer.diagnose.conventions import conventions_of
from tracer.diagnose.variant import Alternative, AnyExperiment, Variant, read
from tracer.diagnose.why.question import Question
from tracer.diagnose.why.variants import GraphNumbers, VariantNumbers
from tracer.engine.batches import Batches
from tracer.errors import UnknownNameError, UsageError
from tracer.graph.building import build_graph
from tracer.graph.trace import GraphTrace
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.names import Names
from tracer.model.network import Network
from tracer.model.quantity import Identity, Quantity


class Subject(ABC):
    """The stated calculation and the question about it."""

    experiment: AnyExperiment
    question: Question

    @cached_property
    def conventions(self) -> tuple[Any, ...]:
        """The rows that concern it."""
        return conventions_of(self.experiment)

    @property
    def work(self) -> int:
        """Updates × parameters × samples."""
        return self.question.longest * self.size

    @property
    @abstractmethod
    def size(self) -> int:
        """Parameters × samples of a batch."""

    @property
    @abstractmethod
    def parsers(self) -> list[Callable[[str], Identity]]:
        """Readers of names, one for each numbering."""

    @abstractmethod
    def calculation(self, variant: Variant[Any]) -> VariantNumbers | GraphNumbers:
        """A variant's numbers."""

    def check(self) -> None:
        """Refuse what no combination could answer."""
        self.question.check(self.experiment, self.parsers)

    def that_matter(self, found: Iterable[Alternative]) -> Iterator[Alternative]:
        """Those that may change a number asked for."""
        yield from found


class NetworkSubject(Subject):
    """A network."""

    def __init__(self, experiment: Experiment, question: Question) -> None:
        self.experiment: Experiment = experiment
        self.question = question

    @property
    def _batch(self) -> int:
        return Batches(len(self.experiment.data or ()), self.experiment.training).size

    @property
    def size(self) -> int:
        """Parameters × samples of a batch."""
        return self.experiment.network.parameter_count * self._batch

    @cached_property
    def _known(self) -> list[Names]:
        """The numbering that is stated, and those that a single change leads to."""
        stated = Variant(self.experiment)
        networks = [self.experiment.network]
        for row in self.conventions:
            if not (row.afterwards or row.of_descent):
                found = row.alternatives(self.experiment)
                networks += [one.apply(stated).experiment.network for one in found]
        return list(map(Names, networks))

    @property
    def parsers(self) -> list[Callable[[str], Identity]]:
        """Readers of names, one for each numbering."""
        return [names.parse for names in self._known]

    @cached_property
    def quantities(self) -> list[tuple[Network, Quantity]]:
        """What is asked for, each in the first network that knows its name."""
        return [self._quantity(name) for name in self.question.wanted]

    def _quantity(self, name: str) -> tuple[Network, Quantity]:
        for names in self._known:
            try:
                return names.network, names.parse(name)
            except UnknownNameError:
                continue
        raise AssertionError(name)  # `check` has refused it

    def calculation(self, variant: Variant[Any]) -> VariantNumbers:
        """A variant's numbers."""
        return VariantNumbers(variant, self.question)

    def check(self) -> None:
        """Refuse what no combination could answer."""
        if self.experiment.data is None:
            raise UsageError("nothing to calculate", "give the configuration `data`")
        super().check()

    def that_matter(self, found: Iterable[Alternative]) -> Iterator[Alternative]:
        """Of the readings only those that change a number asked for, each effect once."""
        as_stated = [(quantity, 1.0) for _, quantity in self.quantities]
        seen: list[object] = [as_stated]
        for alternative in found:
            if alternative.form is not None:
                form = (alternative.form,)
                effect = [read(form, net, self._batch, q) for net, q in self.quantities]
                if effect in seen:
                    continue
                seen.append(effect)
            yield alternative


class GraphSubject(Subject):
    """A computation graph."""

    def __init__(self, experiment: GraphExperiment, question: Question) -> None:
        self.experiment: GraphExperiment = experiment
        self.question = question
        self.graph = build_graph(experiment)

    @property
    def size(self) -> int:
        """Trainable inputs."""
        return len(self.graph.trainable)

    @property
    def parsers(self) -> list[Callable[[str], Identity]]:
        """The reader of the graph's names, and those of what other optimisers calculate."""
        others = (partial(_parsed, variant.experiment) for variant in self._others)
        return [self._parse, *others]

    @property
    def _others(self) -> Iterator[Variant[GraphExperiment]]:
        stated = Variant(self.experiment)
        for row in self.conventions:
            if not row.afterwards:
                yield from (one.apply(stated) for one in row.alternatives(self.experiment))

    def _parse(self, text: str) -> Identity:
        return GraphTrace(self.graph).names.parse(text)

    def calculation(self, variant: Variant[Any]) -> GraphNumbers:
        """A variant's numbers."""
        return GraphNumbers(variant, self.question)


def _parsed(experiment: GraphExperiment, text: str) -> Identity:
    return GraphTrace(build_graph(experiment)).names.parse(text)


def subject_of(experiment: AnyExperiment, question: Question) -> NetworkSubject | GraphSubject:
    """The subject; ConfigError where a graph's formulas can't be read."""
    if isinstance(experiment, Experiment):
        return NetworkSubject(experiment, question)
    return GraphSubject(experiment, question)
