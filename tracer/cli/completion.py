"""What Tab offers in place of an argument; the options' values are offered by typer itself.

Where nothing fits, nothing is offered, and the shell completes the names of files by its own rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import typer

from tracer import bundled
from tracer.errors import BptraceError

_SUFFIXES = {".yaml", ".yml", ".json"}
_MOST = 20_000
"""So many of a wide network's names are looked through."""


def complete_example(incomplete: str) -> list[str]:
    """The bundled examples."""
    names = [example.name for example in bundled.examples()]
    return [name for name in names if name.startswith(incomplete)]


def complete_config(incomplete: str) -> list[str]:
    """The bundled examples, and beside them what there is of YAML files and folders here.

    Nothing where no example fits, as in `configs/…`: the shell knows better how to go on with paths.
    """
    examples = complete_example(incomplete)
    return examples + [name for name in _files() if name.startswith(incomplete)] if examples else []


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


def complete_activation() -> list[str]:
    """The activations."""
    from tracer.model.activations import ACTIVATIONS

    return list(ACTIVATIONS)


def complete_loss() -> list[str]:
    """The losses."""
    from tracer.model.losses import LOSSES

    return list(LOSSES)


def _last_two(ctx: typer.Context, parameter: str) -> tuple[str, str]:
    """The last two of the words that a parameter has got so far; empty where there are fewer."""
    words: list[str] = ["", "", *(ctx.params.get(parameter) or [])]
    return words[-2], words[-1]


def _files() -> Iterator[str]:
    try:
        for path in sorted(Path().iterdir()):
            if path.is_dir():
                yield f"{path.name}/"
            elif path.suffix in _SUFFIXES:
                yield path.name
    except OSError:
        return


def _names(ctx: typer.Context, start: str) -> list[str]:
    """The names that begin so; samples but the first only where a # has been typed."""
    from tracer.cli.source import load_config
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
