"""`--checkpoints`: states of a long training in a file, and what begins at them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracer.cli.display import Display, note
from tracer.errors import OutputError, UsageError
from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.model.experiment import Experiment, GraphExperiment

WriteOption = Annotated[
    Path | None,
    typer.Option(
        "--checkpoints", metavar="FILE", help="Save states as .npz, at which others begin."
    ),
]
EveryOption = Annotated[
    int | None,
    typer.Option(
        "--checkpoint-every",
        min=1,
        metavar="K",
        help="Save every K-th state (default: up to 1000).",
    ),
]
ReadOption = Annotated[
    Path | None,
    typer.Option(
        "--checkpoints", metavar="FILE", help="Begin at the states that step --checkpoints saved."
    ),
]


@immutable
class Checkpoints:
    """Into which file states go, if any, and how often."""

    path: Path | None
    every: int | None = None

    def marks(self, timeline: Any, total: int) -> Sequence[int]:
        """After how many updates; UsageError where there can't be any."""
        from tracer.explain.checkpoints import marks

        return marks(timeline, total, self.every) if self.path else ()

    def write(self, timeline: Any, updates: Sequence[int], display: Display) -> None:
        """Write the file, whole or not at all."""
        if self.path is None:
            return
        from tracer.explain.checkpoints import write
        from tracer.show.output import open_binary_output

        with open_binary_output(self.path, display.force) as stream:
            write(stream, timeline, updates)
        note(f"saved {len(updates)} state{'s' * (len(updates) != 1)}: {self.path}")


def checkpoints_of(path: Path | None, every: int | None) -> Checkpoints:
    """What the options ask for.

    Raises:
        UsageError: a number without a file.
        OutputError: the file isn't called `.npz`.
    """
    if path is None and every:
        raise UsageError("--checkpoint-every needs a file", "add --checkpoints FILE.npz")
    if path is not None and path.suffix != ".npz":
        raise OutputError(
            f"--checkpoints {path}: states go into an .npz file", "name it checkpoints.npz"
        )
    return Checkpoints(path, every)


def states_of(
    path: Path | None, experiment: Experiment | GraphExperiment, *, by_hand: object = None
) -> list[tuple[int, Any]]:
    """(updates, state) of the file; none without one.

    Raises UsageError where it can't be read or belongs to another configuration, or where something
    is to be worked out `by_hand`.
    """
    if path is None:
        return []
    if by_hand:
        hint = "leave out one of them"
        raise UsageError("--checkpoints are of exact numbers, not of --round", hint)
    from tracer.config.arrays import ArrayError
    from tracer.config.files import open_bytes
    from tracer.explain.checkpoints import read

    if not path.is_file():
        raise UsageError(
            f"--checkpoints {path}: there is no such file",
            "`bptrace step --checkpoints FILE` writes one",
        )
    try:
        with open_bytes(path, str(path)) as stream:
            return list(read(stream, experiment))
    except (ArrayError, UsageError) as error:
        raise UsageError(f"--checkpoints {path}: {error}") from None
    except OSError as error:
        raise UsageError(f"--checkpoints {path}: {error.strerror}") from None
