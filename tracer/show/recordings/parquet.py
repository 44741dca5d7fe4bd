"""A recording as Parquet, the columns those of the CSV: the only module that needs pyarrow."""

from __future__ import annotations

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
    """iteration, sample, quantity, value; of a graph without `sample`. What isn't finite is null."""

    def __init__(self, layout: Layout, stream: BinaryIO) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._pa, self._layout = pa, layout
        self._columns = lru_cache(maxsize=4)(self._made)
        quantity = ("quantity", pa.dictionary(pa.int32(), pa.string()))
        sample = [("sample", pa.int64())] if layout.samples else []
        fields = [("iteration", pa.int64()), *sample, quantity, ("value", pa.float64())]
        self._schema = pa.schema(fields)
        self._file = parquet.ParquetWriter(
            stream, self._schema, use_dictionary=["iteration", "sample", "quantity"]
        )

    def write(self, block: Block) -> None:
        """The rows of the iterations."""
        pa, count = self._pa, len(block.iterations)
        names, positions, order = self._columns(Shapes.of(block))
        if not order:
            return
        found: FloatArray = numbers(block)[:, order].ravel()
        iterations = np.repeat(np.array(block.iterations, dtype=np.int64), len(order))
        columns: list[Any] = [iterations]
        if self._layout.samples:
            columns.append(self._samples(block, positions))
        places = np.tile(np.arange(len(names), dtype=np.int32), count)
        columns.append(pa.DictionaryArray.from_arrays(places, names))
        columns.append(pa.array(found, mask=~np.isfinite(found)))
        self._file.write_table(pa.table(columns, schema=self._schema), row_group_size=_ROWS_A_GROUP)

    def _samples(self, block: Block, positions: npt.NDArray[np.intp]) -> Any:
        """The sample of each row; null for the batch's own numbers."""
        own = np.concatenate([block.rows + 1, np.zeros((len(block.rows), 1), np.intp)], axis=1)
        found = own[:, positions].ravel()
        return self._pa.array(found, self._pa.int64(), mask=found == 0)

    def _made(self, shapes: Shapes) -> tuple[list[str], npt.NDArray[np.intp], list[int]]:
        """The names of an iteration's numbers, their samples' positions in the batch, their places."""
        rows = self._layout.rows(shapes)
        positions = [shapes.samples if row.position is None else row.position for row in rows]
        return [row.name for row in rows], np.array(positions), [row.place for row in rows]

    def end(self) -> None:
        """Write what Parquet has at its end."""
        self._file.close()
