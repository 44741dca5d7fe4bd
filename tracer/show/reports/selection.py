"""Which part of a trace is shown: samples of a batch, rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.engine.trace import IterationTrace
from tracer.immutable import immutable
from tracer.language import counted, say
from tracer.show.document import Block, Heading, Note

ROW_LIMIT = 200
_FIRST_SAMPLES = 3


@immutable
class Selection:
    """`sample`: a sample's number, counted from 1, or `all`; None: the first few of each batch.

    `limit`: the longest table; longer ones show their first and last rows. None: no limit. `diagram`:
    whether the network is drawn with characters; None: where there is room.
    """

    sample: int | str | None = None
    limit: int | None = ROW_LIMIT
    diagram: bool | None = False

    def positions(self, trace: IterationTrace) -> range:
        """The places in the batch of the samples to show."""
        rows = trace.rows
        if self.sample == "all":
            return range(len(rows))
        if self.sample is None:
            return range(min(_FIRST_SAMPLES, len(rows)))
        row = int(self.sample) - 1
        return range(rows.index(row), rows.index(row) + 1) if row in rows else range(0)

    def with_parts(self, trace: IterationTrace) -> bool:
        """Whether a sample's own parts of the gradients are shown: one was asked for by number."""
        return len(trace.rows) > 1 and self.sample not in (None, "all")

    def remark(self, trace: IterationTrace) -> Iterator[Block]:
        """What is not shown, and how to see it."""
        left_out = len(trace.rows) - len(self.positions(trace))
        if self.sample is None and left_out:
            yield Note(
                counted(
                    left_out,
                    "{count} more sample in the batch: --sample all shows all, --sample K one, with "
                    "its part of each gradient.",
                    "{count} more samples in the batch: --sample all shows all, --sample K one, "
                    "with its part of each gradient.",
                )
            )
        elif left_out == len(trace.rows):
            yield Note(say("Sample {number} is not in this batch.", number=self.sample))


def sample_heading(trace: IterationTrace, position: int) -> Iterator[Block]:
    """`Sample 2: Alice`, at this place of the batch; nothing for a nameless only sample."""
    data, row = trace.experiment.data or trace.experiment.predict, trace.rows[position]
    name = data.names[row] if data else None
    if name:
        yield Heading(say("Sample {number}: {name}", number=row + 1, name=name), 3)
    elif data and len(data) > 1:
        yield Heading(say("Sample {number}", number=row + 1), 3)
