"""The other conventions that a whole sheet of an exercise may follow, as a page needs them.

Changes of the calculation (another factor in the loss, a sum for a mean) come with the formulas that
they change; readings of its numbers (delta with the other sign) with the numbers that they concern. The
rows are those that `tracer.diagnose.sheets` tries.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.evidence import Hypothesis
from tracer.diagnose.graph_sheets import changes_of_graph
from tracer.diagnose.readings import READINGS, Form, Group, Reading
from tracer.diagnose.sheets import changes_of, of_descent, told
from tracer.diagnose.variant import Alternative, Variant
from tracer.errors import BptraceError
from tracer.explain.calculation import Calculation
from tracer.language import say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import Quantity
from tracer.page.records import Numbers, Record, Records
from tracer.page.trees import Shapes

_MOST = 40
"""So many changes of a calculation, and combinations of such, are carried in a page."""

Change = tuple[str, Alternative]


def changes(
    experiment: Experiment | GraphExperiment,
    base: dict[int, Record],
    numbers: Numbers,
    shapes: Shapes,
) -> list[dict[str, Any]]:
    """Each combination of changes, with the records that are others by it (None: no such number).

    `names`: what is changed; `told` the sentences; `descent`: it belongs to optimisers and the like.
    """
    found = []
    for some in _combinations(experiment):
        records = _records(experiment, some, numbers, shapes)
        if records is None:
            continue
        places = base.keys() | records.keys()
        found.append(
            {
                "changes": [[name, str(alternative.value)] for name, alternative in some],
                "descent": [of_descent(change) for change in some],
                "told": [[row.name, row.words] for row in told(Hypothesis(some))],
                "records": {
                    place: records.get(place)
                    for place in sorted(places)
                    if records.get(place) != base.get(place)
                },
            }
        )
    return found


def _combinations(experiment: Experiment | GraphExperiment) -> list[tuple[Change, ...]]:
    """Each change alone, then with one of each other name, at most one of descent among them."""
    if isinstance(experiment, GraphExperiment):
        single: Iterator[tuple[Change, ...]] = ((c,) for c in changes_of_graph(experiment))
        return list(islice(single, _MOST))
    if experiment.data is None:
        return []
    by_name: dict[str, list[Change]] = {}
    for change in changes_of(experiment):
        by_name.setdefault("" if of_descent(change) else change[0], []).append(change)
    chosen = product(*([None, *some] for some in by_name.values()))
    found = [tuple(change for change in some if change) for some in chosen]
    return sorted((some for some in found if some), key=len)[:_MOST]


def _records(
    experiment: Experiment | GraphExperiment,
    some: tuple[Change, ...],
    numbers: Numbers,
    shapes: Shapes,
) -> dict[int, Record] | None:
    """The records with those changes; None where it can't be calculated so."""
    variant: Variant[Any] = Variant(experiment)
    for _, alternative in some:
        variant = alternative.apply(variant)
    try:
        exact = traced(variant.experiment, [Moment()])[Moment()]
        return Records(exact, numbers, shapes).all()
    except BptraceError:
        return None


def readings(experiment: Experiment, exact: Calculation, numbers: Numbers) -> list[dict[str, Any]]:
    """The readings of the exercise's numbers, each with the numbers of its groups."""
    if experiment.data is None:
        return []
    samples = len(exact.trace.rows)
    return [
        _reading(row, samples, experiment, numbers)
        for row in READINGS
        if row.possible(experiment, samples)
    ]


def _reading(
    row: Reading, samples: int, experiment: Experiment, numbers: Numbers
) -> dict[str, Any]:
    """`groups`: the core's numbers, then those of each optional group; `moved`: under whose name one
    stands where a layer's weights are counted otherwise."""
    quantities = [
        (place, quantity)
        for place, quantity in enumerate(numbers.identities)
        if isinstance(quantity, Quantity)
    ]

    def members(group: Group) -> list[int]:
        return [place for place, q in quantities if group.has(experiment.network, q.stage)]

    form = Form(row, (row.core,))
    moved = (
        {p: form.identity(experiment.network, q) for p, q in quantities} if row.by_column else {}
    )
    return {
        "name": row.name,
        "changes": row.change[0],
        "words": say(row.words),
        "factor": row.factor(samples),
        "groups": [members(group) for group in (row.core, *row.optional)],
        "moved": {p: numbers.place(q) for p, q in _others(moved, numbers)},
        "needs": [[p for p, q in quantities if q.kind in kinds] for kinds in row.needs],
        "shown": row.shown,
        "proof": [p for p, q in quantities if q.kind in row.proof],
        "proven": bool(row.proof),
        "column": row.by_column,
    }


def _others(moved: dict[int, Quantity], numbers: Numbers) -> Iterator[tuple[int, Quantity]]:
    """Those that another number is meant by."""
    for place, meant in moved.items():
        if meant != numbers.identities[place] and meant in numbers:
            yield place, meant
