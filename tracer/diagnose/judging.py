"""A whole sheet judged: first how it was written, then each of its numbers by that.

Between the moments of a sheet and their verdicts. A sheet is one calculation through all its
iterations: what one has left behind is what the next begins with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile

from tracer.diagnose.answers.model import Answer
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.arrays.judge import JudgedArrays
from tracer.diagnose.finding import Finding
from tracer.diagnose.manners import (
    MIXED,
    Evidence,
    Manner,
    Place,
    cut_off,
    evidence,
    own_digits,
)
from tracer.diagnose.mistakes.search import MistakeSearch
from tracer.diagnose.parts import Part, comes_out
from tracer.diagnose.verdicts import Judge
from tracer.digits.agreement import Agreement, agreement, same
from tracer.digits.rounding import Rounding
from tracer.explain.calculation import Calculation
from tracer.immutable import immutable
from tracer.model.quantity import Identity

_EXACT = 0.03
"""The part of a sheet's right numbers that may be a little off although exact ones were carried."""

Findings = tuple[tuple[Finding, ...], ...]


@immutable
class Wanted:
    """What is asked of a sheet: to be written in a stated way, and with enough digits.

    `conventions`: whether it may follow other ones than those stated, throughout.
    """

    rounding: Rounding | None = None
    digits: Rounding | None = None
    conventions: bool = True


ANYTHING = Wanted()
"""Nothing is asked; the sheet shows how it was written."""


def judged(
    sheet: Mapping[Moment, Mapping[Identity, Answer]],
    exact: Mapping[Moment, Calculation],
    arrays: Mapping[Moment, JudgedArrays],
    wanted: Wanted,
) -> tuple[Findings, Manner]:
    """The verdicts, moment by moment, and the manner in which the sheet was found to be written."""
    parts = _parts(sheet, exact, arrays)
    manner, settled = _manner(parts, wanted)
    return _findings(parts, manner, wanted, settled), manner


def blamed(
    sheet: Mapping[Moment, Mapping[Identity, Answer]],
    exact: Mapping[Moment, Calculation],
    wanted: Wanted,
) -> list[tuple[Moment, Identity]]:
    """The numbers that are wrong by themselves; neither mistakes nor hidden slips are looked for."""
    parts = _parts(sheet, exact, {})
    manner, _ = _manner(parts, wanted, same_slips=False)
    found = _findings(parts, manner, wanted, same_slips=False)
    return [
        (moment, finding.identity)
        for moment, some in zip(sheet, found, strict=True)
        for finding in some
        if finding.blamed
    ]


def _parts(
    sheet: Mapping[Moment, Mapping[Identity, Answer]],
    exact: Mapping[Moment, Calculation],
    arrays: Mapping[Moment, JudgedArrays],
) -> list[Part]:
    return [
        Part(exact[moment], sheet[moment], answers_before(moment, sheet), arrays.get(moment))
        for moment in sheet
    ]


def answers_before(
    moment: Moment, sheet: Mapping[Moment, Mapping[Identity, Answer]]
) -> dict[Identity, Answer]:
    """The answers of the iterations before a moment."""
    return {
        identity: answer
        for earlier, answers in sheet.items()
        if earlier.iteration is not None and earlier.iteration <= moment.updates
        for identity, answer in answers.items()
    }


def _findings(
    parts: Sequence[Part],
    manner: Manner,
    wanted: Wanted,
    settled: Findings | None = None,
    *,
    same_slips: bool = True,
) -> Findings:
    """The verdicts by a manner; with `settled`, which they begin with, the mistakes too."""
    verdicts: dict[Identity, Finding] = {}
    found = []
    for number, part in enumerate(parts):
        search = None if settled is None else partial(_search, part, manner)
        known = settled[number] if settled else ()
        judge = Judge(part, manner, verdicts, search, wanted.digits, same_slips=same_slips)
        found.append(tuple(judge.findings(known)))
        verdicts |= {finding.identity: finding for finding in found[-1]}
    return tuple(found)


def _before_the_first_blamed(found: Findings) -> Findings:
    """The verdicts that no mistake has changed."""
    kept: list[tuple[Finding, ...]] = []
    for some in found:
        kept.append(tuple(takewhile(lambda finding: not finding.blamed, some)))
        if len(kept[-1]) < len(some):
            break
    return (*kept, *[()] * (len(found) - len(kept)))


