"""`bptrace page`: the calculation as a page that calculates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tracer.cli.display import Display, NotationStyle, notation, number_format
from tracer.cli.source import ConfigArgument, load_config
from tracer.errors import UsageError


def page(
    config: ConfigArgument,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")
    ] = None,
    digits: Annotated[
        int | None, typer.Option(min=0, max=30, help="Decimals shown (default: 9).")
    ] = None,
    sig: Annotated[
        int | None, typer.Option(min=1, max=30, help="Significant digits shown instead.")
    ] = None,
    letters: Annotated[
        NotationStyle, typer.Option("--notation", help="Letters: net, out, target or z, a, y.")
    ] = NotationStyle.NET_OUT,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite the file if it exists.")
    ] = False,
) -> None:
    """Write a page that shows every number and calculates.

    One HTML file that needs no network: the picture, every formula, fields to change the numbers.
    """
    from tracer.page.build import Notations
    from tracer.page.build import page as written
    from tracer.page.subject import subject_of
    from tracer.show.output import open_output
    from tracer.show.pictures.numbers import PICTURE_NUMBERS

    if output is None:
        raise UsageError(
            "a page needs a file", "name it with --output: bptrace page mazur -o page.html"
        )
    display = Display(digits=digits, sig=sig, notation=letters, output=output, force=force)
    subject = subject_of(load_config(config))
    numbers = number_format(display)
    notations = Notations(
        notation(display, subject.names, "mathml"),
        notation(display, subject.names, "html"),
        notation(Display(notation=letters), subject.names, "svg", numbers=PICTURE_NUMBERS),
    )
    shown = {"digits": numbers.digits, "significant": numbers.significant}
    text = written(subject, notations, shown)
    with open_output(output, force) as stream:
        stream.write(text)
