"""What `why` is asked: the numbers given, and when in training they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tracer.diagnose.conventions import CONVENTIONS, Variant
from tracer.digits.numbers import Written
from tracer.errors import UnknownNameError, UsageError
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.network import Network
from tracer.model.quantity import Phase, Quantity

_OF_A_FORWARD_PASS = (Phase.GIVEN, Phase.FORWARD, Phase.ERRORS)


@dataclass(frozen=True, slots=True)
class Question:
    """The numbers given, and when in training they stand."""

    wanted: Mapping[str, Written]
    after: int | None
    iteration: int | None

    def updates(self, name: str) -> int:
        """How many updates come before the number."""
        if self.after is not None:
            return self.after
        _, at, behind = name.partition("@")
        if at:
            return int(behind.partition("#")[0]) - 1
        return (self.iteration or 1) - 1

    def quantities(self, experiment: Experiment) -> list[tuple[Network, Quantity]]:
        """What is asked for, each in the first network that knows its name."""
        known = [Names(variant.experiment.network) for variant in _single_changes(experiment)]
        return [_quantity(name, known) for name in self.wanted]

    def check(self, experiment: Experiment) -> None:
        """Refuse what no combination could answer."""
        if experiment.data is None:
            raise UsageError("nothing to calculate", "give the configuration `data`")
        if self.after is not None and self.iteration is not None:
            raise UsageError("--after and --iteration exclude each other", "give one of them")
        if experiment.training is None and any(map(self.updates, self.wanted)):
            raise UsageError("without `training` there is only iteration 1")
        networks = [variant.experiment.network for variant in _single_changes(experiment)]
        for name in self.wanted:
            self._check_name(name, [Names(network) for network in networks])

    def _check_name(self, name: str, known: Sequence[Names]) -> None:
        if self.after is not None and "@" in name:
            raise UsageError(f"--after says when; '{name}' says it once more", "leave out the '@'")
        errors = []
        for names in known:
            try:
                kind = names.parse(name).kind
            except UnknownNameError as error:
                errors.append(error)
                continue
            if self.after is not None and kind.phase not in _OF_A_FORWARD_PASS:
                raise UsageError(
                    f"'{name}': a forward pass after {self.after} updates has no {kind.words}",
                    f"--iteration {self.after + 1} has it",
                )
            return
        raise errors[0]


def _quantity(name: str, known: Sequence[Names]) -> tuple[Network, Quantity]:
    for names in known:
        try:
            return names.network, names.parse(name)
        except UnknownNameError:
            continue
    raise AssertionError(name)  # `check` has refused it


def _single_changes(experiment: Experiment) -> Iterator[Variant]:
    stated = Variant(experiment)
    yield stated
    for convention in CONVENTIONS:
        if not convention.afterwards:
            for alternative in convention.alternatives(experiment):
                yield alternative.apply(stated)
