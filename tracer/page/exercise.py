"""An exercise as a page carries it: what is asked, and all that a judge needs; no right value.

From a traced calculation to the data that `assets/judge` works with. The learner's browser calculates
the right numbers from what is given, by the formulas of the calculation, and the mistakes by theirs.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from tracer.diagnose.answers.moments import Moment, traced
from tracer.diagnose.check import phases_of
from tracer.diagnose.evidence import key_of
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.copying import SLIPS
from tracer.diagnose.mistakes.others import HELP
from tracer.errors import BptraceError, UsageError
from tracer.explain.asking import asked_for
from tracer.explain.calculation import Calculation
from tracer.explain.worksheet import to_calculate
from tracer.language import say
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import BEFORE, Identity, Kind, Quantity, Stage
from tracer.model.words import plain
from tracer.page.records import Numbers, Records
from tracer.page.trees import Shapes
from tracer.page.ways import changes, readings
from tracer.page.words import asset, spoken_there

MOST = 600
"""Numbers beyond which nobody does the exercise by hand, and a page would be slow to judge it."""

_SCRIPTS = (
    "numbers", "trees", "model", "carried", "manners", "parts", "slips", "table",
    "search", "hidden", "verdicts", "judging", "evidence", "sheets", "words", "judge",
)  # fmt: skip


def exercise_data(
    experiment: Experiment | GraphExperiment, ask: Sequence[str] = ()
) -> dict[str, Any]:
    """What the judge in a page is given, as JSON has it; `ask`: names of what is asked, all without.

    Raises:
        UsageError: the calculation has more numbers than a page can judge, or one of `ask` is given.
        UnknownNameError: one of `ask` doesn't exist.
    """
    exact = traced(experiment, [Moment()])[Moment()]
    if len(exact) > MOST:
        raise UsageError(
            f"an exercise of {len(exact)} numbers is too large for a page",
            f"{MOST} is the most; take a smaller network, or fewer samples in the batch",
        )
    numbers = Numbers()
    shapes = Shapes(numbers.place)
    base = Records(exact, numbers, shapes).all()
    other = changes(experiment, base, numbers, shapes)
    read = readings(experiment, exact, numbers) if isinstance(experiment, Experiment) else []
    phases = phases_of(experiment, Moment())
    known = [i for i in to_calculate(exact.trace) if i.phase in phases]
    asked = asked_for([exact.trace], ask, known) if ask else known
    return {
        "network": isinstance(experiment, Experiment),
        "numbers": _Descriptions(exact, numbers).all(),
        "names": _names(exact, numbers),
        "records": [base.get(place) for place in range(len(numbers.identities))],
        "asked": [numbers.place(identity) for identity in asked],
        "known": [numbers.place(identity) for identity in known],
        "shapes": shapes.trees,
        "shown": shapes.shown,
        "slopes": shapes.slopes,
        "functions": shapes.rows(),
        "mistakes": [[row.name, plain(say(row.help)), int(row.rare)] for row in MISTAKES.values()],
        "slips": {row.name: say(row.help) for row in SLIPS.values()}
        | {name: say(help) for name, help in HELP.items()},
        "changes": other,
        "readings": read,
        "language": spoken_there(),
    }


class _Descriptions:
    """What each number is called, and what it is, for the page; sorts of numbers are counted."""

    def __init__(self, exact: Calculation, numbers: Numbers) -> None:
        self._exact, self._numbers = exact, numbers
        self._sorts: dict[Hashable, int] = {}

    def all(self) -> list[dict[str, Any]]:
        """Of all the numbers."""
        return [self._of(identity) for identity in self._numbers.identities]

    def _of(self, identity: Identity) -> dict[str, Any]:
        """`array`: which array it is of, `thing` what it is a number of; `start`: the parameter that
        it was, where it is one; `changed`: by an update."""
        name = self._exact.names.name(identity)
        found: dict[str, Any] = {"name": name, "phase": identity.phase.value}
        if not isinstance(identity, Quantity):
            return found
        found["kind"] = identity.kind.name
        found["array"] = self._sort(identity.stage)
        found["thing"] = self._sort(key_of(Moment(), identity))
        if identity.sample is not None:
            found["sample"] = identity.sample
        parameter = BEFORE.get(identity.kind, identity.kind)
        if parameter in (Kind.WEIGHT, Kind.BIAS):
            found["start"] = self._numbers.place(
                replace(identity, stage=Stage(parameter, identity.layer))
            )
            found["changed"] = parameter is not identity.kind
        return found

    def _sort(self, key: Hashable) -> int:
        return self._sorts.setdefault(key, len(self._sorts))


def _names(exact: Calculation, numbers: Numbers) -> dict[str, int]:
    """The numbers' places by the names that mean them: a batch of one has no parts of gradients."""
    named = {exact.names.name(identity): identity for identity in numbers.identities}
    found: dict[str, int] = {}
    for name in named:
        try:
            meant = exact.trace.find(name)
        except BptraceError:
            continue
        if meant in numbers:
            found[name] = numbers.place(meant)
    return found


@cache
def judge_script() -> str:
    """The JavaScript of the judge: `bptraceJudge(data)`, see `assets/judge/judge.js`."""
    body = "\n".join(map(asset, ("say.js", *(f"judge/{name}.js" for name in _SCRIPTS))))
    return f'const bptraceJudge = (() => {{\n"use strict";\n{body}\nreturn bptraceJudge;\n}})();\n'
