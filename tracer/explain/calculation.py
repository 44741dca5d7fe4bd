"""A calculation that was traced, a network's or a graph's, with all its iterations.

Between the traces, which know the numbers of one iteration, and everything that explains, checks or
shows numbers: those ask a `Calculation`, and need not know which of the two it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import Run, train_through
from tracer.errors import UsageError
from tracer.explain.forms import shortcut, with_short_cuts
from tracer.formula import Expression, Prepared
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import State
from tracer.model.quantity import Identity

if TYPE_CHECKING:
    from tracer.graph.timeline import GraphTimeline

Rank = tuple[int, ...]

_ITERATION = re.compile(r"@(\d{1,15})(#\d+)?\s*$", re.ASCII)

_LOOKED_AT = 2000
_TRACES_AT_HAND = 64
_NUMBERS_AT_HAND = 4096


class Naming(Protocol):
    """Identities written as text."""

    def name(self, identity: Any, /) -> str:
        """The canonical name, with `@` and `#` where they aren't 1."""

    def bare(self, identity: Any, /) -> str:
        """The canonical name without iteration and sample."""


class Trace(Protocol):
    """The numbers of one iteration, each known by its identity, with value and formula."""

    @property
    def number(self) -> int:
        """The iteration."""

    @property
    def names(self) -> Naming:
        """How its numbers are called."""

    def find(self, text: str, /) -> Any:
        """The number that a text means; UnknownNameError if nothing is called so."""

    def value(self, identity: Any, /) -> float:
        """The number."""

    def formula(self, identity: Any, /, *, shortcut: bool = False) -> Expression | None:
        """Its formula, with `shortcut` the one in which factors cancel; None for what is given."""

    def order(self) -> Iterator[Any]:
        """All its numbers in the order of the calculation."""

    def rank(self, identity: Any, /) -> Rank:
        """Sorts numbers into that order."""


class Tracing(Protocol):
    """Whatever has traces of its iterations."""

    def trace(self, iteration: int, /) -> Any:
        """All the numbers of an iteration."""


class Calculation(Mapping[Identity, float]):
    """The numbers of an iteration, and of every other that they go back to.

    `trace` is the iteration in question, `timeline` knows the others.
    """

    __hash__ = object.__hash__  # a calculation is a way to calculate, not the numbers in it
    __eq__ = object.__eq__

    def __init__(self, timeline: Tracing, trace: Any) -> None:
        self.timeline, self.trace = timeline, trace
        self.names: Naming = trace.names
        self._at = lru_cache(maxsize=_TRACES_AT_HAND)(timeline.trace)
        self._value = lru_cache(maxsize=_NUMBERS_AT_HAND)(self._looked_up)
        self._formula = cache(self._derived)
        self._shortcut = cache(self._shorter)
        self.prepared = cache(self._prepared)

    @property
    def number(self) -> int:
        """The iteration in question."""
        number: int = self.trace.number
        return number

    def at(self, iteration: int) -> Any:
        """The trace of an iteration."""
        return self.trace if iteration == self.number else self._at(iteration)

    def find(self, text: str) -> Identity:
        """The number that a text means; UnknownNameError if this iteration has none so called."""
        identity: Identity = self.trace.find(text)
        self.value(identity)
        return identity

    def value(self, identity: Identity) -> float:
        """The number."""
        return self._value(identity)

    def _looked_up(self, identity: Identity) -> float:
        value: float = self.at(identity.iteration).value(identity)
        return value

    def formula(self, identity: Identity) -> Expression | None:
        """Its formula; None for what is given."""
        return self._formula(identity)

    def shortcut(self, identity: Identity) -> Expression | None:
        """The formula that is calculated in its place; None where it is calculated itself."""
        return self._shortcut(identity)

    def _shorter(self, identity: Identity) -> Expression | None:
        return shortcut(self.at(identity.iteration), identity)

    @cached_property
    def has_shortcuts(self) -> bool:
        """Whether any number of the iteration in question is calculated by another formula.

        Of so many that looking at each would take longer than all else, that any may be.
        """
        few = islice(with_short_cuts(self.trace), _LOOKED_AT + 1)
        return any(
            place == _LOOKED_AT or self.shortcut(identity) is not None
            for place, identity in enumerate(few)
        )

    def _prepared(self, identity: Identity, shortcut: bool) -> Prepared | None:
        """The formula, or with `shortcut` the one that is calculated in its place, for many uses."""
        formula = (self.shortcut(identity) if shortcut else None) or self.formula(identity)
        return None if formula is None else Prepared(formula)

    def _derived(self, identity: Identity) -> Expression | None:
        formula: Expression | None = self.at(identity.iteration).formula(identity)
        return formula

    def rank(self, identity: Identity) -> Rank:
        """Sorts numbers into the order of the calculation."""
        rank: Rank = self.trace.rank(identity)
        return rank

    def __getitem__(self, identity: Identity) -> float:
        return self._value(identity)

    def __iter__(self) -> Iterator[Identity]:
        order: Iterator[Identity] = self.trace.order()
        return order

    def __len__(self) -> int:
        return len(self.trace)


def iteration_said(text: str, default: int = 1) -> int:
    """The iteration behind the `@` of a name; where there is none, `default`."""
    match = _ITERATION.search(text)
    return int(match[1]) if match else default


def timeline_of(
    experiment: Experiment | GraphExperiment, *, few: bool = False
) -> NetworkTimeline | GraphTimeline:
    """The timeline of what a configuration describes; `few` as a network's timeline has it.

    Raises:
        ConfigError: a graph's formulas can't be understood.
        UsageError: a network has no samples at all.
    """
    if isinstance(experiment, GraphExperiment):
        from tracer.graph.building import build_graph
        from tracer.graph.timeline import GraphTimeline

        return GraphTimeline(experiment, build_graph(experiment))
    few = few and not (experiment.training and experiment.training.stop)
    return NetworkTimeline(experiment, few=few)


def calculations(
    experiment: Experiment | GraphExperiment,
    iterations: Collection[int],
    progress: Callable[[int], None] | None = None,
    states: Iterable[tuple[int, State]] = (),
) -> dict[int, Calculation]:
    """The numbers of these iterations, after training as far as the last of them.

    `states`: some that training comes to, (updates, state), from which it may go on.

    Raises DivergedError, or UsageError when training stopped before one of them.
    """
    timeline = timeline_of(experiment)
    timeline.kept.update(states)
    run: Run[Any] = train_through(timeline, iterations, progress)
    check_reached(run, iterations)
    return {k: Calculation(timeline, timeline.trace(k)) for k in iterations}


def check_reached(run: Run[Any], iterations: Collection[int]) -> None:
    """Raises what kept training from one of the iterations."""
    missing = set(iterations) - set(run.reached(iterations))
    if missing or not run.timeline.trained:
        run.raise_end()
    if missing:
        raise UsageError(
            f"iteration {min(missing)} was not reached",
            f"training stopped after {run.done} updates",
        )
