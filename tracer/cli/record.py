"""`--record`: the numbers of every iteration of a training, as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracer import signals
from tracer.cli.display import Display, note
from tracer.errors import UsageError
from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.engine.recording import Recording
    from tracer.show.recordings import Writer

RecordOption = Annotated[
    Path | None,
    typer.Option(
        "--record",
        metavar="FILE",
        help="Write every number of every iteration as .npz, .csv, .jsonl or .parquet.",
    ),
]
RecordQuantityOption = Annotated[
    list[str] | None,
    typer.Option(
        "--record-quantity",
        metavar="NAME",
        help="Record this in place of everything: loss, out_o1, dE/dw5, W1, delta2, …. "
        "Can be repeated.",
    ),
]
RecordEveryOption = Annotated[
    int | None,
    typer.Option("--record-every", min=1, metavar="K", help="Record every K-th iteration."),
]


@immutable
class Record:
    """What is to be recorded, in which file; without a file nothing."""

    path: Path | None
    names: tuple[str, ...] = ()
    every: int = 1

    @contextmanager
    def of(self, timeline: Any, total: int, display: Display) -> Iterator[Recorded]:
        """What writes the file of a training on its way; it appears, whole, when the block ends.

        Raises:
            UsageError: none of the `total` iterations would be recorded; an option is named.
            UnknownNameError: nothing is called as one of the names.
        """
        if self.path is None:
            yield Recorded()
            return
        from tracer.diagnose.answers.named import recording_of
        from tracer.show.output import open_binary_output
        from tracer.show.recordings import record_file
        from tracer.show.recordings.layouts import layout_of

        if self.every > max(total, 1):
            message = f"--record-every {self.every}: there are {total} iterations"
            raise UsageError(message, "record more often, or make more of them with --iterations")
        timeline.check()
        layout = layout_of(timeline, self.names)
        with open_binary_output(self.path, display.force) as stream:
            written = Recorded(
                recording_of(timeline, self.every), record_file(self.path).writer(layout, stream)
            )
            yield written
        note(f"recorded {written.iterations}: {self.path}")


class Recorded:
    """A recording and who writes it; nothing without them."""

    def __init__(self, recording: Recording | None = None, writer: Writer | None = None) -> None:
        self._recording, self._writer = recording, writer
        self._first, self._last, self._count = 0, 0, 0

    def before(self, report: Callable[[int], None] | None) -> Callable[[int], None] | None:
        """A function to call with what is done so far, which records that and reports it."""
        if self._recording is None:
            return report

        def reach(done: int) -> None:
            self._reach(done)
            if report:
                report(done)

        return reach

    def end(self, done: int) -> None:
        """Record what is missing of so many updates, and end the file."""
        if self._writer:
            self._reach(done)
            self._writer.end()

    def _reach(self, done: int) -> None:
        assert self._recording
        assert self._writer
        for block in self._recording.blocks(done):
            with signals.held():  # a file has an iteration or hasn't
                self._writer.write(block)
                self._recording.take(block)
                self._first = self._first or block.iterations[0]
                self._last, self._count = block.iterations[-1], self._count + len(block.iterations)

    @property
    def iterations(self) -> str:
        """`iterations 1 to 100`, in words."""
        if not self._count:
            return "no iteration"
        if self._count == 1:
            return f"iteration {self._last}"
        number = f"{self._count} iterations"
        return f"{number}, from {self._first} to {self._last}"


def record(path: Path | None, names: list[str] | None, every: int | None) -> Record:
    """What the options ask for.

    Raises:
        UsageError: names or a number without a file, a file of an unknown kind, or one that needs
            what is not installed: said before there is any training.
    """
    if path is None:
        if names or every:
            option = "--record-quantity" if names else "--record-every"
            raise UsageError(f"{option} needs a file to record in", "add --record FILE.npz")
        return Record(None)
    from tracer.show.recordings import record_file

    record_file(path)
    return Record(path, tuple(names or ()), every or 1)
