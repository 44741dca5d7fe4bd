"""`bptrace check`: which of somebody's numbers are right, and where the first slip is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer import bundled
from tracer.cli.byhand import RoundingMode, RoundingOption, RoundOption, how_to_round
from tracer.cli.display import Display, note, number_format, show, show_objects
from tracer.cli.ending import DISAGREE
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, is_configuration, load_config
from tracer.errors import BptraceError, UsageError

if TYPE_CHECKING:
    from tracer.diagnose.answers import Supplied
    from tracer.model.experiment import Experiment, GraphExperiment


def check(
    config: ConfigArgument,
    answers: Annotated[
        str | None,
        typer.Argument(
            metavar="[ANSWERS]",
            help="YAML, CSV, TSV, JSON, NPZ, … or - (default: the `expected:` of the configuration).",
        ),
    ] = None,
    *,
    tolerance: Annotated[
        str | None,
        typer.Option(
            metavar="R[,A]",
            help="For a program's numbers: right within R relatively plus A (1e-9,1e-12).",
        ),
    ] = None,
    round: RoundOption = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    digits_required: Annotated[
        str | None,
        typer.Option(metavar="4dp|3sf", help="Fewer digits than these are too few to be right."),
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal/--no-reveal", help="Show the right values.")
    ] = True,
    carry: Annotated[
        bool, typer.Option("--carry", help="Also print the calculation that follows from them.")
    ] = False,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Do not shorten tables.")] = False,
    display: Display,
) -> None:
    """Check numbers, and find where they went wrong.

    Each is right, right within rounding, follows from an earlier slip, matches a known mistake, is
    wrong, or too coarse to tell. How the sheet was rounded is found from all of its numbers; --round
    4dp says it. Without ANSWERS: the numbers that the configuration quotes as expected.
    """
    from tracer.diagnose.answers import ArrayAnswer
    from tracer.diagnose.check import check as judge
    from tracer.diagnose.check import with_reasons
    from tracer.diagnose.judging import Wanted
    from tracer.digits.rounding import parse_rounding
    from tracer.show.reports.check import LIMIT, check_document
    from tracer.show.reports.check_objects import check_json

    if answers == config == "-":
        raise UsageError("both CONFIG and ANSWERS are -", "standard input can be only one of them")
    if carry and not reveal:
        raise UsageError("--carry shows right values", "leave out --carry or --no-reveal")
    required = parse_rounding(digits_required) if digits_required else None
    wanted = Wanted(how_to_round(round, rounding), required)
    experiment = _experiment(config, answers)
    given = _answers(config, answers, experiment, tolerance)
    updates = max((answer.moment.updates for answer in given), default=0)
    arrays = sum(isinstance(answer, ArrayAnswer) for answer in given)
    with progress(updates, "training") as report, progress(arrays, "judging arrays") as judging:
        checked = judge(experiment, given, report, wanted, judging)
    with progress(100, "trying conventions") as report:
        checked = with_reasons(checked, report)
    if display.as_objects:
        show_objects(check_json(checked, reveal=reveal, carry=carry), display)
    else:
        limit = None if all_rows or display.complete else LIMIT
        digits = number_format(display)
        document = check_document(checked, digits, reveal=reveal, carry=carry, limit=limit)
        show(document, display, checked.names)
    if not checked.all_right:
        raise typer.Exit(DISAGREE)


def _experiment(config: str, answers: str | None) -> Experiment | GraphExperiment:
    """The experiment of CONFIG; UsageError where ANSWERS stands in its place."""
    try:
        return load_config(config)
    except BptraceError as error:
        answered = Path(config).is_file() and not is_configuration(config)
        if answers and answered and is_configuration(answers):
            raise UsageError(
                "answers and configuration have changed places",
                f"the configuration comes first: bptrace check {answers} {config}",
            ) from error
        raise


def _answers(
    config: str,
    answers: str | None,
    experiment: Experiment | GraphExperiment,
    tolerance: str | None,
) -> tuple[Supplied, ...]:
    from tracer.config.files import STANDARD_INPUT, read_standard_input
    from tracer.diagnose.answers import (
        Tolerance,
        foreign_title,
        published_answers,
        read_answers,
    )

    within = Tolerance.parse(tolerance) if tolerance else None
    if answers is None:
        return published_answers(experiment, config, within)
    content = read_standard_input() if answers == "-" else _content(Path(answers))
    shown = STANDARD_INPUT if answers == "-" else answers
    if title := foreign_title(content, experiment):
        note(f"bptrace: {shown} begins with '{title}'; the exercise is '{experiment.title}'")
    return read_answers(content, shown, experiment, within)


def _content(path: Path) -> bytes:
    from tracer.config.files import read_bytes

    if not path.exists() and bundled.find(str(path)):
        raise UsageError(f"{path} is a configuration", "ANSWERS is a file of numbers")
    return read_bytes(path, str(path))
