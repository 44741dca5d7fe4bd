"""A page of `bptrace page` in a browser, used as people use it; and what its numbers must be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isclose
from typing import TYPE_CHECKING, Any

import numpy as np

from tracer.errors import UnknownNameError
from tracer.explain.calculation import timeline_of
from tracer.model.experiment import Data, Experiment, GraphExperiment
from tracer.model.losses import Family
from tracer.model.names import Names
from tracer.model.network import State, parameter_names
from tracer.model.quantity import PARTS, Derivative, Kind, Quantity

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Described = Experiment | GraphExperiment
"""What a configuration describes."""

AGREEMENT = 1e-12
_NOTHING = 1e-15
"""What is left of a difference that is 0 on paper."""

_NUMBER = re.compile(r"-?\d+(?:\.(?P<decimals>\d+))?(?:e(?P<power>[-+]?\d+))?")

_SHOWN = """() => [...document.querySelectorAll('[data-quantity]')].map(element =>
  [element.dataset.quantity, element.dataset.value
    ?? (element.localName === 'input' ? element.value : element.textContent.trim()),
   window.bptrace.value(element.dataset.quantity)])"""


@dataclass(frozen=True, slots=True)
class Calculating:
    """What people do with the page, and what it says then."""

    page: Page

    def values(self) -> dict[str, float]:
        """All numbers of the iteration and sample that are shown."""
        found: dict[str, float] = self.page.evaluate("() => window.bptrace.values()")
        return found

    def shown(self) -> list[tuple[str, str, float]]:
        """Of each number that stands on the page its name, its text, in full if possible, its value."""
        return [(name, text, value) for name, text, value in self.page.evaluate(_SHOWN)]

    def edit(self, changes: Mapping[str, float]) -> None:
        """Type other numbers in."""
        for name, number in changes.items():
            field = self.page.locator(f'input[data-edit="{name}"]').first
            field.fill(repr(number))
            field.press("Enter")

    def do(self, what: str, times: int = 1) -> None:
        """Press a button."""
        for _ in range(times):
            self.page.locator(f'button[data-do="{what}"]').first.click()

    def slide(self, iteration: int) -> None:
        """Move the slider to an iteration; it counts from its least."""
        slider = self.page.locator('input[data-slider="iteration"]')
        slider.fill(str(int(slider.get_attribute("min") or 0) + iteration - 1))

    def choose_sample(self, number: int) -> None:
        """Look at another sample, a row of the data counted from 1."""
        self.page.locator('select[data-choose="sample"]').select_option(str(number))

    def sample(self) -> int:
        """The row of the data that is shown, counted from 1."""
        chooser = self.page.locator('select[data-choose="sample"]')
        return int(chooser.input_value()) if chooser.count() else 1

    def iteration(self) -> int:
        """The iteration that is shown."""
        return int(self.page.locator('input[data-slider="iteration"]').input_value())

    def switch(self, convention: str, value: str) -> None:
        """Flip a convention, chosen from a list or ticked."""
        switch = self.page.locator(f'[data-switch="{convention}"]').first
        if switch.evaluate("element => element.localName") == "select":
            switch.select_option(value)
        else:
            switch.click()

    def view(self, name: str) -> Locator:
        """The button of a view."""
        return self.page.locator(f'[data-view="{name}"]').first

    def explanation(self) -> str:
        """What stands in the explanation."""
        text: str = self.page.locator("#explanation").inner_text()
        return text

    def explained_with(self) -> set[str]:
        """The numbers that the explanation refers to."""
        found = self.page.locator("#explanation [data-quantity]")
        return set(found.evaluate_all("all => all.map(element => element.dataset.quantity)"))


class Expected(Mapping[str, float]):
    """The engine's numbers of an iteration, by the names that a page gives them.

    A name alone is the number of that iteration, and where a sample has its own, of that sample.
    """

    def __init__(
        self, experiment: Described, iteration: int = 1, sample: int | None = None
    ) -> None:
        """`sample`: a row of the data, counted from 1; the first of the batch if it isn't said."""
        self.trace: Any = timeline_of(experiment).trace(iteration)
        rows: Sequence[int] = getattr(self.trace, "rows", (0,))
        self.row = rows[0] if sample is None else sample - 1
        assert self.row in rows, f"sample {sample} is not in the batch of iteration {iteration}"

    def __getitem__(self, name: str) -> float:
        if name.endswith(":local"):
            return self._local(name.removesuffix(":local"))
        try:
            return float(self.trace.value(self._find(name)))
        except UnknownNameError:
            raise KeyError(name) from None

    def _local(self, name: str) -> float:
        """The derivative on an edge of a graph, as pictures call it."""
        for upper, gradient in self.trace.gradients.items():
            for lower, edge in gradient.edges.items():
                if self.trace.names.bare(Derivative(upper, lower)) == name:
                    return float(edge.local)
        raise KeyError(name)

    def _find(self, name: str) -> Any:
        names = self.trace.names
        own = isinstance(names, Names) and names.parse(name).sample is not None
        return self.trace.find(f"{name}#{self.row + 1}" if own and "#" not in name else name)

    def _here(self) -> Iterator[Any]:
        for identity in self.trace.order():
            sample = identity.sample if isinstance(identity, Quantity) else None
            parts = isinstance(identity, Quantity) and identity.kind in PARTS
            if sample in (None, self.row) and not parts:
                yield identity

    def __iter__(self) -> Iterator[str]:
        return map(self.trace.names.bare, self._here())

    def __len__(self) -> int:
        return sum(1 for _ in self._here())


