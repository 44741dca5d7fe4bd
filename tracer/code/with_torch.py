"""A network in PyTorch: autograd for the backward pass, torch.optim where that makes the same steps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from tracer.arrays.sources import Library
from tracer.code.differentiated import LARGER, SMALLER, DifferentiatedProgram
from tracer.code.forms import form_of
from tracer.code.languages import Wish
from tracer.code.layout import INDENT, bracketed, spread
from tracer.code.recorded import ArrayLine
from tracer.model.experiment import Experiment
from tracer.model.network import FloatArray
from tracer.model.quantity import BEFORE, Stage


def torch_program(experiment: Experiment, wish: Wish) -> str:
    """The source."""
    library = Library("torch", "len(X)", "amax", {"max": LARGER, "min": SMALLER})
    form = form_of(experiment, wish.iterations, chain=True)
    return _TorchProgram(experiment, wish, form, library).text()


class _TorchProgram(DifferentiatedProgram):
    framework = "torch"
    array = "torch.tensor"
    draws = ""

    def imported(self) -> list[str]:
        return ["import torch", "", "torch.set_default_dtype(torch.float64)"]

    def parameter(self, stage: Stage, array: FloatArray) -> list[str]:
        more = ", requires_grad=True" if stage in self.trainable else ""
        return self.made(self.name(stage), array, more=more)

    @cached_property
    def _optimizer(self) -> tuple[str, str] | None:
        """(name, options) of torch.optim's own, where it makes the same steps from the same state."""
        found, rule = self.rule.optimizer.in_torch, self.rule
        masks = [mask for pair in rule.free or () for mask in pair]
        whole = all(isinstance(mask, bool) for mask in masks)
        fresh = not self.experiment.slots and not (rule.optimizer.slots and rule.earlier)
        if found is None or rule.clip or not whole or not fresh or not self.trainable:
            return None
        name, options = found
        written = [f"{option}={value!r}" for option, value in options.items()]
        rate = "lr" if not rule.schedule.varies else "0"
        return name, ", ".join([f"lr={rate}", *written])

    def options_used(self) -> set[str]:
        return {"lr"} if self._optimizer else set()

    def prepared(self) -> list[str]:
        if not self.looped:
            return []
        if not self._optimizer:
            return super().prepared()
        name, options = self._optimizer
        names = list(map(self.name, self.trainable))
        return ["", *spread(f"optimizer = torch.optim.{name}([", names, f"], {options})", "")]

    def updates(self) -> list[ArrayLine]:
        return [] if self._optimizer else super().updates()

    def gradient_name(self, stage: Stage) -> str:
        return f"{self.name(stage)}.grad"

    def line(self, line: ArrayLine, indent: str) -> list[str]:
        parameter = line.stage.kind in BEFORE and not line.stage.slot
        if parameter and not line.change:
            return bracketed(f"{line.name}.copy_", f"({line.array.source})", indent)
        return super().line(line, indent)

    def loop(self, updates: list[ArrayLine]) -> list[str]:
        if self.experiment.data is None:
            return []
        backward = ["loss = loss_of(X, T)", *(["loss.backward()"] if self.trainable else [])]
        if not self.looped:
            told = self.gradients_told("")
            return [*backward, "", 'print(f"loss: {loss.item()}")', *told]
        inside = [*self.rate(), *self.batch()]
        inside += [f"{INDENT}{line}" for line in backward]
        inside += [*self.traced(), *self._stepped(updates)]
        return self.iterated(
            [*inside, *self.loss_told("loss.item()"), *self.stopped("loss.item()")]
        )

    def _stepped(self, updates: Sequence[ArrayLine]) -> list[str]:
        """The update, and no gradients after it."""
        if self._optimizer:
            rate = ['optimizer.param_groups[0]["lr"] = lr'] if self.rule.schedule.varies else []
            steps = [*rate, "optimizer.step()", "optimizer.zero_grad()"]
            return [f"{INDENT}{line}" for line in steps]
        if not updates:
            return []
        lines = [f"{INDENT}with torch.no_grad():"]
        lines += self.lines(updates, INDENT * 2, titled=False)
        lines += [f"{INDENT * 2}{line}" for line in self.moved(updates)]
        lines += [f"{INDENT}{self.gradient_name(stage)} = None" for stage in self.trainable]
        return lines
