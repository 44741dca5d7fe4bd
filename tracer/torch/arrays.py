"""Recorded iterations → every array under this program's name for it, counted as it counts.

What PyTorch counts otherwise is converted here, and here alone: gradients of a mean are divided by the
samples, ours belong to a sample; `weight_decay` is a penalty that is in our loss and in our gradients.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tracer.immutable import immutable
from tracer.model.quantity import Kind
from tracer.model.schedules import CONSTANT
from tracer.torch.experiment import Built, trained
from tracer.torch.iterations import Arrays, Iteration, Step
from tracer.torch.tape import Numbers


def arrays_of(iterations: Sequence[Iteration], built: Built) -> Iterator[tuple[str, Numbers]]:
    """Every array of every iteration under its name, `W1` or `dW1@2`, as PyTorch had it."""
    for number, iteration in enumerate(iterations, 1):
        suffix = f"@{number}" if number > 1 else ""
        for name, array in _Arrays(iteration, built).named():
            yield name + suffix, array


@immutable
class _Arrays:
    """The arrays of one iteration."""

    iteration: Iteration
    built: Built

    def named(self) -> Iterator[tuple[str, Numbers]]:
        """In the order of the calculation."""
        chain, step = self.iteration.chain, self.iteration.step
        yield "inputs", chain.inputs
        yield "targets", chain.loss.targets
        yield from self._of_parameters("", {p.parameter: p.value for p in chain.parameters})
        yield from self._states("", step.states_before if step else {})
        if step is not None and self._constant:
            yield "lr", np.asarray(step.options[trained(chain, step)[0]]["lr"])
        for number, link in enumerate(chain.links, 1):
            yield f"net{number}", _rows(link.net.value)
            if link.seen:
                yield f"out{number}", _rows(link.out.value)
        yield "loss", self._loss()
        yield from self._backward()
        yield from self._of_parameters("d", self.iteration.last.after)
        if step is not None:
            yield from self._updated(step)

    @property
    def _constant(self) -> bool:
        """Whether the rate of the step is the one that PyTorch shows among its options."""
        return self.built.rule is not None and self.built.rule.schedule == CONSTANT

    def _loss(self) -> Numbers:
        """PyTorch's loss, and the penalty that ours has in it."""
        chain, penalty = self.iteration.chain, self.built.experiment.penalty
        loss = chain.node.value.reshape(())
        if penalty is None:
            return loss
        covered = [link.W for link in chain.links]
        if penalty.covers(Kind.BIAS):
            covered = list(chain.parameters)
        summed = sum(float((node.value.astype(float) ** 2).sum()) for node in covered)
        value = penalty.value(summed, penalty.strength, len(chain.inputs))
        return np.asarray(loss + value, dtype=loss.dtype)

    def _backward(self) -> Iterator[tuple[str, Numbers]]:
        chain = self.iteration.chain
        factor = len(chain.inputs) if chain.loss.reduction == "mean" else 1
        numbered = list(enumerate(zip(chain.links, self.iteration.last.layers, strict=True), 1))
        for number, (link, (of_out, of_net)) in reversed(numbered):
            if link.seen and of_out is not None:
                yield f"dout{number}", _rows(of_out * factor)
            if of_net is not None:
                yield f"delta{number}", _rows(of_net * factor)

    def _updated(self, step: Step) -> Iterator[tuple[str, Numbers]]:
        training = self.built.experiment.training
        if training is not None and training.clip is not None:
            names = trained(self.iteration.chain, step)
            clipped = {name: step.gradients[name] for name in names if name in step.gradients}
            yield from self._of_parameters("g_", clipped)
        yield from self._states("+", step.states_after)
        yield from self._of_parameters("", step.after, "+")

    def _states(self, after: str, states: Mapping[str, Arrays]) -> Iterator[tuple[str, Numbers]]:
        rule = self.built.rule
        for letter, word in rule.states.items() if rule else ():
            kept = {n: arrays[word] for n, arrays in states.items() if word in arrays}
            yield from self._of_parameters(f"{letter}_", kept, after)

    def _of_parameters(
        self, before: str, arrays: Arrays, after: str = ""
    ) -> Iterator[tuple[str, Numbers]]:
        """Those that are there, `dW1`; where a penalty has its part in a gradient, `dW1:data`."""
        penalty = self.built.experiment.penalty if before == "d" else None
        for number, link in enumerate(self.iteration.chain.links, 1):
            for letter, node, kind in (("W", link.W, Kind.WEIGHT), ("b", link.b, Kind.BIAS)):
                if node is not None and node.parameter in arrays:
                    part = ":data" if penalty is not None and penalty.covers(kind) else after
                    yield f"{before}{letter}{number}{part}", arrays[node.parameter]


def _rows(array: Numbers) -> Numbers:
    """A row for each sample, also where there was one alone."""
    return array.reshape(-1, array.shape[-1])
