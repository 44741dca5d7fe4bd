"""The page of errata in Markdown: a table of all of them, then a section for each example."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from benchmarks.errata.found import Erratum, Example, errata
from benchmarks.errata.reasons import KINDS, SHOWN, brief, when
from tracer.model.experiment import Experiment
from tracer.show.document import Block, Column, Content, Heading, Items, Name, Note, Table, Text
from tracer.show.formats import Medium, render
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.conventions import conventions
from tracer.show.reports.tables import number_column

INTRO = """\
# Errata: wrong numbers in published backpropagation examples

<!-- written by `make errata` -->

Worked examples are there to be calculated again. Whoever does so and gets another number looks for the
mistake in their own program; sometimes it is in the example. Each number below was published, and is
not what its own algorithm gives, to the digits printed. Next to it stand the right number, and where
the published one comes from, as [`bptrace check`](checking.md) and [`bptrace why`](why.md) find it from
the numbers alone: how it really came about, only its author knows.

None of the differences is floating-point drift. A float64 has 15 significant digits and more, and these
numbers differ in a digit that was printed.

"""


def page(some: Iterable[Example]) -> str:
    """The whole page, in Markdown."""
    every = [(example, list(errata(example.checked))) for example in some]
    wrong = sorted([pair for pair in every if pair[1]], key=lambda pair: _rank(pair[1]))
    right = [example for example, listed in every if example.source and not listed]
    first = wrong[0][0]
    parts = [_written(first, _summary(wrong))]
    for example, listed in wrong:
        others = [other for other in right if other.source == example.source]
        parts.append(_written(example, _section(example, listed, others)))
    faulty = {example.source for example, _ in wrong}
    parts.append(_written(first, _without([e for e in right if e.source not in faulty])))
    return INTRO + "\n".join(parts)


def _rank(listed: Sequence[Erratum]) -> int:
    """What is farthest from a matter of rounding comes first."""
    return min(list(KINDS).index(each.kind) for each in listed)


def _written(example: Example, document: Iterable[Block]) -> str:
    """The blocks in Markdown, with the names of the example."""
    names = example.checked.names
    math = QuantityNotation(names, target="latex", numbers=SHOWN)
    notation = QuantityNotation(names, numbers=SHOWN)
    return render(document, notation, "markdown", Medium(math=math))


def _summary(wrong: Sequence[tuple[Example, Sequence[Erratum]]]) -> Iterator[Block]:
    columns = (
        number_column("published"),
        number_column("right"),
        Column("quantity"),
        Column("in"),
        Column("why"),
    )
    rows = [
        (each.published, each.right, Name(each.name), _place(example, each), brief(each))
        for example, listed in wrong
        for each in listed
    ]
    yield Table(columns, rows)


def _place(example: Example, erratum: Erratum) -> Content:
    """`A step by step backpropagation example, after 1 update`."""
    one = len(example.checked.sections) == 1
    return example.title if one else f"{example.title}, {when(erratum.where)}"


def _section(
    example: Example, listed: Sequence[Erratum], others: Sequence[Example]
) -> Iterator[Block]:
    """What was published where, how it was judged, and each number with its reason."""
    checked = example.checked
    yield Heading(example.title, 2)
    if example.source:
        yield Text(f"Source: {example.source}")
    if isinstance(checked.experiment, Experiment):
        yield Text("The algorithm:")
        yield from conventions(checked.experiment)
    yield from (Note(row.words) for row in checked.sheet_conventions)
    right = checked.supplied - sum(each.later is None for each in listed)
    compared = f"Compared: {checked.supplied} numbers, of which {right} right to their digits"
    yield Text((f"{compared} (", Name(f"bptrace check {example.name}"), ")."))
    if others:
        yield Text(
            "Other examples from this source; each number they quote is what their algorithm gives:"
        )
        yield Items(tuple((f"{other.title} (", Name(other.name), ")") for other in others))
    for (kind, _), some in groupby(listed, key=lambda each: (each.kind, id(each.where))):
        yield from KINDS[kind].told(example, list(some))


def _without(some: Sequence[Example]) -> Iterator[Block]:
    if not some:
        return
    yield Heading("Sources without errata", 2)
    yield Text("Every number of these that a bundled example quotes is right to its digits:")
    yield Items(tuple(_one_line(example) for example in some))


def _one_line(example: Example) -> Content:
    return (f"{example.title} (", Name(example.name), f"). {example.source}")
