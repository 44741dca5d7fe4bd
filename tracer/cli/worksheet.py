"""`bptrace worksheet`: the sheet to fill in by hand, its key, and the empty file of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.asking import AskOption, names_in
from tracer.cli.byhand import RoundingMode, RoundingOption, RoundOption, how_to_round
from tracer.cli.completion import complete_config
from tracer.cli.display import Display, refuse_export, show, show_together
from tracer.cli.progress import progress
from tracer.cli.sheets import SheetWish, answers_text, sheet_document
from tracer.cli.source import load_config, name_of
from tracer.digits.whole import MOST_AT_ONCE
from tracer.errors import UsageError
from tracer.explain import A_FEW
from tracer.language import say
from tracer.show.formats import QUESTIONS

if TYPE_CHECKING:
    from tracer.digits.rounding import Rounding
    from tracer.explain.worksheet import Sheeted
    from tracer.graph.names import GraphNames
    from tracer.model.experiment import Experiment, GraphExperiment
    from tracer.model.names import Names
    from tracer.show.document import Document

_ON_PAPER = Display(format="markdown")


def worksheet(
    configs: Annotated[
        list[str],
        typer.Argument(
            metavar="CONFIG",
            help="YAML files, - for standard input, or bundled examples' names. Of several, each "
            "has a file of its own where {name} stands in the name of --output, which becomes "
            "theirs; else they are all in one.",
            autocompletion=complete_config,
        ),
    ],
    *,
    formulas: Annotated[
        bool, typer.Option("--formulas", help="With each number's formula in symbols.")
    ] = False,
    key: Annotated[
        bool, typer.Option("--key", help="The key: the sheet with its numbers.")
    ] = False,
    answers: Annotated[
        bool, typer.Option("--answers", help="The empty file of answers for `bptrace check`.")
    ] = False,
    ask: AskOption = None,
    round: RoundOption = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    iterations: Annotated[
        int | None,
        typer.Option(
            "--iterations",
            "-n",
            min=1,
            max=MOST_AT_ONCE,
            help="So many iterations, each with its section.",
            show_default=f"the configuration's if 2 to {A_FEW}, else 1",
        ),
    ] = None,
    tolerance: Annotated[
        str | None,
        typer.Option(
            metavar="DIGITS",
            help="In a question bank: right to so many decimals (4dp) or significant digits (4sf).",
            show_default="4dp, of small numbers 2sf",
        ),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="In a question bank: what all its questions stand under.",
            show_default="Backpropagation",
        ),
    ] = None,
    display: Display = _ON_PAPER,
) -> None:
    """Print a sheet to fill in, or its key.

    In Markdown, or LaTeX with --format latex; with --format moodle as questions that judge.
    """
    if answers and (key or formulas):
        raise UsageError("--answers makes a file of its own", "leave out --key and --formulas")
    how = how_to_round(round, rounding)
    if how and not key:
        raise UsageError("only the key has numbers to round", "add --key, or leave out --round")
    refuse_export(display.row, QUESTIONS)
    if display.as_objects:
        other = display.row.name
        raise UsageError(f"a worksheet has no {other}", f"`run --format {other}` has the numbers")
    judges = _judges(display, tolerance, category, filled=key or answers)
    wish = SheetWish(key, formulas, how, iterations, names_in(ask), judges, _digits(tolerance))
    title = (category or "Backpropagation") if judges else say("Worksheets")
    with progress(len(configs), "sheets") as advance:
        sheets = _Sheets(wish, advance)
        for some, path in _files(configs, display, apart=answers):
            shown = replace(display, output=path)
            if answers:
                sheets.write_answers(some[0], shown)
            else:
                sheets.write(some, shown, title)


def _judges(display: Display, tolerance: str | None, category: str | None, *, filled: bool) -> bool:
    """Whether the format asks questions; UsageError for options that don't go with it."""
    if display.row.of == QUESTIONS:
        if filled:
            name = display.row.name
            raise UsageError(f"--format {name} judges by itself", "leave out --key and --answers")
        return True
    for option, given in (("--tolerance", tolerance), ("--category", category)):
        if given is not None:
            raise UsageError(f"{option} is for question banks", "add --format moodle")
    return False


def _digits(tolerance: str | None) -> Rounding | None:
    from tracer.digits.rounding import parse_rounding

    return None if tolerance is None else parse_rounding(tolerance)


def _files(
    configs: Sequence[str], display: Display, *, apart: bool
) -> Iterable[tuple[Sequence[str], Path | None]]:
    """Which sheets come into which file; a question bank is one, wherever it goes."""
    from tracer.show.output import is_one_file, output_paths

    if not apart and is_one_file(display.output, always=display.row.of == QUESTIONS):
        return [(configs, display.output)]
    paths = output_paths(display.output, [{"name": name_of(config)} for config in configs])
    return [([config], path) for config, path in zip(configs, paths, strict=True)]


class _Sheets:
    """Writes sheets of a wish; counts them for whoever waits."""

    def __init__(self, wish: SheetWish, advance: Callable[[int], None] | None) -> None:
        self._wish, self._advance, self._done = wish, advance, 0

    def write(self, configs: Sequence[str], display: Display, title: str) -> None:
        """The sheets of one file, which has the title if there are several."""
        documents = (self._document(config, display) for config in configs)
        if len(configs) == 1 and not self._wish.judges:
            ((document, names),) = documents
            show(document, display, names, standalone=True)
        else:
            show_together(documents, display, title=title)

    def write_answers(self, config: str, display: Display) -> None:
        """The empty answers to a sheet."""
        from tracer.show.output import open_output

        experiment, traces = self._traced(config)
        text = answers_text(experiment, traces, self._wish, display)
        with open_output(display.output, display.force) as stream:
            stream.write(text)

    def _document(self, config: str, display: Display) -> tuple[Document, Names | GraphNames]:
        experiment, traces = self._traced(config)
        across = 1 if display.complete else 2
        return sheet_document(experiment, traces, self._wish, across=across), traces[0].names

    def _traced(self, config: str) -> tuple[Experiment | GraphExperiment, Sequence[Sheeted]]:
        from tracer.explain.sheet_traces import sheet_traces

        experiment, wish = load_config(config), self._wish
        traces = sheet_traces(experiment, wish.iterations, wish.rounding)
        self._done += 1
        if self._advance:
            self._advance(self._done)
        return experiment, traces
