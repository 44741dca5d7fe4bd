"""What people stumble over in PyTorch: each trap is told in words, and the numbers are right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

import torch
from torch import nn

from tracer.errors import UsageError
from tracer.torch import Recorded, record

Block = Callable[[Any, Any, Any, Any], object]
MSE = nn.MSELoss()


def network(*layers: Any) -> Any:
    torch.manual_seed(1)
    chosen = layers or (nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
    return nn.Sequential(*chosen).double()


def sgd(parameters: Any) -> Any:
    return torch.optim.SGD(parameters, lr=0.1)


def recorded(
    block: Block, model: Any = None, optimizer: Callable[[Any], Any] = sgd, **options: Any
) -> Recorded:
    """What a block leaves, called with model, optimiser, inputs and targets."""
    model = network() if model is None else model
    torch.manual_seed(2)
    x, y = (torch.rand(4, 2, dtype=torch.float64) for _ in range(2))
    chosen = optimizer(model.parameters())
    with record(model, **options) as numbers:
        block(model, chosen, x, y)
    return numbers


def step(model: Any, optimizer: Any, x: Any, y: Any) -> None:
    optimizer.zero_grad()
    MSE(model(x), y).backward()
    optimizer.step()


def told(numbers: Recorded, *words: str) -> str:
    """The only note that has all these words."""
    found = [note for note in numbers.notes if all(word in note for word in words)]
    assert len(found) == 1, numbers.notes
    return found[0]


@pytest.mark.parametrize(("to_none", "words"), [(True, ".grad is None"), (False, ".grad is zero")])
def test_gradients_are_kept_although_zero_grad_follows(to_none: bool, words: str) -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        step(model, optimizer, x, y)
        optimizer.zero_grad(set_to_none=to_none)

    numbers = recorded(block)
    told(numbers, "zero_grad() cleared", words)
    assert numbers["dW1"].any()
    assert numbers.check().all_right


@pytest.mark.parametrize("to_none", [True, False])
def test_zero_grad_before_the_step_leaves_it_nothing(to_none: bool) -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        MSE(model(x), y).backward()
        optimizer.zero_grad(set_to_none=to_none)
        optimizer.step()

    numbers = recorded(block)
    told(numbers, "iteration 1", "cleared between backward() and step()")
    assert numbers["dW1"].any()
    assert numbers.check().first_wrong == "w7+"


def test_gradients_that_add_up_over_iterations_are_told() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        for _ in range(2):
            MSE(model(x), y).backward()
            optimizer.step()

    numbers = recorded(block)
    told(numbers, "iteration 2", "weren't zero before backward()", "0.weight", "zero_grad()")
    judged = numbers.check()
    assert judged.first_wrong == "dE/dw7@2"
    wrong = {a.answer.name for a in judged.checked.array_findings if a.verdict == "wrong"}
    assert wrong == {"dW1@2", "db1@2", "dW2@2", "db2@2"}


def test_two_backward_passes_before_a_step_are_told() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        loss = MSE(model(x), y)
        loss.backward(retain_graph=True)
        loss.backward()
        optimizer.step()

    numbers = recorded(block)
    told(numbers, "iteration 1", "ran 2 times before the step")
    once = recorded(step)
    np.testing.assert_allclose(numbers["dW1"], 2 * once["dW1"], rtol=1e-14)
    np.testing.assert_array_equal(numbers["delta1"], once["delta1"])


def _detach(model: Any, x: Any) -> Any:
    return model[1](model[0](x)).detach()


def _data(model: Any, x: Any) -> Any:
    return model[1](model[0](x)).data


def _no_grad(model: Any, x: Any) -> Any:
    with torch.no_grad():
        return model[1](model[0](x))


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        (_detach, "cut by .detach()"),
        (_data, "cut by .data"),
        (_no_grad, "cut in '0' (Linear) by linear in no_grad()"),
    ],
)
def test_a_graph_that_is_cut_is_refused_where_it_is_cut(
    hidden: Callable[[Any, Any], Any], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        recorded(lambda model, _, x, y: MSE(model[2](hidden(model, x)), y).backward())
    assert words in refused.value.message
    assert "requires_grad_(False)" in refused.value.hint


def test_a_graph_cut_out_of_sight_shows_in_who_gets_no_gradient() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        hidden = torch.tensor(model[1](model[0](x)).tolist(), dtype=x.dtype)
        MSE(model[2](hidden), y).backward()

    numbers = recorded(block)
    told(numbers, "nothing leads from 0.weight, 0.bias to the loss")
    assert numbers.experiment.network.sizes == (3, 2)


class Functional(nn.Module):
    """ReLU of whichever kind, between two layers."""

    def __init__(self, relu: Callable[[Any], Any]) -> None:
        super().__init__()
        self.fc1, self.fc2, self.relu = nn.Linear(2, 8), nn.Linear(8, 2), relu

    def forward(self, x: Any) -> Any:
        return self.fc2(self.relu(self.fc1(x)))


@pytest.mark.parametrize(
    "relu",
    [nn.ReLU(inplace=True), nn.functional.relu_, torch.relu_, lambda net: net.relu_()],
    ids=["module", "functional", "torch", "method"],
)
def test_in_place_activations_keep_the_net_inputs(relu: Callable[[Any], Any]) -> None:
    torch.manual_seed(0)
    numbers = recorded(step, Functional(relu).double())
    told(numbers, "works in place")
    assert (numbers["net1"] < 0).any()
    assert (numbers["out1"] >= 0).all()
    assert not (numbers["delta1"] == numbers["dout1"]).all()
    assert numbers.check().all_right


def test_float32_is_judged_as_such() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        for _ in range(20):
            step(model.float(), optimizer, x.float(), y.float())

    numbers = recorded(block, optimizer=lambda p: torch.optim.Adam(p, lr=0.05))
    told(numbers, "float32")
    assert numbers["W1+@20"].dtype == np.float32
    judged = numbers.check()
    assert judged.all_right, judged
    assert "are float32: right within 1e-6" in repr(judged)


def test_float32_that_is_wrong_is_wrong() -> None:
    model = network().float()
    model[0].weight.register_hook(lambda gradient: gradient * 1.001)
    numbers = recorded(
        lambda model, optimizer, x, y: step(model, optimizer, x.float(), y.float()), model
    )
    assert numbers.check().first_wrong == "dE/dw1"


def test_deltas_of_a_mean_belong_to_a_sample() -> None:
    kept: list[Any] = []

    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        out = model(x)
        out.retain_grad()
        kept.append(out)
        MSE(out, y).backward()

    numbers = recorded(block)
    told(numbers, "divided by 4", "multiplied by 4")
    np.testing.assert_array_equal(numbers["delta2"], 4 * kept[0].grad.numpy())


def test_a_loss_from_after_the_step_is_told_from_the_iterations_own() -> None:
    losses: list[float] = []

    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        step(model, optimizer, x, y)
        losses.append(MSE(model(x), y).item())

    numbers = recorded(block)
    told(numbers, "called again after the last step", f"{float(numbers['loss']):.9g}")
    assert float(numbers["loss"]) > losses[0]
    assert numbers.iterations == 1


def test_a_pass_between_the_steps_is_no_iteration() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        for _ in range(2):
            step(model, optimizer, x, y)
            with torch.no_grad():
                MSE(model.eval()(x), y)
            model.train()

    numbers = recorded(block)
    assert numbers.iterations == 2
    assert numbers.check().all_right


def test_parameters_changed_by_hand_are_told() -> None:
    def between(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        step(model, optimizer, x, y)
        with torch.no_grad():
            model[0].weight.mul_(0.5)
        step(model, optimizer, x, y)

    numbers = recorded(between)
    told(numbers, "iteration 2", "0.weight changed since the last step")
    assert numbers.check().first_wrong == "w1@2"

    def inside(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        MSE(model(x), y).backward()
        with torch.no_grad():
            model[0].weight.mul_(0.5)
        optimizer.step()

    numbers = recorded(inside)
    told(numbers, "iteration 1", "0.weight changed between the forward pass and step()")
    assert numbers.check().first_wrong == "w1+"


def test_gradients_changed_by_hand_are_told() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        MSE(model(x), y).backward()
        model[0].weight.grad += 0.1
        optimizer.step()

    numbers = recorded(block)
    told(numbers, "changed between backward() and step()")
    assert numbers.check().first_wrong == "w1+"


def test_an_optimiser_of_other_parameters_is_told() -> None:
    other = nn.Linear(2, 2).double()
    numbers = recorded(step, optimizer=lambda _: sgd(other.parameters()))
    told(numbers, "SGD holds none of the model's parameters")
    assert "W1+" not in numbers
    assert numbers.experiment.training is None

    numbers = recorded(step, optimizer=lambda parameters: sgd(list(parameters)[2:]))
    told(numbers, "doesn't hold 0.weight, 0.bias")
    assert "freeze: [w1, w2, w3, w4, w5, w6, b1, b2, b3]" in numbers.config()
    assert numbers.check().all_right


def test_parameters_without_gradient_are_frozen() -> None:
    first = nn.Linear(2, 3).requires_grad_(False)
    numbers = recorded(step, network(first, nn.Tanh(), nn.Linear(3, 2, bias=False)))
    told(numbers, "0.weight, 0.bias need no gradient")
    assert {"dW1", "delta1", "b2"}.isdisjoint(numbers)
    assert "freeze: [w1, w2, w3, w4, w5, w6, b1, b2, b3]" in numbers.config()
    assert numbers.check().all_right


def test_a_new_optimiser_in_the_middle_is_told() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        step(model, optimizer, x, y)
        step(model, adam(model.parameters()), x, y)

    def adam(parameters: Any) -> Any:
        return torch.optim.Adam(parameters, lr=0.1)

    numbers = recorded(block, optimizer=adam)
    told(numbers, "iteration 2", "doesn't go on from the state")
    assert numbers.check().first_wrong == "m_w7+@2"


def test_a_step_without_a_pass_is_told() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        step(model, optimizer, x, y)
        optimizer.step()

    told(recorded(block), "made a step without a backward pass")


def test_weight_decay_is_no_part_of_pytorchs_loss() -> None:
    numbers = recorded(step, optimizer=lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.5))
    told(numbers, "weight_decay is the penalty", "0.5")
    squares = sum(float((numbers[name] ** 2).sum()) for name in ("W1", "b1", "W2", "b2"))
    plain = recorded(step)
    assert float(numbers["loss"]) == pytest.approx(float(plain["loss"]) + 0.25 * squares)
    np.testing.assert_array_equal(numbers["dW1:data"], plain["dW1"])
    assert numbers.check().all_right


def test_odd_names_reach_no_terminal() -> None:
    model = nn.Sequential()
    model.add_module("a\x1b[31m", nn.Linear(2, 2, bias=False).requires_grad_(False))
    model.add_module("b", type("R\x1b", (nn.ReLU,), {})(inplace=True))
    model.add_module("c", nn.Linear(2, 2))
    numbers = recorded(step, model.double())
    assert "a\\x1b[31m.weight need no gradient" in repr(numbers)
    for shown in (repr(numbers), repr(numbers.check()), numbers.config()):
        assert "\x1b" not in shown


def by_hand(change: Callable[[int, Any], object], count: int = 2, zero: bool = True) -> Recorded:
    """Iterations whose parameters a function changes, told the iteration, without an optimiser."""

    def block(model: Any, _: Any, x: Any, y: Any) -> None:
        for number in range(count):
            if zero:
                model.zero_grad()
            MSE(model(x), y).backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    change(number, parameter)

    return recorded(block)


@pytest.mark.parametrize("rate", [0.1, 0.03, 1 / 3])
def test_steps_written_by_hand_are_iterations(rate: float) -> None:
    numbers = by_hand(lambda _, p: p.sub_(rate * p.grad), 3)
    told(numbers, "without an optimiser", "recorded as steps of sgd")
    assert not any("backward() ran" in note for note in numbers.notes)
    assert numbers.iterations == 3
    assert [float(numbers[name]) for name in ("lr", "lr@2", "lr@3")] == pytest.approx([rate] * 3)
    assert len({float(numbers[name]) for name in ("lr", "lr@2", "lr@3")}) == 1
    assert numbers.check().all_right
    assert "schedule" not in numbers.config()


def test_rates_of_steps_by_hand_may_follow_a_schedule() -> None:
    numbers = by_hand(lambda k, p: p.sub_(0.1 * 0.5**k * p.grad), 3)
    assert "{initial: 0.1, schedule: exponential, rate: 0.5}" in numbers.config()


def test_parameters_that_steps_by_hand_leave_out_are_frozen() -> None:
    numbers = by_hand(lambda _, p: p.sub_(0.1 * p.grad) if p.ndim == 2 else None)
    told(numbers, "0.bias, 2.bias stay as they are")
    assert numbers.check().all_right


def test_steps_by_hand_on_gradients_never_zeroed_are_told_of() -> None:
    numbers = by_hand(lambda _, p: p.sub_(0.1 * p.grad), zero=False)
    told(numbers, "iteration 2", "weren't zero before backward()", "call model.zero_grad()")
    assert numbers.check().first_wrong.endswith("@2")


def test_a_change_that_is_no_step_is_told_as_one() -> None:
    numbers = by_hand(lambda _, p: p.add_(0.1 * p.grad))
    told(numbers, "0.weight and 3 more changed after backward()", "isn't recorded as a step")
    told(numbers, "ran 2 times without a step", "zero before the last")
    assert numbers.iterations == 1
    assert numbers.check().all_right


def test_gradients_that_were_zeroed_between_two_passes_are_no_sum() -> None:
    def block(model: Any, optimizer: Any, x: Any, y: Any) -> None:
        MSE(model(x), y).backward()
        step(model, optimizer, x, y)

    numbers = recorded(block)
    told(numbers, "ran 2 times before the step", "zero before the last")
    assert numbers.check().all_right