def agree(page: float, engine: float) -> bool:
    """Whether a page's number is the engine's."""
    return isclose(page, engine, rel_tol=AGREEMENT, abs_tol=_NOTHING)


def disagreements(page: Calculating, experiment: Described, iteration: int = 1) -> list[str]:
    """What the page lacks, calculates otherwise, or shows otherwise than it calculates it.

    Of the sample that the page shows, which stays the same as long as it is in the batches.
    """
    expected = Expected(experiment, iteration, page.sample())
    values = page.values()
    found = [f"{name}: not on the page" for name in expected if name not in values]
    for name, value in values.items():
        if name not in expected:
            found.append(f"{name}: the engine has nothing called so")
        elif not agree(value, expected[name]):
            found.append(f"{name}: {value!r} on the page, {expected[name]!r} by the engine")
    read = 0
    for name, text, value in page.shown():
        number = _NUMBER.fullmatch(text.replace("\N{MINUS SIGN}", "-"))
        read += number is not None
        if number and abs(float(number[0]) - value) > _unit(number):
            found.append(f"{name}: {text} is shown for {value!r}")
    return found if read else [*found, "no number can be read on the page"]


def _unit(written: re.Match[str]) -> float:
    """Half a unit of the last digit that is written, and a little for halves."""
    decimals = len(written["decimals"] or "")
    return 0.5000001 * 10.0 ** (int(written["power"] or 0) - decimals)


def changes(experiment: Described) -> dict[str, float]:
    """Something of each sort that can be changed, and what to."""
    if isinstance(experiment, GraphExperiment):
        name, value = next(iter(experiment.inputs.items()))
        found = {name: value + 0.25}
    else:
        network, row = experiment.network, Expected(experiment).row
        data = _data(experiment)
        found = {network.inputs[0]: float(data.inputs[row, 0]) + 0.25}
        if experiment.data and network.loss.family is not Family.CROSS_ENTROPY:
            found[f"target_{network.outputs[-1]}"] = 0.5 * float(data.targets[row, -1]) + 0.125
        names = list(parameter_names(network))
        found |= {names[0]: -0.375, names[-1]: 0.4375}
    if experiment.training:
        found["lr"] = 0.5 * experiment.training.learning_rate
    return found


def edited(experiment: Described, wanted: Mapping[str, float]) -> Described:
    """The experiment with other numbers in it: parameters, `lr`, the first sample's own."""
    rest = dict(wanted)
    rate = rest.pop("lr", None)
    training: Any = experiment.training
    if rate is not None:
        training = replace(training, learning_rate=rate)
    if isinstance(experiment, GraphExperiment):
        assert rest.keys() <= experiment.inputs.keys()
        return replace(experiment, inputs={**experiment.inputs, **rest}, training=training)
    return _with_numbers(replace(experiment, training=training), rest)


def _with_numbers(experiment: Experiment, wanted: Mapping[str, float]) -> Experiment:
    data, names, row = _data(experiment), Names(experiment.network), Expected(experiment).row
    state = State(experiment.parameters)
    numbers = dict(zip(parameter_names(experiment.network), state.numbers(), strict=True))
    inputs, targets = np.array(data.inputs), np.array(data.targets)
    for name, value in wanted.items():
        quantity = names.parse(name)
        if quantity.kind is Kind.INPUT:
            inputs[row, quantity.index[0]] = value
        elif quantity.kind is Kind.TARGET:
            targets[row, quantity.index[0]] = value
        else:
            assert name in numbers, name
            numbers[name] = value
    parameters = state.with_numbers(list(numbers.values())).parameters
    used: Any = {"data" if experiment.data else "predict": Data(inputs, targets, data.names)}
    return replace(experiment, parameters=parameters, **used)


def _data(experiment: Experiment) -> Data:
    data = experiment.data or experiment.predict
    assert data is not None
    return data
