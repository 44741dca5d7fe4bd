"""What commands that judge and mark sheets share: what is asked of a sheet, and its points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.byhand import RoundingMode, how_to_round

if TYPE_CHECKING:
    from tracer.diagnose.judging import Wanted
    from tracer.model.marking import Scheme

PointsOption = Annotated[
    Path | None,
    typer.Option("--points", metavar="SCHEME", help="Points by this YAML file (see the docs)."),
]
DigitsRequiredOption = Annotated[
    str | None,
    typer.Option(metavar="4dp|3sf", help="Fewer digits than these are too few to be right."),
]
AllRowsOption = Annotated[bool, typer.Option("--all-rows", help="Do not shorten tables.")]
AskOption = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="Only these count: E_total,delta_h1,'dE/dw*',…"),
]
IterationsOption = Annotated[
    int | None,
    typer.Option(
        "--iterations",
        "-n",
        min=1,
        help="So many iterations are asked for.",
        show_default="the configuration's if 2 to 5, else 1",
    ),
]


def wanted_of(round: str | None, rounding: RoundingMode, digits_required: str | None) -> Wanted:
    """What `--round`, `--rounding` and `--digits-required` ask of a sheet."""
    from tracer.diagnose.judging import Wanted
    from tracer.digits.rounding import parse_rounding

    required = parse_rounding(digits_required) if digits_required else None
    return Wanted(how_to_round(round, rounding), required)


def scheme_of(points: Path | None) -> Scheme:
    """The scheme in the file of `--points`; without one the usual one."""
    from tracer.config.marking import load_scheme
    from tracer.model.marking import Scheme

    return load_scheme(points) if points else Scheme()
