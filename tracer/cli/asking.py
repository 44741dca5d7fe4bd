"""`--ask`: the names of what an exercise asks for, on a sheet or on a page."""

from __future__ import annotations

import re
from typing import Annotated

import typer

AskOption = Annotated[
    str | None,
    typer.Option(metavar="NAMES", help="Only for these: E_total,delta_h1,'dE/dw*',…"),
]

_COMMA = re.compile(r",(?![^\[]*\])")  # not the one of w[h1,i1]


def names_in(text: str | None) -> tuple[str, ...]:
    """`E_total, w[h1,i1]+` → two names; none of no text."""
    return tuple(name.strip() for name in _COMMA.split(text or "") if name.strip())
