"""What `bptrace compare --against` shows: where a program's numbers and the run part; its objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracer.config.arrays import in_words
from tracer.diagnose.against import Against, Compared, Unlike
from tracer.diagnose.answers.model import Answer, ArrayAnswer
from tracer.diagnose.compare import settings
from tracer.language import counted, message, say
from tracer.model.experiment import Experiment
from tracer.model.quantity import at
from tracer.show.document import (
    Block,
    Cell,
    Column,
    Heading,
    Items,
    Note,
    Records,
    Table,
    Text,
    Value,
)
from tracer.show.reports.check import moment_heading
from tracer.show.reports.check_arrays import precisions
from tracer.show.reports.conventions import conventions
from tracer.show.reports.objects import Object, finite
from tracer.show.reports.tables import Row, cell, local, number_column

_FIRST = (
    Column(message("quantity")),
    Column(message("array")),
    number_column("(1)"),
    number_column("(2)"),
    number_column(message("difference")),
)
_ROWS = (
    Column(message("array")),
    Column(message("shape")),
    number_column(message("differ")),
    number_column(message("largest difference")),
    Column(message("there")),
    number_column("(1)"),
    number_column("(2)"),
)


def against_document(found: Against, label: str, files: Sequence[str]) -> Iterator[Block]:
    """The run is (1), the files are (2); `label` is the configuration as the user named it."""
    experiment = found.experiment
    yield Records(_rows(found, "compared"))
    yield Heading(say("Numbers against a run"))
    title = f": {experiment.title}" if experiment.title else ""
    yield Items((f"(1) {label}{title}", f"(2) {', '.join(files)}"))
    if isinstance(experiment, Experiment):
        yield from conventions(experiment)
    yield from (Note(row.words) for row in found.conventions)
    yield Heading(say("First difference"), 2)
    yield from _difference(found)
    yield from precisions([row.answer for row in found.rows if isinstance(row.answer, ArrayAnswer)])


def _difference(found: Against) -> Iterator[Block]:
    numbers = counted(found.numbers, "{count} number", "{count} numbers")
    iterations = counted(found.moments, "{count} iteration", "{count} iterations")
    unlike = found.difference
    if unlike is None:
        words = "None: {numbers} in {iterations} are the same, as far as they are exact."
        yield Text(say(words, numbers=numbers, iterations=iterations))
        return
    where = moment_heading(found.moment)
    yield Text(
        say("{where}; every number before it is the same, as far as it is exact.", where=where)
    )
    row: Row = (local(unlike.identity), _element(unlike), *_values(unlike), _away(unlike))
    yield Table(_FIRST, [row], name="first_difference")
    yield _rows(found, "arrays")
    if left := found.given - found.moments:
        yield Text(
            counted(
                left,
                "One more iteration was not looked at.",
                "{count} more iterations were not looked at.",
            )
        )


def _rows(found: Against, name: str) -> Table:
    """A row for each array and each single number of the moment."""
    return Table(_ROWS, [_row(row) for row in found.rows], say("All that was given of it"), name)


def _row(row: Compared) -> Row:
    answer, worst = row.answer, row.worst
    name = local(answer.identity) if isinstance(answer, Answer) else answer.name
    if worst is None:
        return (name, in_words(row.shape), None, None, None, None, None)
    there = (_away(worst), local(worst.identity), *_values(worst))
    return (name, in_words(row.shape), row.differing, *there)


def _values(unlike: Unlike) -> tuple[Cell, Cell]:
    return cell(unlike.ours), Value(unlike.theirs)


def _away(unlike: Unlike) -> Cell:
    return cell(abs(unlike.theirs - unlike.ours))


def _element(unlike: Unlike) -> str:
    """`fc1.weight[0, 1]`, as NumPy counts; the array's name where it has no axes."""
    return unlike.name + (str(list(unlike.place)) if unlike.place else "")


def against_json(found: Against, files: Sequence[str]) -> Object:
    """`{"first_difference": {"name": …, "iteration": …, "values": […]}, "runs": […]}`."""
    experiment, moment, unlike = found.experiment, found.moment, found.difference
    run: Object = {"title": experiment.title}
    if isinstance(experiment, Experiment):
        run["conventions"] = settings(experiment)
    return {
        "first_difference": unlike
        and {
            "name": found.exact.trace.names.name(at(unlike.identity, 1)),
            "iteration": moment.updates + 1,
            **({"after": moment.after} if moment.iteration is None else {}),
            "values": [finite(unlike.ours), finite(unlike.theirs)],
            "array": unlike.name,
            "index": list(unlike.place),
        },
        "compared": {"iterations": found.moments, "arrays": found.arrays, "numbers": found.numbers},
        "arrays": [_object(row) for row in found.rows if isinstance(row.answer, ArrayAnswer)],
        "sheet_conventions": [row.name for row in found.conventions],
        "runs": [run, {"files": list(files)}],
    }


def _object(row: Compared) -> Object:
    """An array of the last iteration that was looked at."""
    assert isinstance(row.answer, ArrayAnswer), "single numbers are no arrays"
    away = abs(row.worst.theirs - row.worst.ours) if row.worst else 0.0
    return {
        "name": row.answer.name,
        "shape": list(row.shape),
        "differing": row.differing,
        "largest_difference": finite(away),
        "type": row.answer.precision.name,
    }
