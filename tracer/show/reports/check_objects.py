"""What `check` found, as objects for JSON, for graders."""

from __future__ import annotations

from tracer.diagnose.check import CheckedAnswers, CheckedMoment
from tracer.diagnose.finding import VERDICTS, Finding
from tracer.formula import EvaluationError
from tracer.model.quantity import at
from tracer.show.reports.check_arrays import array_json
from tracer.show.reports.objects import Object, finite
from tracer.show.reports.why_objects import why_json


def check_json(checked: CheckedAnswers, *, reveal: bool = True, carry: bool = False) -> Object:
    """`{"supplied": 12, "known": 40, "counts": {…}, "verdicts": […], "first_wrong": "delta_h1"}`.

    `sheet_conventions` has those that the whole sheet follows, `rounding` how its numbers were
    written, where that shows. A verdict has `iteration` or `after` where it isn't of iteration 1.
    `reveal` false leaves out the right values; `carry` adds the calculation carried to the end, which
    is full of them.
    """
    first = checked.first_wrong
    counts = checked.counts
    result: Object = {
        "supplied": checked.supplied,
        "known": checked.known,
        "counts": {verdict: counts.get(verdict, 0) for verdict in VERDICTS},
        "verdicts": [
            _verdict(section, finding, reveal)
            for section in checked.sections
            for finding in section.numbers
        ],
        "first_wrong": first and checked.names.name(at(first.identity, 1)),
    }
    if checked.manner.followed is not None:
        followed, steps = checked.manner.followed, bool(checked.manner.steps)
        result["rounding"] = {
            "digits": str(followed),
            "mode": followed.mode,
            "every_step": steps,
        }
    if any(section.array_findings for section in checked.sections):
        result["arrays"] = [
            array_json(section, array, reveal)
            for section in checked.sections
            for array in section.array_findings
        ]
    if checked.unlisted.right or checked.unlisted.left:
        result["unlisted"] = {"right": checked.unlisted.right, "other": checked.unlisted.left}
    if checked.sheet_conventions:
        result["sheet_conventions"] = [row.name for row in checked.sheet_conventions]
    reasons = [
        _moment(section) | {"names": list(section.wanted), **why_json(section.why, reveal=reveal)}
        for section in checked.sections
        if section.why is not None
    ]
    if reasons:
        result["why"] = reasons
    if carry and reveal:
        result["carried"] = [
            _moment(section) | {"values": _carried(section)} for section in checked.sections
        ]
    return result


def _verdict(section: CheckedMoment, finding: Finding, reveal: bool) -> Object:
    revealed = {"exact": finite(finding.exact), "carried": finite(finding.carried)}
    optional = {
        "follows_from": list(map(section.name, finding.after)),
        "truncated": finding.truncated,
        "misrounded": finding.misrounded,
        "possible": [match.name for match in finding.possible],
        "read_as": {
            section.name(m.step): m.read_as for m in finding.matches if m.step and m.read_as
        },
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


def _moment(section: CheckedMoment) -> Object:
    moment = section.moment
    return {"iteration": moment.iteration} if moment.iteration else {"after": moment.after}


def _carried(section: CheckedMoment) -> dict[str, float | None]:
    calculation = section.carried
    values: dict[str, float | None] = {}
    for identity in section.known:
        name = section.name(identity)
        try:
            values[name] = finite(calculation[identity])
        except (EvaluationError, ArithmeticError):
            values[name] = None
    return values
