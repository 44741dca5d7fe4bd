"""What is told of each kind of erratum: a sentence, and what `check` and `why` found.

A kind is a row of `KINDS`; the order is that of the page, what is farthest from rounding first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.errata.found import Erratum, Example
from tracer.diagnose.carried import Carried
from tracer.diagnose.check import CheckedMoment
from tracer.diagnose.parallel import Parallel
from tracer.diagnose.why import ConventionMatch
from tracer.digits.agreement import Agreement, agreement
from tracer.digits.numbers import NumberFormat, round_decimal, shortest
from tracer.model.quantity import Identity
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Content,
    Heading,
    Inline,
    Items,
    Name,
    Table,
    Text,
)
from tracer.show.reports.matches import matches_of, with_numbers
from tracer.show.reports.tables import joined, local, number_column
from tracer.show.words import worded

SHOWN = NumberFormat()
_EXACT = NumberFormat(significant=12)


def when(section: CheckedMoment) -> str:
    """`after 10,000 updates`."""
    words = section.moment.words
    return f"{words[0].lower()}{words[1:]}"


def _title(listed: Sequence[Erratum]) -> Heading:
    """`out_o1 = 0.015912196, out_o2 = 0.984065734 after 10,000 updates`."""
    named = ", ".join(f"{each.name} = {each.published}" for each in listed)
    after = listed[0].where.moment.iteration is None
    return Heading(f"{named} {when(listed[0].where)}" if after else named, 3)


def _should_be(erratum: Erratum) -> str:
    return f"It should be {erratum.right} ({_EXACT.text(erratum.exact)})."


def _formula(erratum: Erratum, way: Carried | None = None) -> Iterator[Block]:
    """The formula with the numbers published, or with those of another calculation."""
    finding = erratum.finding
    if finding.formula is None or finding.calculation is None:
        return
    way = way or finding.calculation
    value = way.recalculated(finding.identity)
    yield with_numbers(finding.identity, finding.formula, way, value, SHOWN)


def _misprint(_: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    for each in listed:
        yield _title([each])
        yield Text(
            f"{_should_be(each)} It is off by one unit of the last digit: rounded the wrong way, or"
            " misprinted. The formula, with the numbers published before it:"
        )
        yield from _formula(each)


def _conventions(example: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    section = listed[0].section
    matches = section.why.matches if section.why else ()
    yield _title(listed)
    tried = f"{section.why.tried if section.why else 0} combinations of conventions tried"
    what = "this number" if len(listed) == 1 else "these numbers"
    stated = f"The algorithm as stated does not give {what}"
    yield Text(f"{stated}; another one does, digit for digit ({tried}):")
    yield Items(tuple(_convention(match) for match in matches))
    columns = [Column("quantity"), number_column("published"), number_column("right")]
    columns += [number_column("right, to 12 digits")]
    columns += [number_column(Name(_changes(match))) for match in matches]
    rows = [(local(each.finding.identity), each.published, *_numbers(each)) for each in listed]
    yield Table(tuple(columns), rows)
    asked = " ".join(f"{each.name}={each.published}" for each in listed)
    moment = section.moment
    option = f" --after {moment.after}" if moment.iteration is None else ""
    yield Text(("To see it: ", Name(f"bptrace why {example.name} {asked}{option}")))


def _numbers(erratum: Erratum) -> Iterator[Cell]:
    yield erratum.right
    yield _EXACT.text(erratum.exact)
    for match in erratum.section.why.matches if erratum.section.why else ():
        yield _EXACT.text(match.values[erratum.name])


def _convention(match: ConventionMatch) -> Content:
    return (*worded(match.words), " (", Name(_changes(match)), ")")


def _changes(match: ConventionMatch) -> str:
    return ", ".join(f"{name}: {value}" for name, value in match.changes.items())


def _update(_: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    for each in listed:
        yield _title([each])
        earlier = f"{when(each.section)} the right one is {_EXACT.text(each.finding.exact)}"
        yield Text(f"{_should_be(each)} The number belongs one update earlier: {earlier}.")


def _rounded(_: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    for each in listed:
        yield _title([each])
        yield Text(f"{_should_be(each)} {_way_of_rounding(each)}")
        yield from _formula(each)


def _way_of_rounding(erratum: Erratum) -> str:
    finding = erratum.finding
    if finding.carried is not None:
        agreed = agreement(finding.answer.written, finding.carried)
        if agreed is Agreement.ROUNDED:
            return "It is what the numbers before it give, rounded as they were published:"
    return "It lies within what rounding on the way can do. The numbers published before it give:"


def _stepwise(_: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    for each in listed:
        yield _title([each])
        rounding = each.finding.stepwise
        done = rounding.done if rounding else ""
        yield Text(f"{_should_be(each)} Every step was {done}, and that gives the number:")
        own = each.section.own
        yield from _formula(each, Carried(each.section.exact, own, rounding=rounding))


def _cut(_: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    for each in listed:
        yield _title([each])
        yield Text(f"{_should_be(each)} It was cut off after its last digit, not rounded.")


def _slip(example: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    for each in listed:
        yield _title([each])
        matched = Parallel((each.finding,), each.finding.matches)
        if each.kind == "mistake":
            yield Text(_should_be(each))
            yield from matches_of(matched, SHOWN, reveal=True)
        else:
            yield Text(f"{_should_be(each)} No known mistake gives it. By its formula:")
            yield from _formula(each)


def _follows(_: Example, listed: Sequence[Erratum]) -> Iterator[Block]:
    yield Text(
        "What comes after follows: each number is, within rounding, what its formula gives from the"
        " wrong ones published before it."
    )
    columns = (
        Column("quantity"),
        number_column("published"),
        number_column("right"),
        number_column("from the numbers before it"),
        Column("wrong because of"),
    )
    yield Table(columns, [_following(each) for each in listed])


def _following(erratum: Erratum) -> tuple[Cell, ...]:
    finding = erratum.finding
    carried = finding.exact if finding.carried is None else finding.carried
    shown = shortest(round_decimal(erratum.as_published(carried), significant=9))
    given = (local(finding.identity), erratum.published, erratum.right, shown)
    return (*given, _named(finding.after))


def _named(identities: Iterable[Identity]) -> tuple[Inline, ...]:
    return joined([local(identity) for identity in identities], ", ")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of reason: in short, for the table, and told of some numbers in a row that have it."""

    brief: str
    told: Callable[[Example, Sequence[Erratum]], Iterable[Block]]


