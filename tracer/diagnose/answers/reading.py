"""A file of answers, or the configuration's own `expected:`, as answers; every problem at once."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tracer.config.files import decode
from tracer.diagnose.answers.axis import ITERATION, axis_of, iterations_said
from tracer.diagnose.answers.collecting import Collector
from tracer.diagnose.answers.dialect import dialect_of
from tracer.diagnose.answers.foreign import foreign_file
from tracer.diagnose.answers.model import NOT_SUPPLIED, Entry, Leaf, Spot, Supplied, Tolerance
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.answers.npz import read_npy, read_npz
from tracer.diagnose.answers.plain import read_plain
from tracer.diagnose.answers.table import read_table
from tracer.diagnose.answers.tree import read_tree
from tracer.errors import ConfigError, Problem, UsageError
from tracer.explain.worksheet import is_title_line
from tracer.model.experiment import Experiment, GraphExperiment

_NPZ = (b"PK\x03\x04", b"PK\x05\x06")
_NPY = b"\x93NUMPY"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MANY, _LISTED = 3, 6
"""From so many names on that don't exist, most of all, the answers are another exercise's."""


class NoNumbersError(ConfigError):
    """A file of answers that nobody has filled in."""


def read_answers(
    content: bytes,
    file: str,
    experiment: Experiment | GraphExperiment,
    tolerance: Tolerance | None = None,
    *,
    moment: Moment | None = None,
    remark: Callable[[Problem], None] | None = None,
    chosen: Sequence[int] | None = None,
) -> tuple[Supplied, ...]:
    """The answers in a file's content; `file` is its name in problems, and an `.npy` array's name.

    `tolerance`, where given, holds for every number, also for those with few digits. `moment`: when the
    numbers are from whose names don't say it; an iteration that the file itself states goes before.
    `remark` hears of the arrays of a program that are none of this calculation, beside others that
    are; without it they are problems. `chosen`: of a file that says the iterations along the first axis
    of its arrays, those at these places only, counted from 0.

    Raises:
        ConfigError: all the problems at once: names that don't exist, with the nearest ones; numbers
            that aren't; arrays of the wrong shape; quantities that are supplied twice.
        NoNumbersError: there is no number at all, as on a worksheet that nobody has filled in.
    """
    entries, problems = _entries(content, file)
    entries = [entry for entry in entries if not _is_left_out(entry)]
    stated = _stated(entries)
    iterations = iterations_said(entries)
    axis = iterations and axis_of(entries, iterations, chosen, experiment)
    if iterations and len(iterations) == 1:
        stated = Moment(iterations[0])
    if moment is None or moment.iteration is not None:
        moment = stated or moment
    collector = Collector(experiment, tolerance, problems, moment, axis or None)
    return _some(entries, collector, file, remark)


def plain_answers(
    content: Mapping[str, Any] | Sequence[Any],
    experiment: Experiment | GraphExperiment,
    tolerance: Tolerance | None = None,
    file: str = "answers",
    *,
    remark: Callable[[Problem], None] | None = None,
) -> tuple[Supplied, ...]:
    """The answers that Python's own dicts and lists hold, or arrays; `remark` and errors as above."""
    entries, problems = read_plain(content, file)
    return _some(entries, Collector(experiment, tolerance, problems), file, remark)


def _some(
    entries: list[Entry],
    collector: Collector,
    file: str,
    remark: Callable[[Problem], None] | None,
) -> tuple[Supplied, ...]:
    """The entries understood, of which there must be one."""
    answers = _understood(entries, collector, remark)
    if not answers:
        hint = "put one behind each name that you have: net_h1: 0.3775"
        raise NoNumbersError([Spot(file).problem("there are no numbers in it", hint)])
    return answers


