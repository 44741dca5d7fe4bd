"""A program's numbers on the command line, and `bptrace compare CONFIG --against FILE…`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer import bundled
from tracer.cli.checkpoints import states_of
from tracer.cli.display import Display, note, show, show_objects
from tracer.cli.progress import progress
from tracer.cli.source import is_configuration, load_config
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.diagnose.answers import Supplied
    from tracer.errors import Problem

ToleranceOption = Annotated[
    str | None,
    typer.Option(
        metavar="R[,A]",
        help="For a program's numbers: right within R relatively plus A (1e-9,1e-12).",
    ),
]
AfterOption = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="Numbers that don't say when are after N updates."),
]


def content_of(file: str) -> bytes:
    """The bytes of a file of numbers, `-` being standard input.

    Raises:
        ConfigError: it can't be read.
        UsageError: it is a bundled configuration.
    """
    from tracer.config.files import read_bytes, read_standard_input

    if file == "-":
        return read_standard_input()
    path = Path(file)
    if not os.path.exists(path) and bundled.find(file):
        raise UsageError(f"{path} is a configuration", "ANSWERS is a file of numbers")
    return read_bytes(path, file)


def passed_over(unknown: Problem) -> None:
    """Notes an array of a program that is none of the calculation."""
    note(f"bptrace: passed over: {unknown}")


def against_files(
    config: str,
    files: Sequence[str],
    tolerance: str | None,
    after: int | None,
    checkpoints: Path | None,
    display: Display,
) -> bool:
    """Shows where the files' numbers part from the run; whether they don't.

    Files whose names don't say it are of iteration 1, 2, … in their order, if there are several.
    """
    from tracer.diagnose.against import against
    from tracer.diagnose.answers import Moment, Tolerance, read_answers
    from tracer.diagnose.recorded import against_recorded, recorded_run
    from tracer.show.reports.against import against_document, against_json

    _check(config, files, after)
    experiment = load_config(config)
    states = states_of(checkpoints, experiment)
    within = Tolerance.parse(tolerance) if tolerance else None
    contents = [content_of(file) for file in files]

    def answers(number: int, chosen: Sequence[int] | None = None) -> tuple[Supplied, ...]:
        moment = Moment(number) if len(files) > 1 else None
        moment = moment if after is None else Moment(None, after)
        content, file = contents[number - 1], files[number - 1]
        shown = "<stdin>" if file == "-" else file
        return read_answers(
            content, shown, experiment, within,
            moment=moment, remark=passed_over, chosen=chosen,
        )  # fmt: skip

    run = recorded_run(contents[0], experiment, within) if len(files) == 1 else None
    if run:
        with progress(len(run.iterations), "comparing") as report:
            found = against_recorded(run, partial(answers, 1), report, states)
    else:
        given = [one for number in range(1, len(files) + 1) for one in answers(number)]
        moments = len({answer.moment for answer in given})
        with progress(moments, "comparing") as report:
            found = against(experiment, given, report, states)
    if display.as_objects:
        show_objects(against_json(found, files), display)
    else:
        show(against_document(found, config, files), display, found.names)
    return found.difference is None


def _check(config: str, files: Sequence[str], after: int | None) -> None:
    """UsageError where configuration and files have changed places, or come twice."""
    if [config, *files].count("-") > 1:
        raise UsageError("- stands twice", "standard input can be only one of them")
    if after is not None and len(files) > 1:
        raise UsageError("--after is of one file", "several are of iterations 1, 2, …")
    for file in files:
        if is_configuration(file):
            raise UsageError(
                f"{file} is a configuration, not a program's numbers",
                f"write: bptrace compare {file} --against {files[0] if file != files[0] else config}",
            )
