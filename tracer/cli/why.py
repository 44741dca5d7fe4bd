"""`bptrace why`: the conventions under which the calculation gives some numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.display import Display, show, show_objects
from tracer.cli.name_completion import complete_equation
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, load_config
from tracer.errors import UsageError

if TYPE_CHECKING:
    from tracer.digits.numbers import Written


def why(
    config: ConfigArgument,
    numbers: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE…",
            help="Numbers, with the digits you have.",
            autocompletion=complete_equation,
        ),
    ],
    *,
    after: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="They stand after N updates.")
    ] = None,
    iteration: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="They stand in iteration K (default: 1).")
    ] = None,
    display: Display,
) -> None:
    """Find the conventions that give a number.

    Tries update orders, biases, losses, reductions, roundings, and all that optimisers, penalties,
    clipping and schedules differ in, the fewest changes first.
    """
    from tracer.diagnose.why import why as explain
    from tracer.explain.calculation import timeline_of
    from tracer.show.reports.why import why_document
    from tracer.show.reports.why_objects import why_json

    experiment = load_config(config)
    wanted = dict(map(_number, numbers))
    with progress(100, "trying conventions") as report:
        searched = explain(experiment, wanted, after, iteration, report)
    if display.as_objects:
        show_objects(why_json(searched), display)
        return
    names = timeline_of(experiment).outline(1).names
    show(why_document(experiment, names, wanted, searched), display, names)


def _number(text: str) -> tuple[str, Written]:
    """`w5+=0.3589` is the name `w5+` and the number 0.3589."""
    from tracer.digits.numbers import Written

    name, sign, value = text.rpartition("=")
    if not sign or not name.strip():
        raise UsageError(f"'{text}' is not NAME=VALUE", "an example: E_total=0.291027924")
    try:
        return name.strip(), Written.parse(value)
    except ValueError as error:
        raise UsageError(f"{name.strip()}: {error}") from error
