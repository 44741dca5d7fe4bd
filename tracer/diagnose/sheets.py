"""Conventions that a whole sheet of answers follows, one row each, before any of its numbers is judged.

What everybody at that sheet does the same way, and consistently, is no mistake in one number: the
answers are restated in the words of this program, and keep the text that was supplied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tracer.diagnose.answers.model import Answer
from tracer.digits.agreement import agreement
from tracer.engine.trace import IterationTrace
from tracer.explain.calculation import Calculation
from tracer.formula import symbols
from tracer.model.quantity import BEFORE, PARTS, Identity, Kind, Quantity

Answers = Mapping[Identity, Answer]

_AT_LEAST = 2
"""So many deltas make a convention; a single one may be a slip."""
_BACK = frozenset({Kind.DE_DOUT, Kind.PATH})
_GRADIENTS = frozenset({*PARTS, *PARTS.values()})


@dataclass(frozen=True, slots=True)
class SheetConvention:
    """One row: how answers that follow it are restated in this program's words.

    `restated` gives those answers that it concerns, and none where the sheet doesn't follow it;
    `words` tell the reader.
    """

    name: str
    words: str
    restated: Callable[[Calculation, Answers], Answers]


def restated(exact: Calculation, answers: Answers) -> tuple[Answers, tuple[SheetConvention, ...]]:
    """The answers in this program's words, and the conventions that they were restated from."""
    followed = []
    if isinstance(exact.trace, IterationTrace):
        for row in SHEET_CONVENTIONS:
            changed = row.restated(exact, answers)
            if changed:
                followed.append(row)
                answers = {**answers, **changed}
    return answers, tuple(followed)


def _with_delta_negated(exact: Calculation, answers: Answers) -> Answers:
    """Where δ is −∂E/∂net throughout, and what is made of it has the right sign all the same."""
    deltas = _of_kinds(exact, answers, {Kind.DELTA})
    if len(deltas) < _AT_LEAST or not all(_is_opposite(exact, a) for a in deltas):
        return {}
    if not any(_is_right(exact, _negated(answer)) for answer in deltas):
        return {}
    made = _made_of_delta(exact, answers)
    if 2 * sum(_is_right(exact, answer) for answer in made) < len(made):
        return {}
    back = _of_kinds(exact, answers, _BACK)
    turned = [*deltas, *(back if all(_is_opposite(exact, a) for a in back) else ())]
    return {answer.identity: _negated(answer) for answer in turned}


def _of_kinds(exact: Calculation, answers: Answers, kinds: Iterable[Kind]) -> Sequence[Answer]:
    """The answers of those kinds whose sign can be told."""
    return [
        answer
        for identity, answer in answers.items()
        if isinstance(identity, Quantity)
        and identity.kind in kinds
        and answer.value
        and exact.value(identity)
    ]


def _made_of_delta(exact: Calculation, answers: Answers) -> Sequence[Answer]:
    """The gradients of the sheet; without those, the parameters that an update has changed."""
    return _of_kinds(exact, answers, _GRADIENTS) or [
        answer
        for answer in _of_kinds(exact, answers, BEFORE)
        if _is_changed(exact, answer.identity)
    ]


def _is_changed(exact: Calculation, identity: Identity) -> bool:
    formula = exact.formula(identity)
    return formula is not None and len(symbols(formula)) > 1  # of what is fixed, itself alone


def _is_opposite(exact: Calculation, answer: Answer) -> bool:
    return answer.value * exact.value(answer.identity) < 0


def _is_right(exact: Calculation, answer: Answer) -> bool:
    value = exact.value(answer.identity)
    if answer.tolerance is not None:
        return abs(answer.value - value) <= answer.slack(value)
    return agreement(answer.written, value) is not None


def _negated(answer: Answer) -> Answer:
    """The number with the other sign; its text stays as supplied."""
    return replace(answer, written=replace(answer.written, value=-answer.value))


SHEET_CONVENTIONS = (
    SheetConvention(
        "delta_negated",
        "Here δ has the sign that textbooks give to the error: error = −delta = −∂E/∂net. It is a "
        "convention, no mistake: these numbers were compared with the other sign.",
        _with_delta_negated,
    ),
)
"""In the order in which they are looked for."""
