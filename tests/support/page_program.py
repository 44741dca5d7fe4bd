"""The program of a page in node, without a page: what it calculates, beside the engine's numbers."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from types import TracebackType
from typing import Any, Self

from support.calculating_page import agree
from support.node import NODE
from tracer.diagnose.variant import Variant
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train_through
from tracer.explain.calculation import Calculation, timeline_of
from tracer.formula.javascript import javascript_functions
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.quantity import PARTS, Quantity
from tracer.page.model import PageModel, page_model
from tracer.show.notation.notation import QuantityNotation

Described = Experiment | GraphExperiment
Numbers = dict[str, float]
"""By name, `#SAMPLE` where a sample has its own; a part of a gradient has `!` behind it."""

_SERVE = """
const pages = new Map();
const special = (_, value) =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
require('readline').createInterface({input: process.stdin}).on('line', line => {
  const {key, source, model, commands} = JSON.parse(line);
  if (source) pages.set(key, new Function('model', source)(model));
  const page = pages.get(key);
  const answers = commands.map(([what, ...given]) => {
    try { return {said: page[what](...given)}; } catch (error) { return {error: error.stack}; }
  });
  process.stdout.write(JSON.stringify(answers, special) + '\\n');
});
"""

_COMMANDS = """
const calculation = Calculation(model, functions, rates), names = Names(model, calculation);
function numbers(now) {
  const found = {};
  for (const id of calculation.steps.arrays) {
    const array = model.arrays[id], length = calculation.length(id);
    if (id === model.update || !now.has(id)) continue;
    now.A[id].forEach((value, place) => {
      const sample = array.samples ? `#${now.rows[Math.floor(place / length)] + 1}` : '';
      found[names.name(id, place % length) + sample + (array.part ? '!' : '')] = value;
    });
  }
  return found;
}
return {
  numbers: iteration => numbers(calculation.calculated(iteration)),
  lossOverAll: iteration => {
    const {id, offset} = names.parse('loss');
    return calculation.overAll(iteration).A[id][offset];
  },
  rows: iteration => calculation.rows(iteration),
  parse: text => names.parse(text),
  called: (id, offset) => names.name(id, offset),
  choose: way => calculation.choose(way),
  reset: way => calculation.reset(way),
  edit: (name, value, iteration, sample) => {
    const {id, offset} = names.parse(name);
    calculation.edit(id, offset, value, iteration, sample - 1);
  },
  replayed: (from, to, name) => {
    const {id, offset} = names.parse(name), found = [];
    calculation.replay(from, to, (k, A) => found.push([k, A[id][offset]]));
    return found;
  },
};
"""


@dataclass(frozen=True, slots=True)
class Program:
    """What a page calculates, and how to ask for it; each call is one of `_COMMANDS`."""

    key: int
    model: PageModel
    programs: Programs

    def __getattr__(self, what: str) -> Any:
        return lambda *given: self.programs.ask(self.key, [what, *given])

    def edit(self, name: str, value: float, iteration: int = 1, sample: int = 1) -> None:
        """Type another number in."""
        self.programs.ask(self.key, ["edit", name, value, iteration, sample])


class Programs:
    """One process of node that runs the programs of many pages."""

    def __init__(self) -> None:
        assert NODE is not None
        self._count = 0
        self._process = subprocess.Popen(
            [NODE, "-e", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.__exit__(kind, error, traceback)

    def of(self, experiment: Described, *, stated: bool = True) -> Program:
        """The program of an experiment's page; `stated`: without the other conventions."""
        model = page_model(
            experiment, lambda names: QuantityNotation(names, target="mathml"), stated=stated
        )
        self._count += 1
        self._tell({"key": self._count, "source": _source(model), "model": model.content})
        return Program(self._count, model, self)

    def ask(self, key: int, command: Sequence[Any]) -> Any:
        """The answer to one command."""
        return self._tell({"key": key, "commands": [command]})[0]

    def _tell(self, line: Mapping[str, Any]) -> list[Any]:
        assert self._process.stdin
        assert self._process.stdout
        told = {"commands": []} | dict(line)
        self._process.stdin.write(json.dumps(told, allow_nan=False, default=list) + "\n")
        self._process.stdin.flush()
        answers = json.loads(self._process.stdout.readline())
        for answer in answers:
            assert "error" not in answer, answer["error"]
        return [answer.get("said") for answer in answers]


def _source(model: PageModel) -> str:
    assets = files("tracer.page") / "assets"
    shared = [(assets / f"{name}.js").read_text(encoding="utf-8") for name in _FILES]
    own = (
        f"const functions = [{','.join(model.functions)}], rates = [{','.join(model.rates)}];",
        javascript_functions(),
    )
    return "\n".join(("'use strict';", *own, *shared, _COMMANDS))


_FILES = ("calculation", "names")


def by_engine(variant: Variant[Any], iterations: Collection[int]) -> dict[int, Calculation]:
    """The engine's numbers of a way of calculating."""
    if isinstance(variant.experiment, Experiment):
        timeline: Any = NetworkTimeline(variant.experiment, variant.altered)
    else:
        timeline = timeline_of(variant.experiment)
    train_through(timeline, iterations)
    return {k: Calculation(timeline, timeline.trace(k)) for k in iterations}


def named(exact: Calculation) -> Numbers:
    """The engine's numbers of an iteration, called as those of a program are."""
    return {_key(exact, identity): float(exact[identity]) for identity in exact}


def _key(exact: Calculation, identity: Any) -> str:
    if not isinstance(identity, Quantity) or identity.sample is None:
        return exact.names.bare(identity)
    name = exact.names.bare(replace(identity, sample=None))
    return f"{name}#{identity.sample + 1}{'!' if identity.kind in PARTS else ''}"


def differences(said: Mapping[str, float | str], exact: Numbers) -> Iterator[str]:
    """Where a program disagrees with the engine; local derivatives of graphs have no engine's name."""
    own = {name for name in said if not name.endswith(":local")}
    yield from (f"{name}: the program lacks it" for name in exact.keys() - own)
    yield from (f"{name}: the engine has none" for name in own - exact.keys())
    for name in own & exact.keys():
        value, wanted = float(said[name]), exact[name]
        if not (agree(value, wanted) or (math.isnan(value) and math.isnan(wanted))):
            yield f"{name}: {value!r} by the program, {wanted!r} by the engine"


def troubles(program: Program, variant: Variant[Any], iterations: Collection[int]) -> list[str]:
    """All differences in these iterations, of the way that the program has been told."""
    exact = by_engine(variant, iterations)
    return [
        f"iteration {k}: {words}"
        for k in iterations
        for words in differences(program.numbers(k), named(exact[k]))
    ]
