"""The worksheet of an iteration or of several, to be filled in by hand, and its key.

What is given, then a blank (in the key: the number) for everything that `tracer.explain.worksheet`
asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from tracer.digits.rounding import Rounding
from tracer.explain.worksheet import (
    Section,
    Sheeted,
    SheetGroup,
    formula,
    heading,
    sections,
    table_name,
)
from tracer.formula import Symbol, symbols
from tracer.formula import replace as put_in
from tracer.immutable import immutable
from tracer.language import message, say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Identity, at
from tracer.show.document import (
    Blank,
    Block,
    Cell,
    Column,
    Formula,
    Heading,
    Name,
    Note,
    Records,
    Table,
    Text,
)
from tracer.show.reports.byhand import WITHOUT_VALUE, carried, how_rounded, on_paper
from tracer.show.reports.tables import Row, cell, number_column, suffix
from tracer.show.reports.worksheet_given import given, given_anew, rules
from tracer.show.words import worded

_Number = Callable[[Sheeted, Identity], Cell]
"""What stands beside a name: a blank, or in the key the number."""


@immutable
class Asking:
    """What a sheet asks for: these names, all without any.

    `blanks` makes the places to write into, of a sheet that judges: it knows who writes there.
    `words`: what is said of all the numbers.
    """

    names: tuple[str, ...] = ()
    blanks: _Number | None = None
    words: str = ""


EVERYTHING = Asking()
_QUANTITY, _FORMULA = Column(message("quantity")), Column(message("formula"))
_VALUE = number_column(message("value"))


def worksheet(
    experiment: Experiment | GraphExperiment,
    traces: Sequence[Sheeted],
    *,
    key: bool = False,
    formulas: bool = False,
    across: int = 2,
    rounding: Rounding | None = None,
    asking: Asking = EVERYTHING,
) -> Iterator[Block]:
    """The sheet of these iterations, or with `key` the same with its numbers.

    `rounding`: how the traces were calculated by hand; their numbers have the digits that this keeps.
    `formulas` puts each quantity's formula beside its name. Without them, `across` quantities stand
    side by side, which saves paper.

    Raises:
        UsageError: there are too many numbers for a sheet, or one of them can't be asked for.
        UnknownNameError: one of the names asked for doesn't exist.
    """
    sheet = sections(traces, asking.names)
    number = partial(_number, rounding) if key else asking.blanks or _blank
    title = experiment.title or say("Worksheet")
    yield _records(sheet, number)
    yield Heading(say("{title}: key", title=title) if key else title)
    if not key and asking.blanks is None:
        yield Text(worded(say("Name: {name} Date: {date}"), name=Blank(), date=Blank()))
    yield from rules(traces[0])
    if rounding:
        yield how_rounded(rounding, carried(experiment))
    if asking.words:
        yield Text(asking.words)
    yield Heading(say("Given"), 2)
    yield from given(traces)
    yield Heading(say("Numbers") if key else say("To calculate"), 2)
    for section in sheet:
        if not section.alone:
            yield Heading(say("Iteration {number}", number=section.trace.number), 3)
            yield from given_anew(section.trace, traces[0].number)
        for group in section.groups:
            if formulas:
                yield _with_formulas(section.trace, group, number)
            else:
                yield _plain(section.trace, group, number, across)
    if rounding and not all(map(math.isfinite, _shown(sheet))):
        yield Note(WITHOUT_VALUE)


def _shown(sheet: Sequence[Section]) -> Iterator[float]:
    for section in sheet:
        for group in section.groups:
            yield from map(section.trace.value, group.quantities)


def _records(sheet: Sequence[Section], number: _Number) -> Records:
    """A row a number to fill in."""
    rows = (
        (
            section.heading(group),
            Name(section.trace.names.name(quantity)),
            number(section.trace, quantity),
        )
        for section in sheet
        for group in section.groups
        for quantity in group.quantities
    )
    return Records(Table((Column(message("section")), _QUANTITY, _VALUE), rows, name="sheet"))


def _with_formulas(trace: Sheeted, group: SheetGroup, number: _Number) -> Block:
    rows: list[Row] = [(Name(q), _formula(trace, q), number(trace, q)) for q in group.quantities]
    return _table((_QUANTITY, _FORMULA, _VALUE), rows, trace, group)


def _formula(trace: Sheeted, quantity: Any) -> Formula:
    """As it stands below the heading of its iteration, which says @2."""
    expression = formula(trace, quantity)
    own = [key for key in symbols(expression) if key.iteration == trace.number]
    return Formula(put_in(expression, {key: Symbol(at(key, 1)) for key in own}))


def _plain(trace: Sheeted, group: SheetGroup, number: _Number, across: int) -> Block:
    """`across` quantities a row, in the order of the calculation."""
    pairs = [(Name(q), number(trace, q)) for q in group.quantities]
    rows: list[Row] = []
    for start in range(0, len(pairs), across):
        cells: list[Cell] = [part for pair in pairs[start : start + across] for part in pair]
        rows.append((*cells, *[None] * (2 * across - len(cells))))
    return _table((_QUANTITY, _VALUE) * across, rows, trace, group)


def _number(rounding: Rounding | None, trace: Sheeted, quantity: Any) -> Cell:
    value = trace.value(quantity)
    return on_paper(value, rounding.unit(value)) if rounding else cell(value, quantity)


def _blank(_: Sheeted, __: Identity) -> Cell:
    return Blank()


def _table(
    columns: tuple[Column, ...], rows: list[Row], trace: Sheeted, group: SheetGroup
) -> Block:
    name = f"{table_name(trace, group)}{suffix(trace.number)}"
    return Table(columns, rows, heading(trace, group), name)
