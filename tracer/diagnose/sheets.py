"""Conventions that a whole sheet of answers follows, found before any of its numbers is judged.

What is done the same way everywhere on a sheet, and consistently, is no mistake in one number: the
answers are restated in the words of this program, and keep the text that was supplied; or the whole
calculation is done as they did it. The rows are those of `tracer.diagnose.conventions`.

That convention is adopted, or that pair, which makes the most numbers right that weren't, and so on. It
must do so for two different things at least, lose none that was right, make right half of what it
changes, and what comes after must not contradict it: a mistake made everywhere goes on into the update.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import combinations
from typing import TypeAlias

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.cleared import Blamed, cleared
from tracer.diagnose.conventions import conventions_of
from tracer.diagnose.evidence import Evidence, Flags, Hypothesis, knows
from tracer.diagnose.graph_sheets import followed_by_graph
from tracer.diagnose.readings import READINGS, Form, Reading
from tracer.diagnose.variant import Alternative, Variant
from tracer.explain.calculation import Calculation
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.words import plain

Option: TypeAlias = Reading | tuple[str, Alternative]
"""One convention more: a reading, or a change of the calculation with its name."""

_AT_LEAST = 2
"""So many things make a convention; a single one may be a slip."""
_OF_PROGRAMS = 12
"""Significant digits that nobody writes by hand."""
_OF_SHEETS = ("reduction", "loss")
"""The rows of `CONVENTIONS` that a sheet may follow throughout."""


@immutable
class SheetConvention:
    """A convention that the sheet follows: its name in JSON, and what the reader is told."""

    name: str
    words: str


@immutable
class ReadSheet:
    """A sheet in this program's words.

    `experiment`: the calculation as its author does it, the stated one itself where that is the same;
    `answers` in the order supplied; `followed` says what was found; `readings` are those of it that
    changed the answers.
    """

    experiment: Experiment | GraphExperiment
    answers: tuple[Answer, ...]
    followed: tuple[SheetConvention, ...] = ()
    readings: tuple[Form, ...] = ()


def read_under_conventions(
    experiment: Experiment | GraphExperiment,
    answers: Collection[Answer],
    found: Mapping[Moment, Calculation] | None = None,
    progress: Callable[[int], None] | None = None,
    blamed: Callable[[Mapping[Moment, Calculation], Collection[Answer]], Blamed] | None = None,
) -> ReadSheet:
    """The answers under the conventions that all of them together follow.

    `found`: the right numbers of each moment, where they are known already. `blamed`: which answers
    would be, beside such right numbers; what all of them together don't show, the verdicts may.

    Raises what `tracer.diagnose.answers.moments.traced` does.
    """
    if isinstance(experiment, GraphExperiment):
        return _graph_under_conventions(experiment, answers, found, progress)
    if experiment.data is None:
        return ReadSheet(experiment, tuple(answers))
    if found is None:
        found = traced(experiment, {answer.moment for answer in answers}, progress)
    evidence = Evidence(experiment, answers, found)
    adoption = _Adoption(evidence)
    hypothesis = adoption.run(Hypothesis())
    if adoption.of_descent and _are_fine(answers):
        fine = _Adoption(Evidence(experiment, answers, found, fine=True))
        hypothesis = fine.run(hypothesis)

    def sheet(hypothesis: Hypothesis) -> ReadSheet:
        return ReadSheet(
            hypothesis.applied(experiment) if hypothesis.variants else experiment,
            tuple(evidence.restated(answer, hypothesis.readings) for answer in answers),
            tuple(told(hypothesis)),
            hypothesis.readings,
        )

    if blamed is None or not adoption.of_descent:
        return sheet(hypothesis)

    def judge(hypothesis: Hypothesis) -> Blamed:
        exact = evidence.under(hypothesis)
        known = [a for a in sheet(hypothesis).answers if knows(exact, a.moment, a.identity)]
        return blamed(exact, known)

    descent = list(filter(of_descent, adoption.variants))
    return sheet(cleared(evidence, hypothesis, descent, judge) or hypothesis)


def changes_of(experiment: Experiment) -> Iterator[tuple[str, Alternative]]:
    """The changes of a network's calculation that a whole sheet may follow, each with its name."""
    for row in conventions_of(experiment):
        if row.name in _OF_SHEETS or row.of_descent:
            yield from ((row.name, alternative) for alternative in row.alternatives(experiment))


def _are_fine(answers: Collection[Answer]) -> bool:
    """Whether most have the digits that programs print."""
    fine = sum(answer.written.significant >= _OF_PROGRAMS for answer in answers)
    return 2 * fine > len(answers)


def _graph_under_conventions(
    experiment: GraphExperiment,
    answers: Collection[Answer],
    found: Mapping[Moment, Calculation] | None,
    progress: Callable[[int], None] | None,
) -> ReadSheet:
    """A graph's answers; nothing but its training has conventions."""
    moments = {answer.moment for answer in answers}
    stated = found or traced(experiment, moments, progress)
    option = followed_by_graph(experiment, answers, stated)
    if option is None:
        return ReadSheet(experiment, tuple(answers))
    hypothesis = Hypothesis((option,))
    changed = option[1].apply(Variant(experiment)).experiment
    return ReadSheet(changed, tuple(answers), tuple(told(hypothesis)))


