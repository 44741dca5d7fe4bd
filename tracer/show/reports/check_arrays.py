"""What `bptrace check` shows of whole arrays: a row each, and what explains a wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tracer.diagnose.answers import ArrayAnswer
from tracer.diagnose.answers.precision import Precision
from tracer.diagnose.arrays.finding import ArrayFinding, ArrayMatch
from tracer.diagnose.check import CheckedMoment
from tracer.diagnose.finding import Finding
from tracer.digits.numbers import NumberFormat
from tracer.language import counted, message, say
from tracer.show.document import Block, Cell, Column, Content, Heading, Note, Text, Value
from tracer.show.reports.objects import Object, finite
from tracer.show.reports.tables import local, number_column, suffix, table
from tracer.show.words import worded

_WORDS = {
    "right": message("right"),
    "coarse": message("too coarse to tell"),
    "follows": message("follows"),
    "mistake": message("wrong"),
    "wrong": message("wrong"),
}


def arrays(section: CheckedMoment, digits: NumberFormat, reveal: bool) -> Iterator[Block]:
    """A table with a row an array, how exact they were taken to be, and a reason for each wrong one."""
    found = section.array_findings
    if not found:
        return
    columns = [
        Column(say("array")),
        Column(say("shape")),
        Column(say("verdict")),
        number_column(say("wrong")),
    ]
    if reveal:
        columns.append(number_column(say("largest difference")))
    columns += [Column(say("first")), number_column(say("given"))]
    columns += [number_column(say("right"))] if reveal else []
    columns.append(Column(say("reason")))
    rows = [_row(array, reveal) for array in found]
    moment = section.moment
    mark = f"@after{moment.after}" if moment.iteration is None else suffix(moment.iteration)
    yield from table(columns, rows, None, title=say("Arrays"), name=f"arrays{mark}")
    yield from precisions([array.answer for array in found])
    for array in found:
        if array.blamed:
            yield from _explained(array, digits, reveal)


def _row(array: ArrayFinding, reveal: bool) -> tuple[Cell, ...]:
    first = array.first
    shown: list[Cell] = [array.answer.name, _shape(array), _WORDS[array.verdict]]
    shown.append(array.off or None)
    if reveal:
        shown.append(Value(array.difference) if array.off else None)
    if first is None:
        shown += [None, None]
    else:
        shown += [local(first.identity), Value(float(first.answer.written.text))]
    if reveal:
        shown.append(None if first is None else Value(first.exact))
    return (*shown, _reason(array))


def _shape(array: ArrayFinding) -> str:
    """As it was given: 784×128 where a row belongs to an input."""
    shape = array.exact.shape[::-1] if array.answer.turned else array.exact.shape
    return "×".join(map(str, shape)) or "1"


def _reason(array: ArrayFinding) -> Content:
    if array.matches:
        return say("matches {mistakes}", mistakes=", ".join(match.name for match in array.matches))
    if array.after:
        names = ", ".join(earlier.answer.name for earlier in array.after)
        words = say("the same slip as {names}") if array.same_slip else say("from {names}")
        return words.replace("{names}", names)
    coarse = array.counts["coarse"]
    return say("{count} too coarse to tell", count=coarse) if coarse else ""


def precisions(answers: Iterable[ArrayAnswer]) -> Iterator[Block]:
    """`W1, dW1 are float32: right within …`, once for those of a kind; nothing of plain float64."""
    by_precision: dict[Precision, list[str]] = {}
    for answer in answers:
        if answer.tolerance is None:
            by_precision.setdefault(answer.precision, []).append(answer.name)
    for precision, names in by_precision.items():
        listed = ", ".join(names[:3]) + (f" … {names[-1]}" if len(names) > 3 else "")
        yield Note(precision.told(len(names), listed))


def _explained(array: ArrayFinding, digits: NumberFormat, reveal: bool) -> Iterator[Block]:
    first = array.first
    assert first is not None, "some number of it is wrong"
    wrong = array.counts["wrong"] + array.counts["mistake"]
    yield Heading(array.answer.name, 3)
    size = array.codes.size
    yield Text(_first(wrong, size, first, reveal))
    for match in array.matches:
        yield Text(_match(match))
    ratio = array.ratio
    if reveal and ratio is not None and not array.after:
        words = say("Each of the wrong ones is {ratio} times the right one.")
        yield Text(worded(words, ratio=Value(ratio)))
    if not array.matches and not array.answer.values.any():
        yield Text(say("All its numbers are 0."))


def _first(wrong: int, size: int, first: Finding, reveal: bool) -> Content:
    """How many are wrong, and the first of them."""
    number = (local(first.identity), " = ", Value(float(first.answer.written.text)))
    if not reveal:
        words = counted(
            wrong,
            "{count} of its {size} numbers is wrong, the first of them {number}.",
            "{count} of its {size} numbers are wrong, the first of them {number}.",
            size=size,
        )
        return worded(words, number=number)
    words = counted(
        wrong,
        "{count} of its {size} numbers is wrong, the first of them {number}, which should be "
        "{right}.",
        "{count} of its {size} numbers are wrong, the first of them {number}, which should be "
        "{right}.",
        size=size,
    )
    return worded(words, number=number, right=Value(first.exact))


def _match(match: ArrayMatch) -> Content:
    if match.step is None:
        matched = say("Matches {mistake}. {help}", mistake=match.name, help=say(match.help))
    else:
        matched = say(
            "Matches {mistake}, made in {what}. {help}",
            mistake=match.name,
            what=say(match.step.kind.template),
            help=say(match.help),
        )
    return worded(matched)


def array_json(section: CheckedMoment, array: ArrayFinding, reveal: bool) -> Object:
    """`{"name": "dW1", "shape": [128, 784], "verdict": …, "wrong": 5, …}`; numbers may be null."""
    first, moment = array.first, array.answer.moment
    where: Object = {"iteration": moment.iteration} if (moment.iteration or 0) > 1 else {}
    shape = array.exact.shape[::-1] if array.answer.turned else array.exact.shape
    return {
        "name": array.answer.name,
        **({"after": moment.after} if moment.iteration is None else where),
        "shape": list(shape),
        "verdict": array.verdict,
        "wrong": array.off,
        "coarse": array.counts["coarse"],
        **({"largest_difference": finite(array.difference)} if reveal else {}),
        "first": None if first is None else section.name(first.identity),
        "worst": _worst(section, array.worst, reveal),
        "mistakes": [match.name for match in array.matches],
        "follows_from": [earlier.answer.name for earlier in array.after],
        "type": array.answer.precision.name,
    }


def _worst(section: CheckedMoment, worst: Finding | None, reveal: bool) -> Object | None:
    """`{"name": "dE/dw7", "given": 0.1, "exact": 0.2}`; null where all is right."""
    if worst is None:
        return None
    found: Object = {"name": section.name(worst.identity), "given": worst.answer.value}
    return found | ({"exact": finite(worst.exact)} if reveal else {})
