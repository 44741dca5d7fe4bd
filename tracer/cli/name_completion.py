"""What Tab offers in place of a number's name: the names of the configuration typed before it."""

from __future__ import annotations

from itertools import islice

import typer

from tracer.cli.source import load_config
from tracer.errors import BptraceError

_MOST = 20_000
"""So many of a wide network's names are looked through."""


def complete_quantity(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of the quantities of the CONFIG that was typed before.

    bash takes `dE/dout_h1:o1` for three words, and only the last of them is completed.
    """
    before, colon = _last_two(ctx, "names")
    start = f"{before}:" if colon == ":" else ""
    found = _names(ctx, start + incomplete)
    return [name.removeprefix(start) for name in found]


def complete_equation(ctx: typer.Context, incomplete: str) -> list[str]:
    """`NAME=` for each quantity of the CONFIG; nothing for the number behind it.

    bash takes `net_h1=0.3775` for three words.
    """
    before, last = _last_two(ctx, "numbers")
    complete = not last or "=" in last.strip("=") or before == "="
    return [f"{name}=" for name in _names(ctx, incomplete)] if complete else []


def _last_two(ctx: typer.Context, parameter: str) -> tuple[str, str]:
    """The last two of the words that a parameter has got so far; empty where there are fewer."""
    words: list[str] = ["", "", *(ctx.params.get(parameter) or [])]
    return words[-2], words[-1]


def _names(ctx: typer.Context, start: str) -> list[str]:
    """The names that begin so; samples but the first only where a # has been typed."""
    from tracer.explain.calculation import calculations

    config = ctx.params.get("config")
    if not config or config == "-":
        return []
    try:
        trace = calculations(load_config(config), [1])[1].trace
    except BptraceError:
        return []
    known = map(trace.names.name, islice(trace, _MOST))
    return [name for name in known if name.startswith(start) and ("#" in start or "#" not in name)]