def told(hypothesis: Hypothesis) -> Iterator[SheetConvention]:
    """What the reader is told of the conventions, each with its name."""
    for name, alternative in hypothesis.variants:
        words = say(
            "Here another convention holds throughout: {convention}. It is no mistake: these numbers "
            "were compared with what it gives.",
            convention=plain(say(alternative.words)),
        )
        yield SheetConvention(f"{name}_{str(alternative.value).lower()}", words)
    for form in hypothesis.readings:
        yield SheetConvention(form.row.name, form.row.words)


class _Adoption:
    """Goes from the stated conventions to those that explain the most."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        experiment = evidence.experiment
        samples = max((len(c.trace.rows) for c in evidence.calculations), default=0)
        self._readings = [row for row in READINGS if row.possible(experiment, samples)]
        self.variants = list(changes_of(experiment))

    def run(self, current: Hypothesis) -> Hypothesis:
        """The conventions that are adopted beside the present ones, none for most sheets."""
        while self._wrong(current) >= _AT_LEAST:
            adopted = self._best(current, 1) or self._best(current, 2)
            if adopted is None:
                break
            current = adopted
        return current

    @property
    def of_descent(self) -> bool:
        """Whether there are conventions of optimisers and the like."""
        return any(map(of_descent, self.variants))

    def _wrong(self, current: Hypothesis) -> int:
        return int((~self._evidence.expected(current).right).sum())

    def _best(self, current: Hypothesis, steps: int) -> Hypothesis | None:
        """The acceptable one with so many conventions more that makes the most numbers right."""
        rated = []
        for number, extended in enumerate(self._extended(current, steps)):
            gained = self._gained(extended, current)
            if self._evidence.apart(gained) >= _AT_LEAST:
                near = self._evidence.expected(extended).near
                rated.append((-int(gained.sum()), -int(near.sum()), number, extended))
        for *_, extended in sorted(rated):
            if self._acceptable(extended, current):
                return extended
        return None

    def _extended(self, current: Hypothesis, steps: int) -> Iterator[Hypothesis]:
        options: list[Option] = [*self.variants, *self._readings]  # a form fits a calculation
        for some in combinations(options, steps):
            if sum(map(of_descent, some)) > 1:
                continue  # one at a time: each pair would be a calculation more
            extended: Hypothesis | None = current
            for option in some:
                extended = extended and self._with(extended, option)
            if extended is not None:
                yield extended

    def _with(self, hypothesis: Hypothesis, option: Option) -> Hypothesis | None:
        if isinstance(option, Reading):
            if option.change[0] in hypothesis.names:
                return None
            form = self._fitting(hypothesis, option)
            return Hypothesis(hypothesis.variants, (*hypothesis.readings, form))
        if option[0] in hypothesis.names:
            return None
        return Hypothesis((*hypothesis.variants, option), hypothesis.readings)

    def _fitting(self, hypothesis: Hypothesis, row: Reading) -> Form:
        """The row for those of its optional groups in which it makes more numbers right."""
        groups = [row.core]
        for group in row.optional:
            form = Form(row, (group,))
            read = Hypothesis(hypothesis.variants, (*hypothesis.readings, form))
            within = self._evidence.in_group(group)
            gained = self._gained(read, hypothesis) & within
            lost = self._gained(hypothesis, read) & within
            if gained.sum() > lost.sum():
                groups.append(group)
        return Form(row, tuple(groups))

    def _gained(self, new: Hypothesis, old: Hypothesis) -> Flags:
        """The numbers that are right under the one, clearly changed, and not right under the other."""
        expected = self._evidence.expected
        return expected(new).right & ~expected(old).right & self._evidence.moved(new, old)

    def _acceptable(self, new: Hypothesis, old: Hypothesis) -> bool:
        evidence = self._evidence
        gained = self._gained(new, old)
        if self._gained(old, new).any():
            return False
        changed = evidence.moved(new, old) & evidence.telling(new)
        if 2 * gained.sum() < changed.sum():
            return False
        added = [form for form in new.readings if form not in old.readings]
        if not all(self._supported(form, new, old) for form in added):
            return False
        if len(new.variants) > len(old.variants):
            if not evidence.knows_all(new) or evidence.contradicted(new, old):
                return False
            if any(map(partial(evidence.looks_like, new), evidence.rivals(new))):
                return False
            return evidence.has_roots(gained, new.readings, _AT_LEAST)
        return True

    def _supported(self, form: Form, new: Hypothesis, old: Hypothesis) -> bool:
        """Whether what comes after bears the reading out, as far as it was supplied."""
        evidence, row = self._evidence, form.row
        gained = self._gained(new, old) & evidence.concerned(form)
        if row.proof and not (gained & evidence.of_kinds(row.proof)).any():
            return False
        if evidence.apart(gained) < _AT_LEAST:
            return False
        hidden = row.shown
        for kinds in row.needs:
            some = evidence.of_kinds(kinds) & evidence.telling(new)
            unread = some & evidence.unread(new)
            if unread.any():
                right = unread & evidence.expected(new).right
                return bool(2 * right.sum() >= unread.sum())
            hidden = hidden or bool(some.any())
        return not hidden  # one reading must not be the only support of another


def of_descent(option: Option) -> bool:
    """Whether it is a change of optimisers and the like, of which there are many."""
    return not isinstance(option, Reading) and option[0] not in _OF_SHEETS
