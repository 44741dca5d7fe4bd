"""What `why` is asked: the numbers given, and when in training they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tracer.diagnose.variant import AnyExperiment
from tracer.digits.numbers import Written
from tracer.errors import UnknownNameError, UsageError
from tracer.immutable import immutable
from tracer.model.quantity import Identity, Phase, Quantity

_OF_A_FORWARD_PASS = (Phase.GIVEN, Phase.FORWARD, Phase.ERRORS)


@immutable
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

    @property
    def longest(self) -> int:
        """The most updates that come before a number."""
        return max(map(self.updates, self.wanted))

    def check(
        self, experiment: AnyExperiment, parsers: Sequence[Callable[[str], Identity]]
    ) -> None:
        """Refuse what no combination could answer; `parsers` read names in each numbering."""
        if self.after is not None and self.iteration is not None:
            raise UsageError("--after and --iteration exclude each other", "give one of them")
        if experiment.training is None and any(map(self.updates, self.wanted)):
            raise UsageError("without `training` there is only iteration 1")
        for name in self.wanted:
            if self.after is not None and "@" in name:
                hint = "leave out the '@'"
                raise UsageError(f"--after says when; '{name}' says it once more", hint)
            self._check_phase(name, parsed(name, parsers))

    def _check_phase(self, name: str, identity: Identity) -> None:
        """Refuses what is no part of a forward pass after so many updates."""
        of = identity.kind if isinstance(identity, Quantity) else None
        if self.after is not None and (of is None or of.phase not in _OF_A_FORWARD_PASS):
            words = "gradient" if of is None else of.words
            raise UsageError(
                f"'{name}': a forward pass after {self.after} updates has no {words}",
                f"--iteration {self.after + 1} has it",
            )


def parsed(name: str, parsers: Sequence[Callable[[str], Identity]]) -> Identity:
    """The number in the first numbering that knows the name.

    Raises:
        UnknownNameError: none does.
    """
    errors = []
    for parse in parsers:
        try:
            return parse(name)
        except UnknownNameError as error:
            errors.append(error)
    raise errors[0]
