"""`--trace-at`: the iterations that are wanted in full, wherever they are in a training."""

from __future__ import annotations

from typing import Annotated

import typer

from tracer.digits.whole import whole
from tracer.errors import UsageError

TraceAtOption = Annotated[
    str | None, typer.Option(metavar="K,K,…", help="Print these iterations in full.")
]


def traced_at(text: str | None, total: int | None = None) -> list[int]:
    """The iterations, ascending; there are so many in all, if that is known. UsageError for others."""
    if text is None:
        return []
    numbers = {whole(part.strip()) or 0 for part in text.split(",")}
    if min(numbers) < 1 or (total is not None and max(numbers) > total):
        some = "from 1" if total is None else f"from 1 to {total}"
        raise UsageError(f"--trace-at {text}: expected iterations {some}, separated by commas")
    return sorted(numbers)
