"""The search of `why`: every combination of conventions, fewest changes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from itertools import chain, combinations, islice, product
from typing import Any

from tracer.diagnose.variant import Alternative, Convention, Variant
from tracer.diagnose.why.matches import ConventionMatch, ConventionsFound
from tracer.diagnose.why.roundings import RoundingSearch
from tracer.diagnose.why.subjects import GraphSubject, NetworkSubject
from tracer.diagnose.why.variants import GraphNumbers, VariantNumbers
from tracer.digits.agreement import Agreement, agreement, digits_explained
from tracer.language import counted, grouped, say

OFFSET = "iteration_offset"
ROUND = "round"

_NEAREST = 3
_ROUNDING_WORK = 200_000
"""Updates × parameters × samples up to which rounding at every step is tried."""
_MOST_OF_DESCENT = 2
"""So many changes are tried at once where one is of optimisers and what is around them."""
_DESCENT_WORK = 60_000
"""Updates × parameters × samples × pairs up to which each of two may be a calculation of its own."""

Choice = tuple[tuple[str, Alternative], ...]
"""What a combination changes: conventions' names with the alternative taken."""


class ConventionSearch:
    """Goes through the combinations, fewest changes first, and remembers what fits."""

    def __init__(
        self, subject: NetworkSubject | GraphSubject, progress: Callable[[int], None]
    ) -> None:
        self.subject, self.question, self.progress = subject, subject.question, progress
        self.stated: Variant[Any] = Variant(subject.experiment)
        self.tried = 0
        self.stated_values: Mapping[str, float] = {}
        self.matches: list[ConventionMatch] = []
        self.others: list[ConventionMatch] = []
        self.calculations: dict[Choice, VariantNumbers | GraphNumbers] = {}
        self.afterwards = {row.name for row in subject.conventions if row.afterwards}

    def run(self) -> ConventionsFound:
        """Everything that fits, or what comes nearest."""
        choices = sorted(self._combinations(), key=len)
        for number, choice in enumerate(choices):
            self.progress(100 * number // len(choices))
            self._try(choice)
        if not self.tried:
            self._calculation(()).check()
        rounding = self._try_roundings()
        self.matches.sort(key=lambda match: (len(match.changes), -match.digits))
        nearest = () if self.matches else tuple(islice(self._nearest(), _NEAREST))
        return ConventionsFound(
            self.tried,
            tuple(self.matches),
            nearest,
            self.stated_values,
            rounding,
            not isinstance(self.subject, GraphSubject),
        )

    def _try_roundings(self) -> bool:
        """Every step rounded; False where that wasn't tried: a graph, or a long training."""
        if isinstance(self.subject, GraphSubject) or self.subject.work > self._rounding_work():
            return False
        attempt = lambda alternative: self._try(((ROUND, alternative),))  # noqa: E731
        RoundingSearch(self.subject, attempt, self.stated_values).run()
        return True

    def _rounding_work(self) -> int:
        """How long a training is tried with rounding: the longer, the less else there is that fits."""
        fewest = min((len(m.changes) for m in self.matches if not m.truncated), default=2)
        return {0: -1, 1: _ROUNDING_WORK // 10}.get(fewest, _ROUNDING_WORK)

    def _combinations(self) -> Iterator[Choice]:
        """All of the network's own conventions, with few of the descent's at once."""
        rows = self.subject.conventions
        own = [self._options(row) for row in rows if not row.of_descent]
        descent = [one for row in rows if row.of_descent for one in self._options(row)]
        short = len(descent) ** 2 * max(self.subject.work, 1) <= _DESCENT_WORK
        for chosen in _together(descent, _MOST_OF_DESCENT if short else 1):
            for parts in product(*(((), *options) for options in own)):
                others: Choice = sum(parts, ())
                known = short or self.afterwards.issuperset(name for name, _ in others)
                if not chosen or (known and len(others) + len(chosen) <= _MOST_OF_DESCENT):
                    yield chosen + others

    def _options(self, row: Convention) -> list[Choice]:
        """The row's alternatives, of readings those that change a number asked for."""
        found = self.subject.that_matter(row.alternatives(self.subject.experiment))
        return [((row.name, one),) for one in found]

    def _try(self, choice: Choice) -> Mapping[str, float] | None:
        """The choice's numbers; None where it hasn't all of them, or explains nothing more."""
        changes = {name: alternative.value for name, alternative in choice}
        if any(m.changes.items() <= changes.items() and not m.truncated for m in self.matches):
            return None  # the further changes explain nothing
        variant = _applied(choice, self.stated)
        if not variant.possible:
            return None
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

    def _calculation(self, choice: Choice) -> VariantNumbers | GraphNumbers:
        """What the choice calculates, which the conventions applied afterwards have in common."""
        key = tuple(part for part in choice if part[0] not in self.afterwards)
        if key not in self.calculations:
            variant = _applied(key, self.stated)
            self.calculations[key] = self.subject.calculation(variant)
        return self.calculations[key]

    def _words(self, choice: Choice) -> str:
        words = [say(alternative.words) for name, alternative in choice if name != OFFSET]
        offset = _applied(choice, self.stated).offset
        if not words:
            words = [say("the calculation as stated")]
        if offset and self.question.after is not None:
            count = self.question.after + offset
            words.append(
                counted(
                    count,
                    "after {count} update",
                    "after {count} updates",
                    count=grouped(f"{count:,}"),
                )
            )
        elif offset:
            words.append(say("one iteration later") if offset > 0 else say("one iteration earlier"))
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


def _together(options: list[Choice], most: int) -> Iterator[Choice]:
    """So many options at once, of each convention one."""
    for some in chain.from_iterable(combinations(options, count) for count in range(most + 1)):
        if len({name for part in some for name, _ in part}) == len(some):
            yield sum(some, ())


def _applied(choice: Choice, variant: Variant[Any]) -> Variant[Any]:
    return reduce(lambda result, part: part[1].apply(result), choice, variant)
