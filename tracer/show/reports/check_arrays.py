"""What `bptrace check` shows of whole arrays: a row each, and what explains a wrong one."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.diagnose.arrays.finding import ArrayFinding, ArrayMatch
from tracer.diagnose.check import CheckedMoment
from tracer.diagnose.verdicts import Finding
from tracer.digits.numbers import NumberFormat
from tracer.show.document import Block, Cell, Column, Content, Heading, Note, Text, Value
from tracer.show.reports.objects import Object, finite
from tracer.show.reports.tables import local, number_column, suffix, table
from tracer.show.words import worded

_WORDS = {
    "right": "right",
    "coarse": "too coarse to tell",
    "follows": "follows",
    "mistake": "wrong",
    "wrong": "wrong",
}


def arrays(section: CheckedMoment, digits: NumberFormat, reveal: bool) -> Iterator[Block]:
    """A table with a row an array, how exact they were taken to be, and a reason for each wrong one."""
    found = section.array_findings
    if not found:
        return
    columns = [Column("array"), Column("shape"), Column("verdict"), number_column("wrong")]
    if reveal:
        columns.append(number_column("largest difference"))
    columns += [Column("first"), number_column("given")]
    columns += [number_column("right")] if reveal else []
    columns.append(Column("reason"))
    rows = [_row(array, reveal) for array in found]
    moment = section.moment
    mark = f"@after{moment.after}" if moment.iteration is None else suffix(moment.iteration)
    yield from table(columns, rows, None, title="Arrays", name=f"arrays{mark}")
    yield from _precisions(found)
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
    shape = array.exact.shape[::-1] if array.answer.by_input else array.exact.shape
    return "×".join(map(str, shape)) or "1"


def _reason(array: ArrayFinding) -> Content:
    if array.matches:
        return f"matches {', '.join(match.name for match in array.matches)}"
    if array.after:
        names = ", ".join(earlier.answer.name for earlier in array.after)
        return f"{'the same slip as' if array.same_slip else 'from'} {names}"
    coarse = array.counts["coarse"]
    return f"{coarse} too coarse to tell" if coarse else ""


def _precisions(found: tuple[ArrayFinding, ...]) -> Iterator[Block]:
    """`W1, dW1 are float32: right within …`, once for those of a kind; nothing of plain float64."""
    by_words: dict[str, list[str]] = {}
    for array in found:
        if array.answer.tolerance is None:
            by_words.setdefault(array.answer.precision.words, []).append(array.answer.name)
    for words, names in by_words.items():
        listed = ", ".join(names[:3]) + (f" … {names[-1]}" if len(names) > 3 else "")
        yield Note(f"{listed} {words if len(names) > 1 else words.replace('are', 'is', 1)}.")


def _explained(array: ArrayFinding, digits: NumberFormat, reveal: bool) -> Iterator[Block]:
    first = array.first
    assert first is not None, "some number of it is wrong"
    wrong = array.counts["wrong"] + array.counts["mistake"]
    yield Heading(array.answer.name, 3)
    size = array.codes.size
    what = f"{wrong} of its {size} numbers {'is' if wrong == 1 else 'are'} wrong"
    yield Text(_first(what, first, reveal))
    for match in array.matches:
        yield Text(_match(match))
    ratio = array.ratio
    if reveal and ratio is not None and not array.after:
        yield Text(("Each of the wrong ones is ", Value(ratio), " times the right one."))
    if not array.matches and not array.answer.values.any():
        yield Text("All its numbers are 0.")


def _first(what: str, first: Finding, reveal: bool) -> Content:
    given = Value(float(first.answer.written.text))
    named = (f"{what}, the first of them ", local(first.identity), " = ", given)
    return (*named, ", which should be ", Value(first.exact), ".") if reveal else (*named, ".")


def _match(match: ArrayMatch) -> Content:
    where = "" if match.step is None else f", made in {match.step.kind.words}"
    return worded(f"Matches {match.name}{where}. {match.help}")


def array_json(section: CheckedMoment, array: ArrayFinding, reveal: bool) -> Object:
    """`{"name": "dW1", "shape": [128, 784], "verdict": …, "wrong": 5, …}`; numbers may be null."""
    first, moment = array.first, array.answer.moment
    where: Object = {"iteration": moment.iteration} if (moment.iteration or 0) > 1 else {}
    shape = array.exact.shape[::-1] if array.answer.by_input else array.exact.shape
    return {
        "name": array.answer.name,
        **({"after": moment.after} if moment.iteration is None else where),
        "shape": list(shape),
        "verdict": array.verdict,
        "wrong": array.off,
        "coarse": array.counts["coarse"],
        **({"largest_difference": finite(array.difference)} if reveal else {}),
        "first": None if first is None else section.name(first.identity),
        "mistakes": [match.name for match in array.matches],
        "follows_from": [earlier.answer.name for earlier in array.after],
        "type": array.answer.precision.name,
    }
