"""A recording as Parquet, the columns those of the CSV: the only module that needs pyarrow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from tracer.engine.recording import Block
from tracer.errors import UsageError
from tracer.model.network import FloatArray
from tracer.show.recordings.layouts import Layout, Shapes, numbers

if TYPE_CHECKING:
    import numpy.typing as npt

_ROWS_A_GROUP = 1 << 18
Columns = Sequence["npt.NDArray[Any]"]


def check() -> None:
    """UsageError where pyarrow isn't installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise UsageError(
            "Parquet is written by pyarrow, which is not installed",
            'pip install "bptrace[parquet]", or name the file .npz, .csv or .jsonl',
        ) from None


class ParquetRecording:
    """iteration, sample, quantity, value; of a graph without `sample`. What isn't finite is null.

    How blocks are cut depends on the clock; rows wait until a group is full, so that the file doesn't.
    """

    def __init__(self, layout: Layout, stream: BinaryIO) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._pa, self._layout = pa, layout
        self._columns = lru_cache(maxsize=4)(self._made)
        self._codes: dict[str, int] = {}
        self._waiting: list[Columns] = []
        self._count = 0
        quantity = ("quantity", pa.dictionary(pa.int32(), pa.string()))
        sample = [("sample", pa.int64())] if layout.samples else []
        fields = [("iteration", pa.int64()), *sample, quantity, ("value", pa.float64())]
        self._schema = pa.schema(fields)
        self._file = parquet.ParquetWriter(
            stream, self._schema, use_dictionary=["iteration", "sample", "quantity"]
        )

    def write(self, block: Block) -> None:
        """The rows of the iterations."""
        count = len(block.iterations)
        codes, positions, order = self._columns(Shapes.of(block))
        iterations = np.repeat(np.array(block.iterations, dtype=np.int64), len(order))
        own = np.concatenate([block.rows + 1, np.zeros((count, 1), np.intp)], axis=1)
        found: FloatArray = numbers(block)[:, order].ravel()
        self._waiting.append((iterations, own[:, positions].ravel(), np.tile(codes, count), found))
        self._count += len(found)
        if self._count >= _ROWS_A_GROUP:
            self._write_groups()

    def _made(self, shapes: Shapes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], list[int]]:
        """The names of an iteration's numbers, their samples' positions in the batch, their places.

        A name is the number under which it came first. A position behind the last sample's is that of
        the batch's own numbers.
        """
        rows = self._layout.rows(shapes)
        codes = [self._codes.setdefault(row.name, len(self._codes)) for row in rows]
        positions = [shapes.samples if row.position is None else row.position for row in rows]
        whole = np.array(codes, dtype=np.intp), np.array(positions, dtype=np.intp)
        return *whole, [row.place for row in rows]

    def _write_groups(self, least: int = _ROWS_A_GROUP) -> None:
        """Write what waits, but for a rest that is smaller than `least`."""
        rows = [np.concatenate(column) for column in zip(*self._waiting, strict=True)]
        while len(rows[0]) >= least:
            self._write_group([column[:_ROWS_A_GROUP] for column in rows])
            rows = [column[_ROWS_A_GROUP:] for column in rows]
        self._waiting, self._count = [rows], len(rows[0])

    def _write_group(self, columns: Sequence[Any]) -> None:
        pa, (iterations, samples, codes, found) = self._pa, columns
        known, (used, places) = [*self._codes], np.unique(codes, return_inverse=True)
        names = pa.array([known[code] for code in used], pa.string())
        table = {
            "iteration": iterations,
            "sample": pa.array(samples, pa.int64(), mask=samples == 0),
            "quantity": pa.DictionaryArray.from_arrays(places.astype(np.int32), names),
            "value": pa.array(found, mask=~np.isfinite(found)),
        }
        columns = [table[name] for name in self._schema.names]
        self._file.write_table(pa.table(columns, schema=self._schema))

    def end(self) -> None:
        """Write what waits, and what Parquet has at its end."""
        if self._waiting:
            self._write_groups(least=1)
        self._file.close()
