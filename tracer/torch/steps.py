"""Backward passes and optimiser steps as they happen: gradients and states before and after.

Between the tape, which sees calls, and `tracer.torch.experiment`, which makes one calculation of them.

Source: https://docs.pytorch.org/docs/stable/optim.html (register_optimizer_step_pre_hook)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from tracer.errors import UsageError
from tracer.torch.by_hand import changed, step_by_hand
from tracer.torch.chain import read_chain
from tracer.torch.iterations import Arrays, Iteration, Pass, Step
from tracer.torch.tape import Node, Numbers, Tape, named_parameters, numbers_of


@dataclass
class Watch:
    """Listens to a block; `problems` are what can't be recorded, `notes` what a reader should know."""

    model: Any
    declared: Mapping[Any, str]
    iterations: list[Iteration] = field(default_factory=list)
    problems: list[UsageError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    later: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parameters: dict[str, Any] = named_parameters(self.model)
        self.tape = Tape(self.model, self.declared, self._backward)
        self._handles: list[Any] = []
        self._begun: tuple[Any, ...] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._handles = [
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ]
        self.tape.__enter__()

    def end(self) -> None:
        """Stop listening; what was calculated after the last step stays in `later`."""
        self.tape.__exit__(None, None, None)
        for handle in self._handles:
            handle.remove()
        if self.iterations and self.iterations[-1].step is not None:
            self.later = [node for node in self.tape.nodes() if node.learned]
        self._stepped_by_hand(self._values())
        self.tape.forget()

    def gradients(self) -> dict[str, Numbers]:
        """What stands in `.grad` now."""
        return {n: numbers_of(p.grad) for n, p in self.parameters.items() if p.grad is not None}

    def _backward(self, node: Node | None, run: Callable[[], Any]) -> Any:
        before = self.gradients()
        result = run()
        if node is None:
            hint = "calculate the loss inside the block, without torch.compile"
            self._refuse(UsageError("backward() of a loss that was made out of sight", hint))
            return result
        try:
            chain = read_chain(node)
        except UsageError as error:
            self._refuse(error)
            return result
        self._stepped_by_hand({p.parameter: p.value for p in chain.parameters})
        if not self.iterations or self.iterations[-1].step is not None:
            self.iterations.append(Iteration())
        layers = tuple((link.out.gradient, link.net.gradient) for link in chain.links)
        self.iterations[-1].passes.append(Pass(chain, before, self.gradients(), layers))
        return result

    def _refuse(self, error: UsageError) -> None:
        if str(error) not in map(str, self.problems):
            self.problems.append(error)

    def note(self, text: str) -> None:
        """Say it once."""
        if text not in self.notes:
            self.notes.append(text)

    def _before_step(self, optimizer: Any, args: tuple[Any, ...], kwargs: Any) -> None:
        kind = type(optimizer).__name__
        groups = self._groups(optimizer)
        if not groups:
            self.note(
                f"{kind} holds none of the model's parameters, so its step changed nothing of it: "
                "was it made before the model, or before parameters were replaced?"
            )
            return
        if len(args) > 1 or kwargs.get("closure") is not None:
            hint = "call loss.backward() before optimizer.step()"
            self._refuse(UsageError(f"{kind}.step(closure)", hint))
        self.tape.pause()
        states = self._states(optimizer, groups)
        self._begun = (groups, self.gradients(), self._values(), states)

    def _after_step(self, optimizer: Any, args: tuple[Any, ...], kwargs: Any) -> None:
        if self._begun is None:
            return
        groups, gradients, before, states = self._begun
        self._begun = None
        after = self._states(optimizer, groups)
        values = (gradients, before, self._values(), states, after)
        self.tape.resume()
        self.tape.forget()
        self._stepped(Step(type(optimizer), id(optimizer), groups, *values))

    def _stepped(self, step: Step) -> None:
        last = self.iterations[-1] if self.iterations else None
        if last is not None and last.step is None:
            last.step = step
        elif last is not None and last.step is not None and last.step.which != step.which:
            hint = "give all parameters to one, in groups"
            self._refuse(UsageError("two optimisers of one model", hint))
        elif not self.problems:
            self.note(
                f"{step.kind.__name__} made a step without a backward pass before it in the block: "
                "that step isn't recorded"
            )

    def _stepped_by_hand(self, values: Arrays) -> None:
        """An iteration without a step whose parameters have become these has been stepped by hand."""
        last = self.iterations[-1] if self.iterations else None
        names = changed(last.last, values) if last is not None and last.step is None else ()
        if last is None or not names:
            return
        usual = [each.step.rate for each in self.iterations if each.step and each.step.by_hand]
        last.step = step_by_hand(last.last, values, usual[-1] if usual else None)
        if last.step is not None:
            self.note(
                "parameters were changed without an optimiser of PyTorch's, as w - lr*dE/dw changes "
                "them: recorded as steps of sgd with the lr on which all numbers agree"
            )
            return
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        self.note(
            f"{names[0]}{more} changed after backward() without an optimiser of PyTorch's, and not "
            "as w - lr*dE/dw with one lr for all: that change isn't recorded as a step"
        )

    def _groups(self, optimizer: Any) -> dict[str, dict[str, Any]]:
        """The options of each of the model's parameters that the optimiser holds."""
        names, found = self.tape.parameters, dict[str, dict[str, Any]]()
        for group in optimizer.param_groups:
            options = {name: item for name, item in group.items() if name != "params"}
            options["lr"] = float(options.get("lr", 0.0))
            found |= {names[id(p)]: options for p in group["params"] if id(p) in names}
        return found

    def _values(self) -> dict[str, Numbers]:
        return {name: numbers_of(p) for name, p in self.parameters.items()}

    def _states(self, optimizer: Any, names: Mapping[str, Any]) -> dict[str, Arrays]:
        """What the optimiser keeps for each parameter, by its own words."""
        found: dict[str, Arrays] = {}
        for name in names:
            kept = optimizer.state.get(self.parameters[name], {})
            found[name] = {key: _number(item) for key, item in kept.items() if item is not None}
        return found


def _number(item: Any) -> Numbers:
    return numbers_of(item if isinstance(item, torch.Tensor) else torch.tensor(item))