def _search(part: Part, manner: Manner) -> MistakeSearch:
    doubts = {identity: answer.uncertainty for identity, answer in part.all.items()}
    return MistakeSearch(part.exact, part.own, doubts, manner.settle)


def _manner(
    parts: Sequence[Part], wanted: Wanted, *, same_slips: bool = True
) -> tuple[Manner, Findings]:
    """How the sheet was written: as stated, or as all of its numbers together show it.

    With the verdicts by that manner that are known then.
    """
    digits = own_digits([answer for part in parts for answer in part.answers.values()])
    if wanted.rounding is not None:
        cut = wanted.rounding.mode == "cut"
        return Manner(wanted.rounding, cut, wanted.rounding, digits), ()
    cut = any(cut_off(part.answers, part.exact) for part in parts)
    at_end = replace(digits[0], mode="cut") if cut and digits else None
    strict = Manner(cut=cut, followed=at_end, digits=digits)
    found = _findings(parts, strict, wanted, same_slips=same_slips)
    if all(finding.verdict in ("right", "coarse") for some in found for finding in some):
        return strict, found
    manner = _carried(parts, strict, found)
    return manner, _before_the_first_blamed(found) if manner is strict else ()


def _carried(parts: Sequence[Part], strict: Manner, found: Findings) -> Manner:
    """The manner of a sheet that isn't simply right: strict, unless it shows that steps were rounded.

    Rounded steps are believed where they come out in numbers that are not exact, or where they would
    make wrong numbers right and few numbers speak against them; never where there are so many steps
    that nobody takes them by hand.
    """
    if any(part.is_long for part in parts):
        return strict
    shown = _evidence(parts, found, strict.digits)
    if not shown:
        return strict
    blamed = [
        (part, finding)
        for part, some in zip(parts, found, strict=True)
        for finding in some
        if finding.blamed
    ]
    verdicts = Counter(f.verdict for some in found for f in some if f.formula and _was_rounded(f))
    right, off = verdicts["right"], verdicts["rounding"]
    best: tuple[float, ...] = ()
    manner = strict
    for some in _alternatives(shown):
        loose = _loose(some, strict)
        saved = sum(comes_out(part, finding.answer, loose) for part, finding in blamed)
        follows = any(one.is_shown for one in some)
        score = (saved, max(len(one.carried) for one in some), -loose.cut)
        exact = off + saved <= _EXACT * (off + saved + right)
        believed = follows if saved else follows and not exact
        if (believed or (saved and not exact)) and score > best:
            best, manner = score, loose
    return manner


def _alternatives(shown: Sequence[Evidence]) -> Iterator[list[Evidence]]:
    """Of each degree of rounding: rounded; rounded or cut off."""
    for degree in dict.fromkeys(replace(one.rounding, mode="half-up") for one in shown):
        same = [one for one in shown if replace(one.rounding, mode="half-up") == degree]
        yield [one for one in same if one.rounding.mode != "cut"]
        yield same


def _loose(some: Sequence[Evidence], strict: Manner) -> Manner:
    """Steps rounded so; told to the reader where that explains the sheet."""
    best = max(some, key=lambda one: len(one.carried))
    cut = any(one.rounding.mode == "cut" for one in some)
    told = best.is_shown and len(best.carried) >= MIXED * len(best.carried | best.exact)
    followed = best.rounding if told else None
    return Manner(best.rounding, cut or strict.cut, followed, strict.digits)


def _was_rounded(finding: Finding) -> bool:
    """Whether writing the right number down has changed it; what is 0 or 0.5 tells no manner."""
    return not same(finding.answer.value, finding.exact)


def _comes_of_exact_steps(finding: Finding) -> bool:
    """Whether the number is, as written, the right one, or what exact steps make of a wrong one."""
    if finding.verdict == "follows" and finding.carried is not None:
        return agreement(finding.answer.written, finding.carried) is Agreement.ROUNDED
    return finding.verdict == "right" and not finding.truncated


def _evidence(parts: Sequence[Part], found: Findings, digits: Sequence[Rounding]) -> list[Evidence]:
    right: frozenset[Place] = frozenset(
        (place, finding.identity)
        for place, some in enumerate(found)
        for finding in some
        if finding.formula is not None and _comes_of_exact_steps(finding)
    )
    answers = [part.answers for part in parts]
    return list(evidence(lambda r: [part.rounded(r) for part in parts], answers, digits, right))
