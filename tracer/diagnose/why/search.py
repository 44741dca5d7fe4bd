"""The search of `why`: every combination of conventions, fewest changes first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from itertools import groupby, islice, product

from tracer.diagnose.conventions import CONVENTIONS, Alternative, Variant, read, roundings
from tracer.diagnose.why.matches import ConventionMatch, ConventionsFound
from tracer.diagnose.why.question import Question
from tracer.diagnose.why.variants import VariantNumbers
from tracer.digits.agreement import Agreement, agreement, digits_explained
from tracer.engine.batches import Batches
from tracer.model.experiment import Experiment
from tracer.model.quantity import BEFORE, STATES, Kind, Phase, Quantity, Stage

OFFSET = "iteration_offset"
ROUND = "round"

_NEAREST = 3
_LONG, _FEW = 20_000, 3
"""Updates × parameters × samples, and digits, from which what can't fit is not calculated."""
_MUCH_NEARER, _NEARER = 0.01, 0.1
"""Rounding is tried with more digits until its numbers are so near to the exact ones, measured by how
far those given are: once the one, or twice in a row the other."""
_ROUNDING_WORK = 200_000
"""Updates × parameters × samples up to which rounding at every step is tried."""

Choice = tuple[tuple[str, Alternative], ...]
"""What a combination changes: conventions' names with the alternative taken."""


