"""The conventions under which a number comes out: what `why` gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tracer.api.arguments import real, refused, whole_or_none
from tracer.api.iterations import check_is_text
from tracer.api.shown import Several, one_line
from tracer.api.source import AnyExperiment
from tracer.diagnose.why import ConventionsFound
from tracer.diagnose.why import why as search
from tracer.digits.numbers import NumberFormat, Written
from tracer.errors import UsageError
from tracer.explain.calculation import timeline_of
from tracer.graph.names import GraphNames
from tracer.immutable import immutable
from tracer.model.names import Names
from tracer.show.document import Document
from tracer.show.reports.why import why_document
from tracer.show.reports.why_objects import why_json


@immutable
class Cause:
    """Conventions that give the numbers: `changes` to the configuration, the same in `words`.

    `values`: what the calculation gives with them. `truncated`: names whose number fits cut off.
    """

    changes: Mapping[str, str | float]
    words: str
    values: Mapping[str, float | None]
    digits: int
    truncated: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Causes(Several[Cause]):
    """What gives the numbers, the simplest first; empty where nothing does.

    >>> import tracer
    >>> causes = tracer.why("mazur", {"E_total": "0.291027924"}, after=1)
    >>> causes[0].changes
    {'update_order': 'output_first'}
    """

    _experiment: AnyExperiment
    _wanted: Mapping[str, Written]
    _searched: ConventionsFound
    _naming: Names | GraphNames

    @property
    def tried(self) -> int:
        """How many combinations of conventions were calculated."""
        return self._searched.tried

    @cached_property
    def nearest(self) -> tuple[Cause, ...]:
        """What comes closest, where nothing gives the numbers."""
        return tuple(map(_cause, self.json()["nearest"]))

    @cached_property
    def _items(self) -> tuple[Cause, ...]:
        return tuple(map(_cause, self.json()["matches"]))

    def json(self) -> dict[str, Any]:
        """The object that `bptrace why --format json` prints."""
        return why_json(self._searched)

    def __repr__(self) -> str:
        asked = ", ".join(f"{name} = {written.text}" for name, written in self._wanted.items())
        found = [cause.words or "as the configuration states it" for cause in self]
        return one_line(f"why {asked}", *(found or [f"none of {self.tried} combinations gives it"]))

    @property
    def _names(self) -> Names | GraphNames:
        return self._naming

    def _blocks(self, numbers: NumberFormat) -> Document:
        return why_document(self._experiment, self._naming, self._wanted, self._searched)


def _cause(found: Mapping[str, Any]) -> Cause:
    return Cause(
        found["changes"],
        found["words"],
        found["values"],
        found["digits"],
        tuple(found["truncated"]),
    )


def why(
    experiment: AnyExperiment,
    numbers: Mapping[str, str | float],
    after: int | None,
    iteration: int | None,
) -> Causes:
    """The conventions under which the calculation gives all of the numbers."""
    if not isinstance(numbers, Mapping):
        raise refused("numbers", numbers, "names with numbers", 'an example: {"E_total": "0.29"}')
    if not numbers:
        raise UsageError("why needs a number", 'an example: {"E_total": "0.291027924"}')
    wanted = {name: _written(name, number) for name, number in numbers.items()}
    after, iteration = whole_or_none("after", after, 0), whole_or_none("iteration", iteration, 1)
    found = search(experiment, wanted, after, iteration)
    return Causes(experiment, wanted, found, timeline_of(experiment).outline(1).names)


def _written(name: str, number: str | float) -> Written:
    check_is_text(name)
    text = number if isinstance(number, str) else repr(real(name, number))
    try:
        return Written.parse(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error