KINDS = {
    "conventions": Kind("calculated otherwise than stated", _conventions),
    "update": Kind("the number one update earlier", _update),
    "misprint": Kind("off in the last digit: a misprint, or rounded the wrong way", _misprint),
    "mistake": Kind("a slip", _slip),
    "slip": Kind("a slip", _slip),
    "follows": Kind("follows from", _follows),
    "stepwise": Kind("rounded", _stepwise),
    "rounded": Kind("rounded on the way", _rounded),
    "cut": Kind("cut off, not rounded", _cut),
}


def brief(erratum: Erratum) -> Content:
    """The reason in short: `follows from h2`."""
    finding, section = erratum.finding, erratum.section
    if erratum.kind == "conventions" and section.why:
        words = [worded(match.words) for match in section.why.matches]
        return (f"{KINDS[erratum.kind].brief}: ", *joined(words, "; or: "))
    if erratum.kind == "follows":
        names = [Name(section.name(identity)) for identity in finding.after]
        return (f"{KINDS[erratum.kind].brief} ", *joined(names, ", "))
    if erratum.kind == "mistake":
        return f"{KINDS[erratum.kind].brief}: {' or '.join(m.name for m in finding.matches)}"
    if finding.stepwise is not None:
        return f"{finding.stepwise.done} at every step"
    return KINDS[erratum.kind].brief