class ConventionSearch:
    """Goes through the combinations, fewest changes first, and remembers what fits."""

    def __init__(
        self, experiment: Experiment, question: Question, progress: Callable[[int], None]
    ) -> None:
        self.stated, self.question, self.progress = Variant(experiment), question, progress
        self.quantities = question.quantities(experiment)
        self.tried = 0
        self.stated_values: Mapping[str, float] = {}
        self.matches: list[ConventionMatch] = []
        self.others: list[ConventionMatch] = []
        self.calculations: dict[Choice, VariantNumbers] = {}

    def run(self) -> ConventionsFound:
        """Everything that fits, or what comes nearest."""
        combinations = sorted(self._combinations(), key=len)
        for number, choice in enumerate(combinations):
            self.progress(100 * number // len(combinations))
            self._try(choice)
        if not self.tried:
            self._calculation(()).check()
        rounding = self._work() <= self._rounding_work()
        if rounding:
            self._try_roundings()
        self.matches.sort(key=lambda match: (len(match.changes), -match.digits))
        nearest = () if self.matches else tuple(islice(self._nearest(), _NEAREST))
        return ConventionsFound(
            self.tried, tuple(self.matches), nearest, self.stated_values, rounding
        )

    def _try_roundings(self) -> None:
        """Every step rounded, coarse before fine, to decimals and to significant digits.

        With every digit more a tenth of the distance from the exact numbers is left, so once they
        have come much nearer to those than the numbers given are, finer ones can't fit. In short
        trainings all are calculated, to show what comes near.
        """
        long = self._work() > _LONG
        for row in groupby(sorted(roundings(), key=_is_significant), key=_is_significant):
            near = 1.0
            for alternative in filter(self._may_fit, row[1]):
                values = self._try(((ROUND, alternative),))
                share = self._share(values) if values else 1.0
                if long and (share < _MUCH_NEARER or max(share, near) < _NEARER):
                    break
                near = share if values else 1.0

    def _may_fit(self, alternative: Alternative) -> bool:
        """Whether the numbers given have no more digits than this rounding leaves.

        What is quickly done is calculated all the same: short trainings, which show what comes near,
        and few digits, with which parameters soon come to rest, and which show whether more matter.
        """
        rounding = alternative.apply(self.stated).rounding
        if rounding is None or rounding.digits <= _FEW or self._work() <= _LONG:
            return True
        network = self.stated.experiment.network
        return all(
            not self._is_rounded(quantity) or rounding.exact(written.value) == written.value
            for written, (own, quantity) in zip(
                self.question.wanted.values(), self.quantities, strict=True
            )
            if own == network
        )

    def _is_rounded(self, quantity: Quantity) -> bool:
        """Whether the number is calculated in each iteration, and so rounded."""
        kind = BEFORE.get(quantity.kind, quantity.kind)
        if kind not in (Kind.WEIGHT, Kind.BIAS):
            return kind.phase is not Phase.GIVEN and kind not in STATES
        training = self.stated.experiment.training
        parameter = Quantity(Stage(kind, quantity.layer), quantity.index)
        return training is not None and parameter not in training.frozen

    def _share(self, values: Mapping[str, float]) -> float:
        """How far values are from the exact ones, as a share of how far those given are; the least."""
        shares = [1.0]
        for name, exact in self.stated_values.items():
            written = self.question.wanted[name]
            given = abs(written.value - exact) - written.unit
            if given > 0:
                shares.append(abs(values[name] - exact) / given)
        return min(shares)

    def _rounding_work(self) -> int:
        """How long a training is tried with rounding: the longer, the less else there is that fits."""
        fewest = min((len(m.changes) for m in self.matches if not m.truncated), default=2)
        return {0: -1, 1: _ROUNDING_WORK // 10}.get(fewest, _ROUNDING_WORK)

    def _combinations(self) -> Iterator[Choice]:
        options: list[list[Choice]] = []
        for convention in CONVENTIONS:
            found = self._that_matter(convention.alternatives(self.stated.experiment))
            options.append([(), *(((convention.name, one),) for one in found)])
        yield from (sum(parts, ()) for parts in product(*options))

    def _that_matter(self, found: Iterable[Alternative]) -> Iterator[Alternative]:
        """Of the readings only those that change a number asked for, each effect once."""
        samples = Batches(
            len(self.stated.experiment.data or ()), self.stated.experiment.training
        ).size
        as_stated = [(quantity, 1.0) for _, quantity in self.quantities]
        seen: list[object] = [as_stated]
        for alternative in found:
            if alternative.form is not None:
                effect = [read((alternative.form,), net, samples, q) for net, q in self.quantities]
                if effect in seen:
                    continue
                seen.append(effect)
            yield alternative

    def _work(self) -> int:
        experiment = self.stated.experiment
        batch = Batches(len(experiment.data or ()), experiment.training).size
        updates = max(map(self.question.updates, self.question.wanted))
        return updates * experiment.network.parameter_count * batch

    def _try(self, choice: Choice) -> Mapping[str, float] | None:
        """The choice's numbers; None where it hasn't all of them, or explains nothing more."""
        changes = {name: alternative.value for name, alternative in choice}
        if any(m.changes.items() <= changes.items() and not m.truncated for m in self.matches):
            return None  # the further changes explain nothing
        variant = _applied(choice, self.stated)
        calculation = self._calculation(choice)
        values: dict[str, float] = {}
        for name in self.question.wanted:
            value = calculation.value(name, variant)
            if value is None:
                return None
            values[name] = value
        self.tried += 1
        if not choice:
            self.stated_values = values
        self._judge(choice, values)
        return values

    def _judge(self, choice: Choice, values: Mapping[str, float]) -> None:
        wanted = self.question.wanted
        found = {name: agreement(wanted[name], value) for name, value in values.items()}
        match = ConventionMatch(
            {name: alternative.value for name, alternative in choice},
            self._words(choice),
            values,
            sum(digits_explained(wanted[name], value) for name, value in values.items()),
            tuple(name for name, how in found.items() if how is Agreement.TRUNCATED),
        )
        if not all(found.values()):
            self.others.append(match)
        elif not match.truncated or not self._simpler(match):
            self.matches.append(match)

    def _simpler(self, match: ConventionMatch) -> bool:
        """Whether fewer of the same changes fit already; only to fit rounded is worth more changes."""
        return any(simple.changes.items() <= match.changes.items() for simple in self.matches)

    def _calculation(self, choice: Choice) -> VariantNumbers:
        """What the choice calculates, which the conventions applied afterwards have in common."""
        afterwards = {convention.name for convention in CONVENTIONS if convention.afterwards}
        key = tuple(part for part in choice if part[0] not in afterwards)
        if key not in self.calculations:
            variant = _applied(key, self.stated)
            self.calculations[key] = VariantNumbers(variant, self.question)
        return self.calculations[key]

    def _words(self, choice: Choice) -> str:
        words = [alternative.words for name, alternative in choice if name != OFFSET]
        offset = _applied(choice, self.stated).offset
        if not words:
            words = ["the calculation as stated"]
        if offset and self.question.after is not None:
            count = self.question.after + offset
            words.append(f"after {count:,} update" + ("" if count == 1 else "s"))
        elif offset:
            words.append("one iteration later" if offset > 0 else "one iteration earlier")
        return "; ".join(words)

    def _nearest(self) -> Iterator[ConventionMatch]:
        """Most numbers fitting first, then most digits; of equal numbers the fewest changes."""
        wanted, seen = self.question.wanted, set()
        fitting = {
            id(match): sum(
                agreement(wanted[name], value) is not None for name, value in match.values.items()
            )
            for match in self.others
        }
        self.others.sort(key=lambda m: (-fitting[id(m)], -m.digits, self._off(m), len(m.changes)))
        for match in self.others:
            values = tuple(match.values.values())
            if values not in seen:
                seen.add(values)
                yield match

    def _off(self, match: ConventionMatch) -> float:
        """How far off in all, in units of the last digits written."""
        wanted = self.question.wanted
        return sum(
            abs(v - wanted[name].value) / wanted[name].unit for name, v in match.values.items()
        )


def _is_significant(alternative: Alternative) -> bool:
    return str(alternative.value).endswith("sf")


def _applied(choice: Choice, variant: Variant) -> Variant:
    return reduce(lambda result, part: part[1].apply(result), choice, variant)
