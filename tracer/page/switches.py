"""The conventions of a page as switches, and the ways of calculating that they lead to.

The rows are those that `why` tries on published numbers: whatever it can find, the page can show.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations, product
from math import prod
from typing import Any

from tracer.diagnose.conventions import conventions_of
from tracer.diagnose.variant import Alternative, Convention, Variant
from tracer.engine.batches import Batches
from tracer.immutable import immutable
from tracer.language import message
from tracer.model.experiment import Experiment

MOST_WAYS = 40
"""Combinations up to which all of them are on the page; beyond, two switches at a time."""
_SMALL = 200
"""Parameters × samples of a batch beyond which one switch at a time is changed."""

AS_STATED = message("as the file states it")


@immutable
class Switch:
    """A convention that can be done in other ways; the stated one has no value."""

    name: str
    stated: str
    alternatives: tuple[Alternative, ...]

    @property
    def title(self) -> str:
        """What its field is called."""
        return title_of(self.name)


def title_of(convention: str) -> str:
    """`Update order`, of `update_order`."""
    words = convention.replace("_", " ")
    return words[0].upper() + words[1:]


Choice = tuple[tuple[str, Alternative], ...]
"""The alternatives chosen, with the names of their switches."""


def switches(experiment: Any) -> tuple[Switch, ...]:
    """The conventions that make a difference for this calculation; none where nothing is trained on."""
    found: list[Switch] = []
    if isinstance(experiment, Experiment) and experiment.data is None:
        return ()
    for convention in conventions_of(experiment):
        if convention.afterwards or convention.name in _numbers(experiment):
            continue
        alternatives = tuple(
            each
            for each in convention.alternatives(experiment)
            if _schedule(each.apply(Variant(experiment)).experiment) == _schedule(experiment)
        )
        if alternatives:
            stated = _stated(convention, experiment, alternatives)
            found.append(Switch(convention.name, stated, alternatives))
    return tuple(found)


def _schedule(experiment: Any) -> Any:
    """A page's learning rates are those of one schedule."""
    return experiment.training.schedule if experiment.training is not None else None


def _stated(convention: Convention, experiment: Any, others: Sequence[Alternative]) -> str:
    """The words of the way that the configuration states: what the others have as an alternative."""
    known = {alternative.value for alternative in others}
    changed = others[0].apply(Variant(experiment)).experiment
    words = [a.words for a in convention.alternatives(changed) if a.value not in known]
    return words[0] if words and not words[0].startswith(f"{convention.name}:") else AS_STATED


def _numbers(experiment: Any) -> Collection[str]:
    """The options that are numbers: those are edited, not switched."""
    training = experiment.training
    return training.optimizer.numbers() if training is not None else ()


def ways(experiment: Any, found: Sequence[Switch]) -> Iterator[tuple[Choice, Variant[Any]]]:
    """Every combination of switches that goes together, the stated one first."""
    for choice in _choices(found, small=_size(experiment) <= _SMALL):
        variant: Variant[Any] = Variant(experiment)
        for _, alternative in choice:
            variant = alternative.apply(variant)
        if variant.possible:
            yield choice, variant


def key_of(choice: Choice) -> str:
    """The name of a combination: `loss=squared_error;update_order=output_first`."""
    return ";".join(sorted(f"{name}={alternative.value}" for name, alternative in choice))


def _size(experiment: Any) -> int:
    if not isinstance(experiment, Experiment):
        return 0
    batch = Batches(len(experiment.data or ()) or 1, experiment.training).size
    return experiment.network.parameter_count * batch


def _choices(found: Sequence[Switch], *, small: bool) -> Iterator[Choice]:
    if small and prod(1 + len(switch.alternatives) for switch in found) <= MOST_WAYS:
        rows = [(None, *((s.name, a) for a in s.alternatives)) for s in found]
        yield from sorted((tuple(filter(None, each)) for each in product(*rows)), key=len)
        return
    yield ()
    single = [(switch.name, a) for switch in found for a in switch.alternatives]
    yield from ((each,) for each in single)
    pairs = [pair for pair in combinations(single, 2) if pair[0][0] != pair[1][0]]
    yield from pairs[: max(0, MOST_WAYS - len(single))] if small else ()
