"""What `bptrace why` shows: the conventions that give the numbers, or what comes nearest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from tracer.diagnose.why import ConventionMatch, ConventionsFound
from tracer.digits.numbers import Written
from tracer.errors import UnknownNameError
from tracer.graph.building import build_graph
from tracer.graph.names import GraphNames
from tracer.language import counted, decimals, say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.names import Names
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Content,
    Heading,
    Items,
    Name,
    Note,
    Records,
    Table,
    Text,
    Value,
)
from tracer.show.reports.conventions import conventions
from tracer.show.reports.graph import graph_conventions
from tracer.show.reports.objects import finite
from tracer.show.reports.tables import cell, joined, number_column
from tracer.show.words import worded

AnyNames: TypeAlias = Names | GraphNames

_SHOWN = 9
_FEW_DIGITS = 4
_IN_FULL = 9


def why_document(
    experiment: Experiment | GraphExperiment,
    names: AnyNames,
    wanted: Mapping[str, Written],
    searched: ConventionsFound,
) -> Iterator[Block]:
    """The stated conventions, what changes in them would give the numbers, and those numbers."""
    yield _records(wanted, searched)
    numbers = ", ".join(f"{n} = {decimals(written.text)}" for n, written in wanted.items())
    yield Heading(say("Why {numbers}?", numbers=numbers))
    yield Text(say("As the configuration states it:"), topic="conventions")
    if isinstance(experiment, Experiment):
        yield from conventions(experiment)
    else:
        yield graph_conventions(build_graph(experiment))
    yield Text(_verdict(searched, len(wanted)))
    found = (searched.matches or searched.nearest)[:_SHOWN]
    if found:
        title = say("Matches") if searched.matches else say("Nearest")
        yield Heading(title, 2)
        yield Items(tuple(_item(number, match, names) for number, match in enumerate(found, 1)))
    yield _numbers(names, wanted, searched, found)
    yield from _remarks(wanted, searched)


def _records(wanted: Mapping[str, Written], searched: ConventionsFound) -> Records:
    """A row a match and number; match 0 is what the configuration states."""
    matches = searched.matches or searched.nearest
    stated = ("", searched.stated)
    found = [stated, *((match.settings, match.values) for match in matches)]
    rows = (
        (number, changes, Name(name), written.text, finite(values[name]))
        for number, (changes, values) in enumerate(found)
        for name, written in wanted.items()
        if name in values
    )
    columns = (
        number_column("match"),
        Column("changes"),
        Column("quantity"),
        number_column("given"),
    )
    return Records(Table((*columns, number_column("value")), rows, name="matches"))


def _verdict(searched: ConventionsFound, count: int) -> Content:
    """The answer in a sentence, with how many combinations it rests on."""
    tried = counted(searched.tried, "{count} combination tried", "{count} combinations tried")
    match searched.matches:
        case ():
            return counted(
                count,
                "{tried}: none of them gives this number.",
                "{tried}: none of them gives all {count} numbers.",
                tried=tried,
            )
        case (only,) if not only.changes:
            return counted(
                count,
                "The conventions as stated give this number.",
                "The conventions as stated give all {count} numbers.",
            )
        case (only,):
            return worded(
                counted(
                    count,
                    "{tried}; one gives this number: {convention}.",
                    "{tried}; one gives all {count} numbers: {convention}.",
                    tried=tried,
                    convention=only.words,
                )
            )
        case several:
            return counted(
                count,
                "{tried}; {several} give this number, and the numbers alone don't say which.",
                "{tried}; {several} give all {count} numbers, and the numbers alone don't say "
                "which.",
                tried=tried,
                several=len(several),
            )


def _item(number: int, match: ConventionMatch, names: AnyNames) -> Content:
    count = len(match.changes)
    changes = counted(count, "{count} change", "{count} changes") if count else say("no change")
    settings = match.settings or changes
    if not match.truncated:
        return worded(f"({number}) {match.words} ({settings})")
    cut = joined([_named(names, name) for name in match.truncated], " ")
    words = say("{settings}, {names} cut off instead of rounded", settings=settings)
    return worded(f"({number}) {match.words} ({words})", names=cut)


def _named(names: AnyNames, text: str) -> Name:
    """The name as it is written here; as it was typed where only another numbering has it."""
    try:
        return Name(names.parse(text))
    except UnknownNameError:
        return Name(text)


def _numbers(
    names: AnyNames,
    wanted: Mapping[str, Written],
    searched: ConventionsFound,
    found: Sequence[ConventionMatch],
) -> Block:
    """A row a name: as given, as stated, and each combination's; how far off where none fits."""
    far = not searched.matches
    columns = [
        Column(say("quantity")),
        Column(say("given"), "right"),
        number_column(say("as stated")),
    ]
    columns += [number_column(_header(number, far)) for number in range(1, len(found) + 1)]
    rows = [
        (_named(names, name), decimals(written.text), *_row(name, written, searched, found))
        for name, written in wanted.items()
    ]
    return Table(tuple(columns), rows, say("The numbers"), "why")


def _header(number: int, far: bool) -> Content:
    return say("({number}), off by", number=number) if far else f"({number})"


def _row(
    name: str, written: Written, searched: ConventionsFound, found: Sequence[ConventionMatch]
) -> tuple[Cell, ...]:
    stated = searched.stated.get(name)
    first = None if stated is None else _shown(stated, written)
    numbers = [match.values[name] for match in found]
    if not searched.matches:
        return (first, *(cell(n - written.value) for n in numbers))
    return (first, *(_shown(number, written) for number in numbers))


def _shown(value: float, written: Written) -> Cell:
    """In full where the given number has as many digits as are shown otherwise, or more."""
    if math.isfinite(value) and written.decimals >= _IN_FULL:
        return Value(value, exact=True)
    return cell(value)


def _remarks(wanted: Mapping[str, Written], searched: ConventionsFound) -> Iterator[Block]:
    if len(searched.matches) > _SHOWN:
        yield Note(
            say(
                "{count} more; --format json lists all of them.",
                count=len(searched.matches) - _SHOWN,
            )
        )
    if len(searched.matches) > 1 and _digits(wanted) <= _FEW_DIGITS:
        yield Note(
            say("So few digits may fit by chance; more digits or more numbers narrow it down.")
        )
    if not searched.matches:
        yield Note(
            say(
                "A slip in one place, rather than another convention, may have made it: `bptrace "
                "check` looks for those."
            )
        )
        if not searched.rounding:
            long = say("Rounding at every step was not tried: the training is too long for that.")
            yield Note(
                long if searched.of_network else say("Rounding at every step was not tried.")
            )


def _digits(wanted: Mapping[str, Written]) -> int:
    return sum(written.significant for written in wanted.values())
