"""What a whole sheet of answers says for and against conventions, in arrays with a place per answer.

Symbols: s the numbers supplied, v the right ones, f the factor of the readings, so that f·v should have
been written; a, how far from that still counts as right here. That is generous, for a sheet that was
rounded at every step: conventions are told apart by factors, the judge comes afterwards.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from itertools import islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.carried import Carried
from tracer.diagnose.readings import Form, Group
from tracer.diagnose.variant import Alternative, Variant, read
from tracer.errors import BptraceError, DivergedError, UnknownNameError, UsageError
from tracer.explain.calculation import Calculation
from tracer.formula import EvaluationError
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray
from tracer.model.quantity import BEFORE, OF_A_BIAS, OF_A_WEIGHT, Identity, Kind, Quantity

Flags: TypeAlias = npt.NDArray[np.bool_]
Entry: TypeAlias = tuple[Answer, Quantity]

_UNITS = 3
_SHARE, _FINE_SHARE = 0.02, 1e-9
_MOST_OF_A_STAGE = 200
_CARRIED_AT_HAND = 32
_EARLIER = 3
"""So many iterations before its own may say what a number was made of."""
_CHANGING = frozenset({Kind.WEIGHT, Kind.BIAS})
_CHANGED = frozenset(after for after, before in BEFORE.items() if before in _CHANGING)
_BACK = frozenset({Kind.PATH, Kind.DE_DOUT, Kind.DELTA})


@immutable
class Hypothesis:
    """Conventions that a sheet may follow: changes of the calculation, and readings of its numbers."""

    variants: tuple[tuple[str, Alternative], ...] = ()
    readings: tuple[Form, ...] = ()

    @property
    def names(self) -> set[str]:
        """What is changed already."""
        return {name for name, _ in self.variants} | {form.row.change[0] for form in self.readings}

    def applied(self, experiment: Experiment) -> Experiment:
        """The calculation under it."""
        variant = Variant(experiment)
        for _, alternative in self.variants:
            variant = alternative.apply(variant)
        return variant.experiment


@immutable
class Expected:
    """What should have been written under a hypothesis, f·v, and how far from it is still right.

    `near`: what is right to its last digit.
    """

    value: FloatArray
    allowance: FloatArray
    right: Flags
    near: Flags


class Evidence:
    """The answers whose digits tell something, and what hypotheses make of them.

    `fine`: they are a program's, and a small difference counts: ε in another place.
    """

    def __init__(
        self,
        experiment: Experiment,
        answers: Iterable[Answer],
        stated: Mapping[Moment, Calculation],
        *,
        fine: bool = False,
    ) -> None:
        self.experiment, self._stated = experiment, stated
        self._share = _FINE_SHARE if fine else _SHARE
        self._places = _places(answers)
        self.entries = _chosen(answers)
        self._supplied_in: dict[Moment, list[Answer]] = defaultdict(list)
        for answer, _ in self.entries:
            self._supplied_in[answer.moment].append(answer)
        self._supplied = np.array([answer.value for answer, _ in self.entries], dtype=float)
        self._doubt = np.array([_doubt(answer) for answer, _ in self.entries], dtype=float)
        self._start = np.array([self._started(q) for _, q in self.entries], dtype=float)
        self._keys = [key_of(answer.moment, quantity) for answer, quantity in self.entries]
        self._known: dict[Hypothesis, Expected] = {}
        self._factors = cache(self._factors_of)
        self._values = cache(self._values_of)
        self._traced = cache(self._traced_under)
        self._carried = lru_cache(maxsize=_CARRIED_AT_HAND)(self._carried_under)

    @property
    def calculations(self) -> Collection[Calculation]:
        """The right numbers of each moment, as the configuration states it."""
        return self._stated.values()

    def under(self, hypothesis: Hypothesis) -> Mapping[Moment, Calculation]:
        """The right numbers of each moment under the hypothesis."""
        return self._traced(hypothesis.variants)

    def expected(self, hypothesis: Hypothesis) -> Expected:
        """What should have been written under the hypothesis."""
        if hypothesis not in self._known:
            self._known[hypothesis] = self._expected(hypothesis)
        return self._known[hypothesis]

    @np.errstate(over="ignore", invalid="ignore")
    def _expected(self, hypothesis: Hypothesis) -> Expected:
        by_column = tuple(form for form in hypothesis.readings if form.row.by_column)
        values = self._values(hypothesis.variants, by_column)
        factors = np.ones(len(values))
        for form in hypothesis.readings:
            factors = factors * self._factors(form)
        sizes = np.abs(factors * (values - self._start))
        allowance = _UNITS * self._doubt + self._share * sizes
        written = factors * values
        off = np.abs(self._supplied - written)
        return Expected(written, allowance, off <= allowance, off <= self._doubt)

    def of_kinds(self, kinds: Collection[Kind]) -> Flags:
        """The numbers of those kinds."""
        return np.array([quantity.kind in kinds for _, quantity in self.entries], dtype=bool)

    def in_group(self, group: Group) -> Flags:
        """The numbers of that group."""
        network = self.experiment.network
        return np.array([group.has(network, q.stage) for _, q in self.entries], dtype=bool)

    def concerned(self, form: Form) -> Flags:
        """The numbers that the reading is about."""
        network = self.experiment.network
        return np.array([form.concerns(network, q.stage) for _, q in self.entries], dtype=bool)

    def unread(self, hypothesis: Hypothesis) -> Flags:
        """The numbers that no reading of the hypothesis multiplies."""
        flags = np.ones(len(self.entries), dtype=bool)
        for form in hypothesis.readings:
            flags &= self._factors(form) == 1.0
        return flags

    @np.errstate(over="ignore", invalid="ignore")
    def moved(self, hypothesis: Hypothesis, under: Hypothesis) -> Flags:
        """The numbers that the hypothesis changes clearly."""
        new, old = self.expected(hypothesis), self.expected(under)
        return np.greater(np.abs(new.value - old.value), new.allowance + old.allowance)

    @np.errstate(over="ignore", invalid="ignore")
    def telling(self, hypothesis: Hypothesis) -> Flags:
        """The numbers that are clearly not zero, parameters those that clearly changed."""
        expected = self.expected(hypothesis)
        size = np.abs(expected.value - self._start)
        telling: Flags = np.isfinite(size) & np.greater(size, expected.allowance)
        return telling

    def apart(self, flags: Flags) -> int:
        """How many different things those numbers are of: neurons of a sample, parameters, errors."""
        return len({self._keys[place] for place in np.flatnonzero(flags)})

    def has_roots(self, flags: Flags, readings: tuple[Form, ...], least: int) -> bool:
        """Whether so many of them don't follow from the numbers supplied before them."""
        places = np.flatnonzero(flags).tolist()
        roots = (place for place in places if not self._follows(place, readings))
        return len(list(islice(roots, least))) == least

    def _follows(self, place: int, readings: tuple[Form, ...]) -> bool:
        value, restated = self._recalculated(place, Hypothesis(readings=readings))
        allowed = _UNITS * _doubt(restated) + self._share * abs(value - self._start[place])
        return bool(abs(restated.value - value) <= allowed)

    def rivals(self, hypothesis: Hypothesis) -> Iterator[Hypothesis]:
        """The mistakes that a change of it might be."""
        for place, (name, alternative) in enumerate(hypothesis.variants):
            if alternative.rival is not None:
                changes = list(hypothesis.variants)
                changes[place] = name, replace(alternative, apply=alternative.rival)
                yield Hypothesis(tuple(changes), hypothesis.readings)

    def looks_like(self, hypothesis: Hypothesis, rival: Hypothesis) -> bool:
        """Whether no more of the numbers in which the two differ are as the first one has them."""
        apart = self.moved(hypothesis, rival)
        held, lost = self.expected(hypothesis).right & apart, self.expected(rival).right & apart
        return int(held.sum()) <= int(lost.sum())

    def contradicted(self, new: Hypothesis, old: Hypothesis) -> bool:
        """Whether most updates that the two make differently are made as the old one does.

        Both go from the numbers supplied before it, so that an earlier slip counts for neither.
        """
        places = np.flatnonzero(self.of_kinds(_CHANGED)).tolist()
        votes = [self._speaks(place, new, old) for place in places]
        against, both = votes.count(False), len(votes) - votes.count(None)
        return 2 * against > both

    def _speaks(self, place: int, new: Hypothesis, old: Hypothesis) -> bool | None:
        """False: it is the old one's value and not the new one's. None: they don't differ."""
        after, restated = self._recalculated(place, new)
        before, _ = self._recalculated(place, old)
        allowed = _UNITS * _doubt(restated)
        if not abs(after - before) > 2 * allowed:
            return None
        return not abs(restated.value - before) <= allowed

    def _recalculated(self, place: int, hypothesis: Hypothesis) -> tuple[float, Answer]:
        """What follows from the numbers supplied before it; NaN where that can't be calculated."""
        answer, _ = self.entries[place]
        restated = self.restated(answer, hypothesis.readings)
        carried = self._carried(answer.moment, hypothesis)
        if carried is None:
            return float("nan"), restated
        try:
            return carried.recalculated(restated.identity), restated
        except (EvaluationError, UnknownNameError):
            return float("nan"), restated

    def _carried_under(self, moment: Moment, hypothesis: Hypothesis) -> Carried | None:
        """What goes on from the numbers of that moment; None where there is no such calculation."""
        found = self._traced(hypothesis.variants)
        if moment not in found:
            return None
        own: dict[Identity, float] = {}
        for earlier in range(max(1, moment.updates - _EARLIER + 1), moment.updates + 1):
            own |= self._own(Moment(earlier), hypothesis, found)
        return Carried(found[moment], own | self._own(moment, hypothesis, found))

    def _own(
        self, moment: Moment, hypothesis: Hypothesis, found: Mapping[Moment, Calculation]
    ) -> dict[Identity, float]:
        """The numbers supplied of a moment, as this program would write them."""
        restated = (self.restated(a, hypothesis.readings) for a in self._supplied_in[moment])
        return {answer.identity: _as_exact(answer, found[moment]) for answer in restated}

    def restated(self, answer: Answer, readings: Sequence[Form]) -> Answer:
        """The answer in this program's words; its text stays as it was supplied."""
        if not isinstance(answer.identity, Quantity):
            return answer
        samples = self._samples(answer.moment)
        network = self.experiment.network
        identity, factor = read(readings, network, samples, answer.identity)
        written = answer.written
        if factor != 1.0:
            unit = written.unit / abs(factor)
            written = replace(written, value=written.value / factor, unit=unit)
        return replace(answer, identity=identity, written=written)

    def _samples(self, moment: Moment) -> int:
        return len(self._stated[moment].trace.rows)

    def knows_all(self, hypothesis: Hypothesis) -> bool:
        """Whether under the hypothesis there are all the numbers that were supplied."""
        found = self._traced(hypothesis.variants)
        return all(knows(found, moment, identity) for moment, identity in self._places)

    def _factors_of(self, form: Form) -> FloatArray:
        network = self.experiment.network
        return np.array(
            [form.factor(network, self._samples(a.moment), q.stage) for a, q in self.entries]
        )

    def _values_of(
        self, variants: tuple[tuple[str, Alternative], ...], readings: tuple[Form, ...]
    ) -> FloatArray:
        found = self._traced(variants)
        return np.array([self._value(found, entry, readings) for entry in self.entries])

    def _value(
        self, found: Mapping[Moment, Calculation], entry: Entry, readings: tuple[Form, ...]
    ) -> float:
        answer, quantity = entry
        if answer.moment not in found:
            return float("nan")
        quantity, _ = read(readings, self.experiment.network, 1, quantity)
        try:
            return found[answer.moment].value(quantity)
        except UnknownNameError:
            return float("nan")

    def _traced_under(
        self, variants: tuple[tuple[str, Alternative], ...]
    ) -> Mapping[Moment, Calculation]:
        if not variants:
            return self._stated
        try:
            changed = Hypothesis(variants).applied(self.experiment)
            return traced(changed, self._stated, tried=True)
        except (UsageError, DivergedError):
            return {}

    def _started(self, quantity: Quantity) -> float:
        """Where training found a parameter; 0 for what is no parameter."""
        kind = BEFORE.get(quantity.kind, quantity.kind)
        if kind not in _CHANGING:
            return 0.0
        W, b = self.experiment.parameters[quantity.layer - 1]
        array = W if kind is Kind.WEIGHT else b
        return 0.0 if array is None else float(array[quantity.index])


