"""Whether every step was rounded: which roundings `why` tries, and which can't fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby

from tracer.diagnose.conventions import roundings
from tracer.diagnose.variant import Alternative, Variant
from tracer.diagnose.why.subjects import NetworkSubject
from tracer.model.quantity import BEFORE, STATES, Kind, Phase, Quantity, Stage

_LONG, _FEW = 20_000, 3
"""Updates × parameters × samples, and digits, from which what can't fit is not calculated."""
_MUCH_NEARER, _NEARER = 0.01, 0.1
"""Rounding is tried with more digits until its numbers are so near to the exact ones, measured by how
far those given are: once the one, or twice in a row the other."""


class RoundingSearch:
    """`attempt` judges one rounding and gives its numbers; `exact` are the unrounded ones."""

    def __init__(
        self,
        subject: NetworkSubject,
        attempt: Callable[[Alternative], Mapping[str, float] | None],
        exact: Mapping[str, float],
    ) -> None:
        self._subject, self._attempt, self._exact = subject, attempt, exact

    def run(self) -> None:
        """Every step rounded, coarse before fine, to decimals and to significant digits.

        With every digit more a tenth of the distance from the exact numbers is left, so once they
        have come much nearer to those than the numbers given are, finer ones can't fit. In short
        trainings all are calculated, to show what comes near.
        """
        long = self._subject.work > _LONG
        for row in groupby(sorted(roundings(), key=_is_significant), key=_is_significant):
            near = 1.0
            for alternative in filter(self._may_fit, row[1]):
                values = self._attempt(alternative)
                share = self._share(values) if values else 1.0
                if long and (share < _MUCH_NEARER or max(share, near) < _NEARER):
                    break
                near = share if values else 1.0

    def _may_fit(self, alternative: Alternative) -> bool:
        """Whether the numbers given have no more digits than this rounding leaves.

        What is quickly done is calculated all the same: short trainings, which show what comes near,
        and few digits, with which parameters soon come to rest, and which show whether more matter.
        """
        rounding = alternative.apply(Variant(self._subject.experiment)).rounding
        if rounding is None or rounding.digits <= _FEW or self._subject.work <= _LONG:
            return True
        network = self._subject.experiment.network
        return all(
            not self._is_rounded(quantity) or rounding.exact(written.value) == written.value
            for written, (own, quantity) in zip(
                self._subject.question.wanted.values(), self._subject.quantities, strict=True
            )
            if own == network
        )

    def _is_rounded(self, quantity: Quantity) -> bool:
        """Whether the number is calculated in each iteration, and so rounded."""
        kind = BEFORE.get(quantity.kind, quantity.kind)
        if kind not in (Kind.WEIGHT, Kind.BIAS):
            return kind.phase is not Phase.GIVEN and kind not in STATES
        training = self._subject.experiment.training
        parameter = Quantity(Stage(kind, quantity.layer), quantity.index)
        return training is not None and parameter not in training.frozen

    def _share(self, values: Mapping[str, float]) -> float:
        """How far values are from the exact ones, as a share of how far those given are; the least."""
        shares = [1.0]
        for name, exact in self._exact.items():
            written = self._subject.question.wanted[name]
            given = abs(written.value - exact) - written.unit
            if given > 0:
                shares.append(abs(values[name] - exact) / given)
        return min(shares)


def _is_significant(alternative: Alternative) -> bool:
    return str(alternative.value).endswith("sf")
