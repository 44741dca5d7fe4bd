"""A recording as `.npz`: an array under each name, whose first axis counts the iterations.

An archive holds one array after the other, a training makes all of them at once: what comes is kept
in a file without a name, beside the one that is written, and put in order at the end.
"""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable
from os.path import dirname
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from tracer.config.arrays import array_member, write_header
from tracer.engine.recording import Block
from tracer.show.recordings.layouts import Layout

_ITERATION, _SAMPLE = "iteration", "sample"
_NO_SAMPLE = 0


class NpzRecording:
    """Writes blocks as they come; `end` makes the archive of them."""

    def __init__(self, layout: Layout, stream: BinaryIO) -> None:
        self._layout, self._stream = layout, stream
        self._kept = TemporaryFile(dir=dirname(stream.name) or ".")  # noqa: SIM115 (closed by `end`)
        self._pieces: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._count, self._place = 0, 0
        taken = _ITERATION in dict(layout.empty())  # a graph's node may be called so
        self._iteration = f"{_ITERATION}_" if taken else _ITERATION

    def write(self, block: Block) -> None:
        """The block's arrays, one behind the other."""
        self._count += len(block.iterations)
        self._keep(self._iteration, np.array(block.iterations, dtype=np.int64))
        samples = self._layout.samples
        if samples:
            numbers = np.full((len(block.iterations), samples), _NO_SAMPLE, dtype=np.int64)
            numbers[:, : block.rows.shape[1]] = block.rows + 1
            self._keep(_SAMPLE, numbers)
        for name, array in self._layout.arrays(block):
            self._keep(name, array)

    def _keep(self, name: str, array: npt.NDArray[np.float64 | np.int64]) -> None:
        self._kept.write(np.ascontiguousarray(array).data)
        self._pieces[name].append((self._place, array.nbytes))
        self._place += array.nbytes

    def end(self) -> None:
        """Write the archive."""
        whole = np.dtype(np.int64)
        with self._kept, zipfile.ZipFile(self._stream, "w") as archive:
            self._member(archive, self._iteration, (), whole)
            if self._layout.samples:
                self._member(archive, _SAMPLE, (self._layout.samples,), whole)
            for name, shape in self._layout.empty():
                self._member(archive, name, shape, np.dtype(np.float64))

    def _member(
        self,
        archive: zipfile.ZipFile,
        name: str,
        shape: Iterable[int],
        dtype: np.dtype[np.float64] | np.dtype[np.int64],
    ) -> None:
        with array_member(archive, name) as member:
            write_header(member, (self._count, *shape), dtype)
            for place, size in self._pieces[name]:
                self._kept.seek(place)
                member.write(self._kept.read(size))
