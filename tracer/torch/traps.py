"""What a reader of PyTorch's numbers stumbles over, found in a recording and said in words.

Each function looks for one trap and yields a sentence for each time that it finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from tracer.immutable import immutable
from tracer.torch.chain import SOFTPLUS_LIMIT
from tracer.torch.clipping import treated
from tracer.torch.experiment import Built, trained
from tracer.torch.iterations import Arrays, Iteration
from tracer.torch.steps import Watch

_MOST = 3


@immutable
class Found:
    """A recording that is complete: what was heard, and what was made of it."""

    watch: Watch
    built: Built

    @property
    def iterations(self) -> Sequence[Iteration]:
        """The iterations recorded."""
        return self.watch.iterations


def traps(found: Found) -> tuple[str, ...]:
    """All sentences, each once, what was heard on the way first."""
    said = [*found.watch.notes, *(text for look in _LOOKS for text in look(found))]
    return tuple(dict.fromkeys(said))


def _mean_loss(found: Found) -> Iterator[str]:
    chain = found.iterations[0].chain
    samples = len(chain.inputs)
    if chain.loss.reduction == "mean" and samples > 1:
        yield (
            f"the loss is a mean over {samples} samples, so PyTorch's gradients of net inputs and "
            f"outputs are divided by {samples}; here delta and dE/dout belong to a sample, and were "
            f"multiplied by {samples}. The parameters' gradients are as PyTorch has them"
        )


def _single(found: Found) -> Iterator[str]:
    kind = found.iterations[0].chain.node.value.dtype
    if kind != np.float64:
        yield (
            f"PyTorch calculated in {kind}, and is judged with what that loses; "
            "model.double(), and data in float64, show more digits"
        )


def _in_place(found: Found) -> Iterator[str]:
    for link in found.iterations[0].chain.links:
        out = link.out
        if link.seen and (out.call.endswith("_") or out.argument(9, "inplace", False)):
            yield (
                f"{out.place} works in place: the tensor of the net inputs holds the outputs "
                "afterwards. What is recorded was copied before"
            )


def _accumulated(found: Found) -> Iterator[str]:
    for number, iteration in enumerate(found.iterations, 1):
        summed = iteration.summed
        names = [name for name, array in summed[0].before.items() if array.any()]
        held = iteration.step.options if iteration.step else ()
        by_hand = iteration.step is None or iteration.step.by_hand
        whose = "model" if by_hand or not any(name in held for name in names) else "optimizer"
        if names:
            yield (
                f"iteration {number}: the gradients weren't zero before backward(), so it was added "
                f"to what an earlier one had left in {_listed(names)}: call {whose}.zero_grad() "
                "before it"
            )
        ran, when = len(iteration.passes), "before the step" if iteration.step else "without a step"
        if len(summed) > 1:
            yield (
                f"iteration {number}: backward() ran {ran} times {when}, and the gradients are the "
                f"sum{'' if len(summed) == ran else f' of the last {len(summed)}'}; the passes "
                "recorded are those of the last one"
            )
        elif ran > 1:
            yield (
                f"iteration {number}: backward() ran {ran} times {when}, and the gradients were "
                "zero before the last, which is the one recorded"
            )


def _treated(found: Found) -> Iterator[str]:
    for number, iteration in enumerate(found.iterations, 1):
        how = treated(iteration).how
        if how == "gone":
            yield (
                f"iteration {number}: the gradients were cleared between backward() and step(), "
                "which had nothing to go by: call zero_grad() before backward() or after step()"
            )
        elif how == "changed":
            yield (
                f"iteration {number}: the gradients were changed between backward() and step(), in "
                "another way than clipping; those recorded are what backward() left"
            )


def _cleared(found: Found) -> Iterator[str]:
    last, now = found.iterations[-1].last.after, found.watch.gradients()
    there, left = (any(a.any() for a in arrays.values()) for arrays in (last, now))
    if found.iterations[-1].step is not None and there and not left:
        yield (
            f"zero_grad() cleared the gradients after the step: .grad is {'zero' if now else 'None'} "
            "now. What is recorded is what backward() left"
        )


def _by_hand(found: Found) -> Iterator[str]:
    before: Arrays = {}
    for number, iteration in enumerate(found.iterations, 1):
        seen = {p.parameter: p.value for p in iteration.chain.parameters}
        names = _unlike(before, seen)
        if names:
            yield (
                f"iteration {number}: {_listed(names)} changed since the last step, by no "
                "optimiser; here an iteration begins with what the one before has made"
            )
        if iteration.step is None:
            continue
        names = _unlike(seen, iteration.step.before)
        if names:
            yield (
                f"iteration {number}: {_listed(names)} changed between the forward pass and "
                "step(); the gradients belong to the old ones"
            )
        before = iteration.step.after


def _after_the_step(found: Found) -> Iterator[str]:
    if any(node.call == "linear" for node in found.watch.later):
        last = float(found.iterations[-1].chain.node.value)
        yield (
            "the model was called again after the last step, with the new parameters: a loss from "
            f"there belongs to the next iteration. Iteration {len(found.iterations)} has the loss "
            f"before its step, {last:.9g}"
        )


def _not_held(found: Found) -> Iterator[str]:
    first = found.iterations[0]
    if first.step is None:
        return
    names = [p.parameter for p in first.chain.parameters]
    stopped = [p.parameter for p in first.chain.parameters if not p.follows]
    missing = [name for name in names if name not in first.step.options and name not in stopped]
    if missing and first.step.by_hand:
        yield f"{_listed(missing)} stay as they are (freeze in the configuration)"
    elif missing:
        yield (
            f"the optimiser doesn't hold {_listed(missing)}, which stay as they are (freeze in the "
            "configuration): was it made before the model was complete?"
        )
    if stopped:
        yield f"{_listed(stopped)} need no gradient, and stay as they are (freeze)"


def _without_gradient(found: Found) -> Iterator[str]:
    first = found.iterations[0]
    used = {p.parameter for p in first.chain.parameters}
    unused = [name for name in found.watch.parameters if name not in used]
    if unused:
        yield (
            f"nothing leads from {_listed(unused)} to the loss, so they get no gradient: they aren't "
            "part of the calculation, or the graph was cut behind them"
        )


def _penalty(found: Found) -> Iterator[str]:
    penalty = found.built.experiment.penalty
    if penalty is not None:
        yield (
            f"weight_decay is the penalty ½·λ·Σw² with λ = {penalty.strength:g}, of the {penalty.of}: "
            "PyTorch has it neither in the loss nor in .grad, which is dE/dw:data here; it was "
            "added to the loss"
        )


def _states(found: Found) -> Iterator[str]:
    before: Iteration | None = None
    for number, iteration in enumerate(found.iterations, 1):
        if before is not None and before.step and iteration.step:
            names = trained(iteration.chain, iteration.step)
            old, new = before.step.states_after, iteration.step.states_before
            if any(
                _unlike(old[n], new[n]) or old[n].keys() - new[n].keys() for n in names if n in old
            ):
                yield (
                    f"iteration {number}: the optimiser doesn't go on from the state that the step "
                    "before has left: was it made anew?"
                )
        before = iteration


def _softplus(found: Found) -> Iterator[str]:
    for number, link in enumerate(found.iterations[0].chain.links, 1):
        if link.activation == "softplus" and (link.net.value > SOFTPLUS_LIMIT).any():
            yield (
                f"net{number} has numbers above {SOFTPLUS_LIMIT}, where PyTorch's softplus is the "
                "identity: the difference is below 3e-9"
            )


_LOOKS: tuple[Callable[[Found], Iterable[str]], ...] = (
    _mean_loss,
    _single,
    _in_place,
    _accumulated,
    _treated,
    _cleared,
    _by_hand,
    _after_the_step,
    _not_held,
    _without_gradient,
    _penalty,
    _states,
    _softplus,
)


def _unlike(one: Arrays, other: Arrays) -> list[str]:
    """The names of those that are in both, and differ."""
    return [n for n, a in one.items() if n in other and not np.array_equal(a, other[n])]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
