"""A check as JSON, for graders: the objects that `tracer.show.formats.objects.write` writes."""

from __future__ import annotations

import math
from typing import Any

from tracer.diagnose.check import Check, CheckedMoment
from tracer.diagnose.verdicts import VERDICTS, Finding
from tracer.formula import EvaluationError
from tracer.show.formats.findings import why_json


def check_json(checked: Check, *, reveal: bool = True, carry: bool = False) -> dict[str, Any]:
    """`{"supplied": 12, "known": 40, "counts": {…}, "verdicts": […], "first_wrong": "delta_h1"}`.

    `sheet_conventions` has those that the whole sheet follows, where there are any. A verdict has
    `iteration` or `after` where it isn't of iteration 1. `reveal` false leaves out
    the right values; `carry` adds the calculation carried to the end.
    """
    names = (s.name(f.identity) for s in checked.sections for f in s.findings if f.blamed)
    counts = checked.counts
    result: dict[str, Any] = {
        "supplied": len(checked.findings),
        "known": checked.known,
        "counts": {verdict: counts.get(verdict, 0) for verdict in VERDICTS},
        "verdicts": [
            _verdict(section, finding, reveal)
            for section in checked.sections
            for finding in section.findings
        ],
        "first_wrong": next(names, None),
    }
    if checked.sheet_conventions:
        result["sheet_conventions"] = [row.name for row in checked.sheet_conventions]
    reasons = [
        _moment(section) | {"names": list(section.wanted), **why_json(section.why)}
        for section in checked.sections
        if section.why is not None
    ]
    if reasons:
        result["why"] = reasons
    if carry:
        result["carried"] = [
            _moment(section) | {"values": _carried(section)} for section in checked.sections
        ]
    return result


def _verdict(section: CheckedMoment, finding: Finding, reveal: bool) -> dict[str, Any]:
    revealed = {"exact": _number(finding.exact), "carried": _number(finding.carried)}
    optional = {
        "follows_from": list(map(section.name, finding.after)),
        "truncated": finding.truncated,
        "misrounded": finding.misrounded,
    }
    moment = finding.answer.moment
    where = {"iteration": moment.iteration} if (moment.iteration or 0) > 1 else {}
    return {
        "name": section.name(finding.identity),
        **({"after": moment.after} if moment.iteration is None else where),
        "given": finding.answer.written.text,
        **(revealed if reveal else {}),
        "verdict": finding.verdict,
        "mistakes": [match.name for match in finding.matches],
        **{key: value for key, value in optional.items() if value},
    }


def _moment(section: CheckedMoment) -> dict[str, Any]:
    moment = section.moment
    return {"iteration": moment.iteration} if moment.iteration else {"after": moment.after}


def _carried(section: CheckedMoment) -> dict[str, float | None]:
    calculation = section.carried
    values: dict[str, float | None] = {}
    for identity in section.known:
        name = section.name(identity)
        try:
            values[name] = _number(calculation[identity])
        except (EvaluationError, ArithmeticError):
            values[name] = None
    return values


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
