"""`record`: a block in which a PyTorch model trains, and what it came to."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from textwrap import wrap
from typing import Any

import torch

from tracer.config.arrays import write_arrays
from tracer.config.writing import dump
from tracer.diagnose.answers import read_answers
from tracer.diagnose.check import CheckedAnswers, check
from tracer.diagnose.judging import Wanted
from tracer.digits.numbers import NumberFormat
from tracer.engine.timeline import NetworkTimeline
from tracer.errors import OutputError, SeveralError, UsageError, did_you_mean
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.network import Parameters
from tracer.model.optimizers import Momentum
from tracer.show.formats import render
from tracer.show.notation.notation import QuantityNotation
from tracer.show.output import open_binary_output, open_output
from tracer.show.reports.check import check_document
from tracer.torch.arrays import arrays_of
from tracer.torch.chain import DECLARABLE
from tracer.torch.experiment import Built, build
from tracer.torch.restarted import calculations
from tracer.torch.steps import Watch
from tracer.torch.tape import Numbers
from tracer.torch.traps import Found, traps
from tracer.visible import printable

_WIDTH = 100


@contextmanager
def record(model: Any, modules: Mapping[Any, str] | None = None) -> Iterator[Recorded]:
    """Keep what happens in the block: each backward pass and each optimiser step of `model`.

    `modules`: which of its modules are to be taken for what, whatever they do inside: by their path or
    class, `linear` or the name of an activation. That is how a backward pass written by hand, a
    `torch.autograd.Function`, is checked.

    Raises:
        UsageError: at the end of the block, where what happened is no chain of Linear layers with
            activations, a loss and an optimiser that are known; the message names what isn't.
    """
    if not isinstance(model, torch.nn.Module):
        raise UsageError(f"record({type(model).__name__})", "give it a torch.nn.Module")
    watch, recorded = Watch(model, _declared(model, modules or {})), Recorded()
    watch.start()
    try:
        yield recorded
    finally:
        watch.end()
    recorded.take(watch)


def _declared(model: Any, modules: Mapping[Any, str]) -> dict[Any, str]:
    """The modules that are declared to be something."""
    found, paths = {}, dict(model.named_modules())
    for key, kind in modules.items():
        if kind not in DECLARABLE:
            hint = did_you_mean(kind, DECLARABLE) or f"there are {', '.join(DECLARABLE)}"
            raise UsageError(f"modules={{…: '{kind}'}}", hint)
        if isinstance(key, str) and key not in paths:
            known = ", ".join(filter(None, paths))
            hint = did_you_mean(key, list(paths)) or f"there are {known}"
            raise UsageError(f"the model has no module '{key}'", hint)
        if isinstance(key, str):
            found[paths[key]] = kind
        elif isinstance(key, type):
            found |= {module: kind for module in paths.values() if isinstance(module, key)}
        else:
            raise UsageError(f"modules={{{key!r}: …}}", "name a module's path or its class")
    return found


@immutable
class Judged:
    """The verdicts on all recorded numbers; it shows itself as `bptrace check` does.

    `checked` has them one by one, `notes` what is good to know of PyTorch's way to calculate.
    """

    checked: CheckedAnswers
    notes: tuple[str, ...]

    @property
    def all_right(self) -> bool:
        """Whether the engine agrees with every number."""
        return self.checked.all_right

    @property
    def first_wrong(self) -> str:
        """The name of the first number that is wrong by itself; empty where none is."""
        found = self.checked.first_wrong
        return "" if found is None else str(self.checked.names.name(found.identity))

    def __repr__(self) -> str:
        notation = QuantityNotation(self.checked.names, numbers=NumberFormat())
        shown = check_document(self.checked, NumberFormat())
        return render(shown, notation, "table") + _as_lines(self.notes)


def _comment(note: str) -> list[str]:
    """The note as lines of a YAML comment."""
    return wrap(f"{printable(note)}.", _WIDTH, initial_indent="# ", subsequent_indent="#   ")


def _as_lines(notes: tuple[str, ...]) -> str:
    return "".join(f"\nNote: {note}.\n" for note in notes)


class Recorded(Mapping[str, Numbers]):
    """The arrays of a recorded block under this program's names: `numbers["dW1"]`, `numbers["W2+@3"]`.

    Rows of W are neurons, rows of everything that belongs to samples are samples. `notes` are remarks
    on what happened, one sentence each.
    """

    def __init__(self) -> None:
        self._found: Found | None = None
        self.notes: tuple[str, ...] = ()

    def take(self, watch: Watch) -> None:
        """What was heard, when the block has ended.

        Raises:
            UsageError: it can't be recorded, see `record`.
        """
        if watch.problems:
            only = len(watch.problems) == 1
            raise watch.problems[0] if only else SeveralError(watch.problems)
        if not watch.iterations:
            hint = "call loss.backward() in it, on a loss that the model led to"
            raise UsageError(
                "there was no backward pass in the block", " ".join([hint, *watch.notes])
            )
        name = printable(type(watch.model).__name__)
        self._found = Found(watch, build(watch.iterations, f"Recorded from PyTorch: {name}"))
        self.notes = traps(self._found)

    @property
    def _all(self) -> Found:
        if self._found is None:
            raise UsageError(
                "nothing is recorded", "the numbers are there when the block has ended"
            )
        return self._found

    @property
    def _built(self) -> Built:
        return self._all.built

    @property
    def experiment(self) -> Experiment:
        """The same calculation as one of this program's."""
        return self._built.experiment

    @property
    def iterations(self) -> int:
        """How many backward passes with a step, or without one at the end, were recorded."""
        return len(self._all.iterations)

    @cached_property
    def arrays(self) -> dict[str, Numbers]:
        """Every array under its name, of the type that PyTorch calculated in."""
        return dict(arrays_of(self._all.iterations, self._built))

    def __getitem__(self, name: str) -> Numbers:
        if name not in self.arrays:
            raise KeyError(f"{name}; {did_you_mean(name, list(self.arrays))}")
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def check(self) -> Judged:
        """The engine's verdict on every number recorded.

        Each iteration is judged from the state in which PyTorch began it, so that rounding doesn't add
        up, unless that isn't what its step before has left. Raises ConfigError where a number isn't
        finite.
        """
        answers = read_answers(self._npz(), "the recording", self.experiment)
        found, wanted = calculations(self._all.iterations, self._built), Wanted(conventions=False)
        return Judged(check(self.experiment, answers, wanted=wanted, found=found), self.notes)

    def config(self) -> str:
        """The YAML of this network, with its data, its training and its start.

        Raises:
            UsageError: learning rates follow no schedule, or each iteration has a limit of its own:
                that can be checked, and not stated.
        """
        if self._built.unstated is not None:
            raise self._built.unstated
        lines = [line for note in self.notes for line in _comment(note)]
        return "\n".join([*lines, dump(_stated(self.experiment))])

    def save(self, path: str | Path, config: str | Path | None = None, force: bool = False) -> None:
        """All arrays into an .npz file that `bptrace check` reads; with `config` the YAML as well.

        Raises:
            OutputError: a file exists already, and `force` isn't set; or it can't be written.
        """
        path = Path(path)
        if path.suffix != ".npz":
            raise OutputError(f"{path}: arrays go into an .npz file", "name it run.npz")
        text = self.config() if config is not None else ""
        with open_binary_output(path, force) as stream:
            stream.write(self._npz())
        if config is not None:
            with open_output(Path(config), force) as file:
                file.write(text)

    def _npz(self) -> bytes:
        stream = io.BytesIO()
        write_arrays(stream, self.arrays.items())
        return stream.getvalue()

    def __repr__(self) -> str:
        if self._found is None:
            return "<Recorded: the block has not ended>"
        network, training = self.experiment.network, self.experiment.training
        layers = ", ".join(layer.activation.name for layer in network.layers)
        sizes = "-".join(map(str, network.sizes))
        rule = "no step" if training is None else training.optimizer.name
        count = f"{self.iterations} iteration{'s' if self.iterations > 1 else ''}"
        what = f"{sizes} ({layers}), {network.loss.name}, {self.experiment.reduction}, {rule}"
        return f"<Recorded: {count} of {what}>{_as_lines(self.notes)}".rstrip()


def _stated(experiment: Experiment) -> Experiment:
    """The experiment as a configuration can state it.

    PyTorch doesn't dampen the first gradient of a momentum, v+ = g; with τ·g/β for the v before, the
    dampened rule gives the same: β·v + (1 − τ)·g = g.
    """
    training = experiment.training
    if training is None or not isinstance(training.optimizer, Momentum):
        return experiment
    optimizer = training.optimizer
    if optimizer.first_gradient != "whole":
        return experiment
    factor = optimizer.dampening / optimizer.momentum
    first = NetworkTimeline(experiment, few=True).state(1).slots["v"]
    v: Parameters = tuple((factor * W, None if b is None else factor * b) for W, b in first)
    stated = replace(training, optimizer=replace(optimizer, first_gradient="dampened"))
    return replace(experiment, training=stated, slots={**experiment.slots, "v": v})
