"""`bptrace check`: which of somebody's numbers are right, and where the first slip is."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.against import AfterOption, ToleranceOption, content_of, passed_over
from tracer.cli.byhand import RoundingMode, RoundingOption, RoundOption
from tracer.cli.checkpoints import ReadOption, states_of
from tracer.cli.display import Display, note, number_format, refuse_export, show, show_objects
from tracer.cli.ending import DISAGREE
from tracer.cli.feedback import show_feedback, write_for_autograder
from tracer.cli.points import (
    AllRowsOption,
    DigitsRequiredOption,
    PointsOption,
    scheme_of,
    wanted_of,
)
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, is_configuration, load_config
from tracer.errors import BptraceError, UsageError
from tracer.show.formats import POINTS

if TYPE_CHECKING:
    from tracer.diagnose.answers import Supplied
    from tracer.diagnose.check import Unlisted
    from tracer.diagnose.judging import Wanted
    from tracer.model.experiment import Experiment, GraphExperiment
    from tracer.model.marking import Scheme


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
    tolerance: ToleranceOption = None,
    round: RoundOption = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    digits_required: DigitsRequiredOption = None,
    after: AfterOption = None,
    checkpoints: ReadOption = None,
    reveal: Annotated[
        bool, typer.Option("--reveal/--no-reveal", help="Show the right values.")
    ] = True,
    carry: Annotated[
        bool, typer.Option("--carry", help="Also print the calculation that follows from them.")
    ] = False,
    all_rows: AllRowsOption = False,
    points: PointsOption = None,
    display: Display,
) -> None:
    """Check numbers, and find where they went wrong.

    Each is right, right within rounding, follows from an earlier slip, matches a known mistake, is
    wrong, or too coarse to tell. How the sheet was rounded is found from all of its numbers; --round
    4dp says it. Without ANSWERS: the numbers that the configuration quotes as expected.
    """
    from tracer.diagnose.answers import ArrayAnswer
    from tracer.diagnose.answers.moments import too_many
    from tracer.diagnose.check import check as judge
    from tracer.diagnose.check import with_reasons
    from tracer.show.reports.check import LIMIT, check_document
    from tracer.show.reports.check_objects import check_json

    refuse_export(display.row, POINTS)
    if answers == config == "-":
        raise UsageError("both CONFIG and ANSWERS are -", "standard input can be only one of them")
    if carry and not reveal:
        raise UsageError("--carry shows right values", "leave out --carry or --no-reveal")
    wanted = wanted_of(round, rounding, digits_required)
    if points or display.row.of:
        if carry or tolerance or after is not None or checkpoints:
            hint = "leave out --carry, --tolerance, --after and --checkpoints"
            raise UsageError("points are for a person's sheet", hint)
        scheme = scheme_of(points)
        _give_points(config, answers, scheme, wanted, display, reveal=reveal, all_rows=all_rows)
        return
    experiment = _experiment(config, answers)
    given, unlisted = _answers(config, answers, experiment, tolerance, after)
    states = states_of(checkpoints, experiment)
    updates = max((answer.moment.updates for answer in given), default=0)
    arrays = sum(isinstance(answer, ArrayAnswer) for answer in given)
    with progress(updates, "training") as report, progress(arrays, "judging arrays") as judging:
        checked = judge(experiment, given, report, wanted, judging, states=states)
    with progress(100, "trying conventions") as report:
        checked = replace(with_reasons(checked, report), unlisted=unlisted)
    if unlisted.left and checked.all_right:
        raise too_many(unlisted.left + len(checked.sections))
    if display.as_objects:
        show_objects(check_json(checked, reveal=reveal, carry=carry), display)
    else:
        limit = None if all_rows or display.complete else LIMIT
        digits = number_format(display)
        document = check_document(checked, digits, reveal=reveal, carry=carry, limit=limit)
        show(document, display, checked.names)
    if not checked.all_right:
        raise typer.Exit(DISAGREE)


def _give_points(
    config: str,
    answers: str | None,
    scheme: Scheme,
    wanted: Wanted,
    display: Display,
    *,
    reveal: bool,
    all_rows: bool,
) -> None:
    """Show the sheet with its points."""
    from tracer.show.reports.mark_objects import sheet_json
    from tracer.teach.marking import exercise_of, mark_sheet
    from tracer.teach.marking.classroom import check_scheme

    experiment = _experiment(config, answers)
    exercise = exercise_of(experiment, config)
    check_scheme(scheme, [exercise])
    given = partial(_person_s, config, answers, experiment)
    if display.row.of:
        write_for_autograder(exercise, given, scheme, wanted, display, reveal=reveal)
        return
    sheet = mark_sheet(exercise, given(), scheme, wanted)
    if display.as_objects:
        show_objects(sheet_json(sheet, reveal=reveal), display)
    else:
        show_feedback(sheet, "", display, reveal=reveal, all_rows=all_rows)
    if not sheet.checked.all_right:
        raise typer.Exit(DISAGREE)


def _experiment(config: str, answers: str | None) -> Experiment | GraphExperiment:
    """The experiment of CONFIG; UsageError where ANSWERS stands in its place."""
    try:
        return load_config(config)
    except BptraceError as error:
        answered = os.path.isfile(config) and not is_configuration(config)
        if answers and answered and is_configuration(answers):
            raise UsageError(
                "answers and configuration have changed places",
                f"the configuration comes first: bptrace check {answers} {config}",
            ) from error
        raise


def _person_s(
    config: str, answers: str | None, experiment: Experiment | GraphExperiment
) -> tuple[Supplied, ...]:
    return _answers(config, answers, experiment, None, None)[0]


def _answers(
    config: str,
    answers: str | None,
    experiment: Experiment | GraphExperiment,
    tolerance: str | None,
    after: int | None,
) -> tuple[tuple[Supplied, ...], Unlisted]:
    """The answers, but for iterations of a long recording that are right."""
    from tracer.config.files import STANDARD_INPUT
    from tracer.diagnose.answers import (
        Moment,
        Tolerance,
        foreign_title,
        published_answers,
        read_answers,
    )
    from tracer.diagnose.check import Unlisted
    from tracer.diagnose.recorded import chosen_of, recorded_run

    within = Tolerance.parse(tolerance) if tolerance else None
    if answers is None:
        return published_answers(experiment, config, within), Unlisted()
    content = content_of(answers)
    shown = STANDARD_INPUT if answers == "-" else answers
    if title := foreign_title(content, experiment):
        note(f"bptrace: {shown} begins with '{title}'; the exercise is '{experiment.title}'")
    moment = None if after is None else Moment(None, after)
    chosen, unlisted = None, Unlisted()
    if run := recorded_run(content, experiment, within):
        with progress(len(run.iterations), "comparing") as report:
            chosen, unlisted = chosen_of(run, report)
    read = read_answers(
        content, shown, experiment, within, moment=moment, remark=passed_over, chosen=chosen
    )
    return read, unlisted
