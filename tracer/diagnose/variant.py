"""One way to do a calculation and to read its numbers, and what may lead to another one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

from tracer.diagnose.readings import Form
from tracer.digits.rounding import Rounding
from tracer.engine.observers import UNALTERED, Altered
from tracer.engine.rule import Rule
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import Bias, Network
from tracer.model.quantity import Quantity

AnyExperiment: TypeAlias = Experiment | GraphExperiment
E = TypeVar("E", bound=AnyExperiment)


@immutable
class Variant(Generic[E]):
    """One way to do a calculation, and to read its numbers.

    `averaged`: a shared bias's gradient is the mean over its neurons, not their sum. `offset`: how
    many updates more or fewer than said.
    """

    experiment: E
    averaged: bool = False
    readings: tuple[Form, ...] = ()
    offset: int = 0
    rounding: Rounding | None = None

    @property
    def altered(self) -> Altered:
        """What the engine goes on with."""
        if not isinstance(self.experiment, Experiment):
            return UNALTERED
        layers = self.experiment.network.layers
        shared = [layer for layer in layers if self.averaged and layer.bias is Bias.SHARED]
        if not shared and self.rounding is None:
            return UNALTERED
        neurons = {layer.number: len(layer.neurons) for layer in shared}
        return Altered(self.rounding, neurons, Rule.of(self.experiment).free or ())

    @property
    def possible(self) -> bool:
        """Whether what it changes goes together."""
        training = self.experiment.training
        return training is None or training.optimizer.problem() is None


def read(
    readings: Iterable[Form], network: Network, samples: int, quantity: Quantity
) -> tuple[Quantity, float]:
    """Which of our numbers an author with these conventions means, and the factor in front of it."""
    factor = 1.0
    for form in readings:
        factor *= form.factor(network, samples, quantity.stage)
        quantity = form.identity(network, quantity)
    return quantity, factor


@immutable
class Alternative:
    """Another way than the stated one: its value in JSON, in words, and how to get there.

    In the words {OUT} stands for that letter, see `tracer.model.words`. `form` is set where numbers
    are only read in another way. `rival` leads to the mistake that looks the same until an update is
    made of it: a sheet must show by its numbers that it isn't that.
    """

    value: str | float
    words: str
    apply: Callable[[Variant[Any]], Variant[Any]]
    form: Form | None = None
    rival: Callable[[Variant[Any]], Variant[Any]] | None = None


@immutable
class Convention:
    """`alternatives(experiment)`: the ways that a configuration does not state.

    `afterwards`: it chooses among numbers already calculated, and costs no calculation. `of_descent`:
    it belongs to optimisers and what is around them, of networks and of graphs.
    """

    name: str
    alternatives: Callable[[Any], Iterator[Alternative]]
    afterwards: bool = False
    of_descent: bool = False
