"""What a class is asked for: the numbers of an exercise that count, and what each is worth.

Between an experiment and the marks of a sheet. The right numbers are calculated once, for everybody
who has the same exercise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tracer.diagnose.answers import Moment
from tracer.diagnose.answers.moments import traced
from tracer.diagnose.check import phases_of
from tracer.errors import UnknownNameError, UsageError
from tracer.explain.asking import is_like
from tracer.explain.calculation import Calculation
from tracer.explain.worksheet import intended, to_calculate
from tracer.immutable import immutable
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.marking import EACH, Scheme, Worth
from tracer.model.quantity import Identity, Phase

_PHASES = frozenset(phase.value for phase in Phase)
Key = tuple[Moment, Identity]
"""Which number of a sheet it is: a forward pass after n updates has numbers of its own."""


@immutable
class Question:
    """A number that is asked for; `name` is canonical, `bare` the same without iteration and sample."""

    moment: Moment
    identity: Identity
    name: str
    bare: str

    @property
    def key(self) -> Key:
        """Which number of a sheet it is."""
        return self.moment, self.identity


@dataclass(frozen=True, eq=False)
class Exercise:
    """An experiment with what is asked of it, in the order of the calculation.

    `exact` has the right numbers of every moment that is asked for; `file` says where it comes from.
    """

    experiment: Experiment | GraphExperiment
    exact: Mapping[Moment, Calculation]
    questions: tuple[Question, ...]
    file: str = ""
    _more: dict[frozenset[Moment], Mapping[Moment, Calculation]] = field(default_factory=dict)
    _worths: dict[int, tuple[Scheme, dict[Key, Fraction]]] = field(default_factory=dict)

    @property
    def names(self) -> Any:
        """Of its numbers."""
        return next(iter(self.exact.values())).names

    def right_numbers(self, moments: Collection[Moment]) -> Mapping[Moment, Calculation]:
        """Those of the moments that are asked for, and of these that somebody has answered as well.

        Raises what `traced` does.
        """
        further = frozenset(moments).difference(self.exact)
        if not further:
            return self.exact
        if further not in self._more:
            self._more[further] = traced(self.experiment, {*self.exact, *further})
        return self._more[further]

    def worth(self, scheme: Scheme) -> dict[Key, Fraction]:
        """The points of each number that is asked for; found once for a class."""
        if id(scheme) not in self._worths:
            self._worths[id(scheme)] = scheme, self._worth(scheme)
        return self._worths[id(scheme)][1]

    def _worth(self, scheme: Scheme) -> dict[Key, Fraction]:
        points = {q.key: _points(q, scheme, self.names) for q in self.questions}
        whole = sum(points.values(), Fraction(0))
        if scheme.total is None or not whole:
            return points
        return {key: some * scheme.total / whole for key, some in points.items()}

    def unknown(self, scheme: Scheme) -> list[Worth]:
        """What the scheme gives points to and this exercise doesn't ask for."""
        return [
            worth
            for worth in scheme.worths
            if worth.of != EACH
            and worth.of not in _PHASES
            and not any(_fit(worth, q, self.names) for q in self.questions)
        ]


def exercise_of(
    experiment: Experiment | GraphExperiment,
    file: str = "",
    *,
    iterations: int | None = None,
    ask: Sequence[str] = (),
) -> Exercise:
    """What is asked of an experiment: what its worksheet asks for, or the names and patterns in `ask`.

    `iterations`: of so many; without it those that the configuration means to be done by hand.

    Raises:
        UnknownNameError: one of `ask` doesn't exist.
        UsageError: one of `ask` is given by the exercise; or training doesn't get that far.
    """
    moments = [Moment(k) for k in range(1, (iterations or intended(experiment)) + 1)]
    exact = traced(experiment, moments)
    questions = [q for moment in moments for q in _of_moment(experiment, moment, exact[moment])]
    if ask:
        names = exact[moments[0]].names
        later = {Moment(_parsed(name, names).iteration) for name in ask if "*" not in name}
        exact = traced(experiment, {*moments, *later})
        questions = _chosen(ask, questions, exact)
    if not questions:
        raise UsageError(f"{file or 'the exercise'} asks for no number", "choose some with --ask")
    asked = {
        moment: exact[moment] for moment in exact if any(q.moment == moment for q in questions)
    }
    return Exercise(experiment, asked, tuple(questions), file)


def _of_moment(
    experiment: Experiment | GraphExperiment, moment: Moment, exact: Calculation
) -> list[Question]:
    phases = phases_of(experiment, moment)
    asked = (identity for identity in to_calculate(exact.trace) if identity.phase in phases)
    return [_question(moment, i, exact) for i in sorted(asked, key=exact.rank)]


def _question(moment: Moment, identity: Identity, exact: Calculation) -> Question:
    return Question(moment, identity, exact.names.name(identity), exact.names.bare(identity))


def _parsed(name: str, names: Any) -> Identity:
    found: Identity = names.parse(name)
    return found


def _chosen(
    ask: Sequence[str], questions: Sequence[Question], exact: Mapping[Moment, Calculation]
) -> list[Question]:
    """The questions that are named, each once, in the order of the calculation."""
    found: dict[Key, Question] = {}
    for text in ask:
        some = [q for q in questions if _like(text, q)] if "*" in text else [_named(text, exact)]
        if not some:
            raise UnknownNameError(f"nothing that is asked for is called '{text}'")
        found |= {q.key: q for q in some}
    moments = list(exact)
    return sorted(
        found.values(), key=lambda q: (moments.index(q.moment), exact[q.moment].rank(q.identity))
    )


def _named(text: str, exact: Mapping[Moment, Calculation]) -> Question:
    names = next(iter(exact.values())).names
    moment = Moment(_parsed(text, names).iteration)
    identity = exact[moment].find(text)
    if exact[moment].formula(identity) is None:
        raise UsageError(f"'{text}' is given by the exercise", "ask for what is calculated")
    return _question(moment, identity, exact[moment])


def _points(question: Question, scheme: Scheme, names: Any) -> Fraction:
    """By the most special of the scheme's keys that fit, the last of equals; 1 where none does."""
    fitting = [
        (fit, place, worth.points)
        for place, worth in enumerate(scheme.worths)
        if (fit := _fit(worth, question, names))
    ]
    return max(fitting)[-1] if fitting else Fraction(1)


def _fit(worth: Worth, question: Question, names: Any) -> int:
    """How closely the key means the question: by name 4, pattern 3, phase 2, each 1; 0: not at all."""
    if worth.of == EACH:
        return 1
    if "*" in worth.of:
        return 3 if _like(worth.of, question) else 0
    if worth.of in (question.name, question.bare):
        return 4
    if worth.of in _PHASES:
        return 2 if question.identity.phase.value == worth.of else 0
    return 4 if _spelled_otherwise(worth.of, question, names) else 0


def _like(pattern: str, question: Question) -> bool:
    """Whether the canonical name is like the pattern."""
    return is_like(pattern, question.bare, question.name)


def _spelled_otherwise(text: str, question: Question, names: Any) -> bool:
    """Whether the text is another spelling of the name; without @ and # it means all of that name."""
    try:
        meant = names.parse(text)
    except UnknownNameError:
        return False
    if "@" in text or "#" in text:
        return bool(names.name(meant) == question.name)
    return bool(names.bare(meant) == question.bare)