def _entries(content: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of a file of whatever kind, and what is wrong with the rest of it."""
    if content.startswith(_NPZ):
        return read_npz(content, file)
    if content.startswith(_NPY):
        return read_npy(content, file)
    if foreign := foreign_file(content):
        raise ConfigError([Spot(file).problem(foreign.message, foreign.hint)])
    content = _as_utf8(content)
    if b"\0" in content:
        hint = "answers are YAML, CSV or JSON as text in UTF-8, or arrays as .npz or .npy"
        raise ConfigError([Spot(file).problem("neither text nor arrays", hint)])
    text = decode(content, file)
    dialect = dialect_of(text, file)
    return read_table(text, file, dialect) if dialect else read_tree(text, file)


def _is_left_out(entry: Entry) -> bool:
    """Whether somebody has put a sign for "not supplied" in the number's place."""
    return not entry.shape and [leaf.text.strip() in NOT_SUPPLIED for leaf in entry.leaves] == [
        True
    ]


def _as_utf8(content: bytes) -> bytes:
    """Text that a byte order mark tells to be UTF-16, as spreadsheets and editors save it, in UTF-8."""
    if not content.startswith(_UTF16):
        return content
    try:
        return content.decode("utf-16").encode()
    except UnicodeError:
        return content


def foreign_title(content: bytes, experiment: Experiment | GraphExperiment) -> str:
    """The heading of a file made by `bptrace worksheet --answers` for another title; or empty."""
    content = _as_utf8(content)
    length = len(experiment.title.encode()) + 1000
    first = content[:length].decode("utf-8-sig", "replace").partition("\n")[0].rstrip()
    return first if is_title_line(first, experiment.title) is False else ""


def published_answers(
    experiment: Experiment | GraphExperiment, file: str, tolerance: Tolerance | None = None
) -> tuple[Supplied, ...]:
    """The answers of the configuration's own `expected:`.

    Raises:
        UsageError: it has none.
        ConfigError: names that don't exist, or not in that iteration.
    """
    if not experiment.expected:
        raise UsageError(
            f"{file} has no `expected:` numbers", "name a file of answers behind the configuration"
        )
    entries = [
        Entry(name, spot, (Leaf(written.text, spot),), moment=moment)
        for index, block in enumerate(experiment.expected)
        for moment in [Moment(block.iteration, block.after)]
        for name, written in block.values.items()
        for spot in [Spot(file, path=f"expected[{index}].values.{name}")]
    ]
    return _understood(entries, Collector(experiment, tolerance, []), None)


def _stated(entries: list[Entry]) -> Moment | None:
    """The iteration that a file of arrays states for all of them, as a whole number called so."""
    for entry in entries:
        if entry.name == ITERATION and entry.read is not None and not entry.shape:
            entries.remove(entry)
            number = float(entry.read())
            if not number >= 1 or number % 1:
                message = f"found {number:g}, expected a whole number from 1 on"
                raise ConfigError([entry.spot.problem(message)])
            return Moment(int(number))
    return None


def _understood(
    entries: Iterable[Entry], collector: Collector, remark: Callable[[Problem], None] | None
) -> tuple[Supplied, ...]:
    answers = collector.answers(list(entries))
    problems = collector.problems
    if remark is None or not answers:
        problems += collector.unknown
    elif not problems:
        for problem in _summed_up(collector.unknown):
            remark(problem)
    strangers = collector.strangers
    if problems and len(strangers) >= _MANY and len(strangers) > collector.entries / 2:
        listed = ", ".join(strangers[:_MANY])
        more = f" and {len(strangers) - _MANY} more" if len(strangers) > _MANY else ""
        message = f"these look like answers to another exercise: this one has no {listed}{more}"
        spot = Spot(problems[0].file)
        problems.append(spot.problem(message, "is CONFIG the one that they belong to?"))
    if problems:
        raise ConfigError(problems)
    return tuple(answers)


def _summed_up(unknown: list[Problem]) -> list[Problem]:
    """What is said of unknown arrays: of each in full, or of many only their names."""
    if len(unknown) <= _MANY:
        return unknown
    names = [problem.path for problem in unknown]
    listed = ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
    return [Spot(unknown[0].file).problem(f"{len(names)} arrays are unknown: {listed}")]
