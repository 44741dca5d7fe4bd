"""The kinds of files that a training is recorded in; `RECORDINGS` is the only place that lists them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Protocol

from tracer.engine.recording import Block
from tracer.immutable import immutable
from tracer.show.endings import by_ending
from tracer.show.recordings import parquet
from tracer.show.recordings.layouts import Layout
from tracer.show.recordings.npz import NpzRecording
from tracer.show.recordings.text import CsvRecording, JsonlRecording


class Writer(Protocol):
    """Writes a recording, block by block; nothing of it grows with the iterations."""

    def write(self, block: Block, /) -> None:
        """The next iterations."""

    def end(self) -> None:
        """What is left to write once there are no more."""


@immutable
class RecordFile:
    """A row of the table: the ending of its files' names, what writes one.

    `check` raises UsageError where something that it needs is missing.
    """

    extension: str
    writer: Callable[[Layout, BinaryIO], Writer]
    check: Callable[[], None] = lambda: None


RECORDINGS: dict[str, RecordFile] = {
    row.extension: row
    for row in (
        RecordFile(".npz", NpzRecording),
        RecordFile(".csv", CsvRecording),
        RecordFile(".jsonl", JsonlRecording),
        RecordFile(".parquet", parquet.ParquetRecording, parquet.check),
    )
}


def record_file(path: Path) -> RecordFile:
    """The kind that the ending of the file's name chooses.

    Raises:
        UsageError: the name has no such ending, or something that the kind needs is missing.
    """
    return by_ending(path, RECORDINGS, "--record", "recording")
