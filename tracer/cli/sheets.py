"""Sheets, keys and files of answers as documents and text, before anyone decides where they go."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from tracer.cli.display import Display, notation
from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.digits.rounding import Rounding
    from tracer.explain.worksheet import Sheeted
    from tracer.model.experiment import Experiment, GraphExperiment
    from tracer.show.document import Document
    from tracer.show.reports.worksheet import Asking


@immutable
class SheetWish:
    """What a sheet is to be like; `tolerance`: the digits that one which judges wants."""

    key: bool = False
    formulas: bool = False
    rounding: Rounding | None = None
    iterations: int | None = None
    ask: tuple[str, ...] = ()
    judges: bool = False
    tolerance: Rounding | None = None


def sheet_document(
    experiment: Experiment | GraphExperiment,
    traces: Sequence[Sheeted],
    wish: SheetWish,
    *,
    across: int = 2,
) -> Document:
    """The sheet of these iterations, or its key."""
    from tracer.show.reports.worksheet import Asking, worksheet

    return worksheet(
        experiment,
        traces,
        key=wish.key,
        formulas=wish.formulas,
        across=across,
        rounding=wish.rounding,
        asking=_judging(experiment, traces, wish) if wish.judges else Asking(wish.ask),
    )


def sheet_text(experiment: Experiment | GraphExperiment, wish: SheetWish, format: str) -> str:
    """The sheet, or its key, as it stands in a file of this format."""
    from tracer.explain.sheet_traces import sheet_traces
    from tracer.show.formats import Medium, by_name
    from tracer.show.formats.selection import chosen

    traces = sheet_traces(experiment, wish.iterations, wish.rounding)
    row, stream = by_name(format), StringIO()
    write_as, math = (
        notation(Display(), traces[0].names, target)
        for target in (row.notation, row.math or row.notation)
    )
    medium = Medium(math=math, standalone=True)
    blocks = chosen(sheet_document(experiment, traces, wish))
    row.write(blocks, write_as, stream, medium)
    return stream.getvalue()


def answers_text(
    experiment: Experiment | GraphExperiment,
    traces: Sequence[Sheeted],
    wish: SheetWish,
    display: Display,
) -> str:
    """The empty file of answers to the sheet."""
    from tracer.explain.worksheet import answers

    spell = notation(display, traces[0].names, "ascii").name
    return answers(experiment.title, traces, spell, wish.ask)


def _judging(
    experiment: Experiment | GraphExperiment, traces: Sequence[Sheeted], wish: SheetWish
) -> Asking:
    from tracer.explain.calculation import Calculation, timeline_of
    from tracer.show.reports.quiz import digits_wanted, judging_blanks
    from tracer.show.reports.worksheet import Asking

    timeline = timeline_of(experiment)
    iterations = {trace.number: Calculation(timeline, trace) for trace in traces}
    blanks = judging_blanks(iterations, wish.tolerance)
    return Asking(wish.ask, blanks, digits_wanted(wish.tolerance))
