"""`--save-arrays`: the matrices and vectors of the traced iterations, as a file that `check` reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracer.cli.display import Display, note
from tracer.errors import OutputError, UsageError

if TYPE_CHECKING:
    from tracer.model.network import FloatArray

SaveArraysOption = Annotated[
    Path | None,
    typer.Option(
        "--save-arrays", metavar="FILE", help="Save every matrix and vector as .npz, for check."
    ),
]


def check_arrays(path: Path | None) -> None:
    """OutputError where the file isn't called `.npz`: said before there is any work."""
    if path and path.suffix != ".npz":
        raise OutputError(f"--save-arrays {path}: arrays go into an .npz file", "name it a.npz")


def save_arrays(traces: Iterable[Any], path: Path, display: Display) -> None:
    """The arrays of these iterations in an `.npz` file.

    Factors that cancel may be beyond float64 in a calculation that is sound; an array with such
    numbers is left out, and that is said.

    Raises:
        UsageError: there is no iteration.
        OutputError: the file exists already or can't be written.
    """
    from tracer.config.arrays import write_arrays
    from tracer.show.output import open_binary_output

    numbers: list[int] = []
    without: list[str] = []
    with open_binary_output(path, display.force) as stream:
        write_arrays(stream, _finite(traces, numbers, without))
        if not numbers:
            raise UsageError("--save-arrays: no iteration was calculated", "make at least one")
    some = "s" if len(numbers) > 1 else ""
    listed = ", ".join(map(str, numbers[:3])) + (f" … {numbers[-1]}" if len(numbers) > 3 else "")
    note(f"saved the arrays of iteration{some} {listed}: {path}")
    if without:
        note(f"left out, with numbers that are not finite: {', '.join(without)}")


def _finite(
    traces: Iterable[Any], numbers: list[int], without: list[str]
) -> Iterator[tuple[str, FloatArray]]:
    import numpy as np

    from tracer.diagnose.answers.arrays import named_arrays

    for trace in traces:
        numbers.append(trace.number)
        for name, array in named_arrays(trace):
            if np.isfinite(array).all():
                yield name, array
            else:
                without.append(name)