def _as_exact(answer: Answer, exact: Calculation) -> float:
    """The number; a program's that is right is as exact as ours, and nothing has to be carried on."""
    try:
        value = exact.value(answer.identity) if answer.tolerance is not None else math.nan
    except UnknownNameError:
        return answer.value
    return value if abs(answer.value - value) <= answer.slack(value) else answer.value


def _chosen(answers: Iterable[Answer]) -> list[Entry]:
    """Those with more than one digit that aren't zero; of a long array some, evenly spread."""
    stages: dict[Hashable, list[Entry]] = defaultdict(list)
    for answer in answers:
        quantity = answer.identity
        exact = answer.tolerance is not None or answer.written.significant > 1
        if isinstance(quantity, Quantity) and answer.value and exact:
            stages[answer.moment, quantity.stage].append((answer, quantity))
    found: list[Entry] = []
    for entries in stages.values():
        found += entries[:: -(-len(entries) // _MOST_OF_A_STAGE)]
    return found


def _doubt(answer: Answer) -> float:
    return answer.written.unit if answer.tolerance is None else answer.uncertainty


def key_of(moment: Moment, quantity: Quantity) -> Hashable:
    """What the number is of: everything about a parameter is one thing, and a neuron's way back."""
    if quantity.kind in OF_A_WEIGHT or quantity.kind in OF_A_BIAS:
        return quantity.kind in OF_A_BIAS, quantity.layer, quantity.index
    if quantity.kind in _BACK:
        return moment, quantity.layer, quantity.index[:1], quantity.sample
    return moment, quantity


def knows(found: Mapping[Moment, Calculation], moment: Moment, identity: Identity) -> bool:
    """Whether there is such a number in the calculation of that moment, and it has a value."""
    try:
        return moment in found and found[moment].value(identity) is not None
    except (BptraceError, KeyError):
        return False


def _places(answers: Iterable[Answer]) -> list[tuple[Moment, Identity]]:
    """One answer of each array and moment; of what is in no array, each."""
    found: dict[tuple[Moment, object], Identity] = {}
    for answer in answers:
        identity = answer.identity
        key = identity.stage if isinstance(identity, Quantity) else identity
        found.setdefault((answer.moment, key), identity)
    return [(moment, identity) for (moment, _), identity in found.items()]
