"""A recording of PyTorch: its numbers, its verdicts, its configuration and its file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.cli import run

pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

import torch
from torch import nn

from tracer.config import load
from tracer.errors import ConfigError, OutputError, UsageError
from tracer.torch import Recorded, record


def mazur() -> tuple[Any, Any, Any]:
    """The model of the worked example, its optimiser (the biases are fixed), and its sample."""
    model = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 2), nn.Sigmoid()).double()
    numbers = ([[0.15, 0.20], [0.25, 0.30]], [0.35] * 2, [[0.40, 0.45], [0.50, 0.55]], [0.60] * 2)
    with torch.no_grad():
        for parameter, values in zip(model.parameters(), numbers, strict=True):
            parameter.copy_(torch.tensor(values, dtype=torch.float64))
    for layer in (model[0], model[2]):
        layer.bias.requires_grad_(False)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    sample = [torch.tensor([row], dtype=torch.float64) for row in ([0.05, 0.10], [0.01, 0.99])]
    return model, optimizer, sample


def trained(iterations: int = 1) -> Recorded:
    model, optimizer, (x, y) = mazur()
    with record(model) as numbers:
        for _ in range(iterations):
            optimizer.zero_grad()
            loss = 0.5 * ((y - model(x)) ** 2).sum()
            loss.backward()
            optimizer.step()
    return numbers


def test_the_worked_example_gives_the_published_numbers() -> None:
    numbers = trained()
    assert float(numbers["loss"]) == pytest.approx(0.298371109, abs=5e-10)
    assert numbers["delta2"][0, 0] == pytest.approx(0.138498562, abs=5e-10)
    assert numbers["W2+"][0, 0] == pytest.approx(0.35891648, abs=5e-9)
    assert numbers["W1+"][1, 1] == pytest.approx(0.29950229, abs=5e-9)
    assert numbers.check().all_right


def test_a_recording_says_what_it_is() -> None:
    numbers = trained(2)
    shown = repr(numbers)
    assert shown.startswith(
        "<Recorded: 2 iterations of 2-2-2 (sigmoid, sigmoid), half_squared_error, sum, sgd>"
    )
    assert "0.bias, 2.bias need no gradient" in shown
    assert numbers.iterations == 2
    assert list(numbers)[:5] == ["inputs", "targets", "W1", "b1", "W2"]
    assert {"lr", "net1", "out1", "dout2", "delta1", "dW1", "W1+", "W1+@2"} <= set(numbers)
    with pytest.raises(KeyError, match="did you mean 'dW1'"):
        numbers["dw1"]


def test_a_verdict_shows_itself_as_check_does() -> None:
    judged = trained().check()
    text = repr(judged)
    assert text.startswith("Check: Recorded from PyTorch: Sequential\n")
    assert "W1+" in text
    assert "Note: 0.bias, 2.bias need no gradient" in text
    assert judged.first_wrong == ""


def test_check_reads_the_saved_file_under_the_written_configuration(tmp_path: Path) -> None:
    arrays, config = tmp_path / "run.npz", tmp_path / "run.yaml"
    trained(3).save(arrays, config)
    with np.load(arrays) as file:
        assert set(file) == set(trained(3))
    told = run("check", config, arrays, code=0)
    assert " right" in told.output
    assert "wrong" not in told.output.split("Iteration 1")[0]
    changed = dict(np.load(arrays))
    changed["dW1@2"] = 2 * changed["dW1@2"]
    np.savez(arrays, **changed)
    assert "dW1@2" in run("check", config, arrays, code=1).output


def test_files_are_not_overwritten_unasked(tmp_path: Path) -> None:
    path, config = tmp_path / "run.npz", tmp_path / "run.yaml"
    numbers = trained()
    numbers.save(path, config)
    with pytest.raises(OutputError, match="exists already"):
        numbers.save(path)
    numbers.save(path, config, force=True)
    config.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="exists already"):
        numbers.save(tmp_path / "other.npz", config)
    assert config.read_text(encoding="utf-8") == "mine"
    with pytest.raises(OutputError, match="name it run"):
        numbers.save(tmp_path / "run.pt")


def test_notes_stand_in_the_configuration_as_comments() -> None:
    numbers = trained()
    lines = numbers.config().splitlines()
    assert lines[0].startswith("# 0.bias, 2.bias need no gradient")
    assert max(map(len, lines)) <= 104
    load("recorded.yaml", numbers.config())


def test_numbers_that_are_not_finite_are_named() -> None:
    model, optimizer, (x, y) = mazur()
    with record(model) as numbers:
        ((model(x * float("nan")) - y) ** 2).sum().backward()
        optimizer.step()
    with pytest.raises(ConfigError, match=r"net1: net1\[0, 0\] is nan"):
        numbers.check()


class OutForSlope(torch.autograd.Function):
    """A sigmoid whose author forgot the factor 1 − out."""

    @staticmethod
    def forward(context: Any, net: Any) -> Any:
        out = 1 / (1 + torch.exp(-net))
        context.save_for_backward(out)
        return out

    @staticmethod
    def backward(context: Any, *gradients: Any) -> Any:
        (out,) = context.saved_tensors
        return gradients[0] * out


class Sigmoid(nn.Module):
    def forward(self, net: Any) -> Any:
        return OutForSlope.apply(net)


class Layer(nn.Linear):
    """A layer whose backward pass was written by hand: the gradient of its biases is a mean."""

    class Function(torch.autograd.Function):
        @staticmethod
        def forward(context: Any, x: Any, W: Any, b: Any) -> Any:
            context.save_for_backward(x, W)
            return x @ W.T + b

        @staticmethod
        def backward(context: Any, *gradients: Any) -> Any:
            x, W = context.saved_tensors
            return gradients[0] @ W, gradients[0].T @ x, gradients[0].mean(0)

    def forward(self, x: Any) -> Any:
        return self.Function.apply(x, self.weight, self.bias)


def _one_step(model: Any, modules: Any = None) -> Recorded:
    torch.manual_seed(0)
    x, y = (torch.rand(4, 2, dtype=torch.float64) for _ in range(2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with record(model, modules) as numbers:
        nn.MSELoss()(model(x), y).backward()
        optimizer.step()
    return numbers


@pytest.mark.parametrize("key", ["1", Sigmoid], ids=["path", "class"])
def test_a_slope_forgotten_in_a_backward_pass_is_named(key: Any) -> None:
    model = nn.Sequential(nn.Linear(2, 3), Sigmoid(), nn.Linear(3, 2)).double()
    judged = _one_step(model, {key: "sigmoid"}).check()
    assert judged.first_wrong == "delta_h1"
    found = {a.answer.name: a for a in judged.checked.array_findings if a.tainted}
    assert [match.name for match in found["delta1"].matches] == ["slope_is_out"]
    assert found["dW1"].verdict == found["W1+"].verdict == "follows"
    assert found.keys() == {"delta1", "dW1", "db1", "W1+", "b1+"}


def test_a_declared_module_may_work_in_place() -> None:
    class Mine(nn.Module):
        def forward(self, net: Any) -> Any:
            return net.clamp_(min=0)

    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(2, 8), Mine(), nn.Linear(8, 2)).double()
    numbers = _one_step(model, {Mine: "relu"})
    assert (numbers["net1"] < 0).any()
    assert numbers.check().all_right


def test_data_that_is_filled_in_place_is_taken_as_it_is_used() -> None:
    model = nn.Linear(2, 2).double()
    x = torch.zeros(3, 2, dtype=torch.float64)
    with record(model) as numbers:
        scaled = x + 1
        for row in range(3):
            scaled[row] = row
        ((model(scaled) - x) ** 2).sum().backward()
    assert numbers["inputs"].tolist() == [[0, 0], [1, 1], [2, 2]]
    assert numbers.check().all_right


def test_a_function_whose_forward_is_a_known_call_needs_no_declaration() -> None:
    class Plain(OutForSlope):
        @staticmethod
        def forward(context: Any, net: Any) -> Any:
            out = torch.sigmoid(net)
            context.save_for_backward(out)
            return out

    class Activation(nn.Module):
        def forward(self, net: Any) -> Any:
            return Plain.apply(net)

    model = nn.Sequential(nn.Linear(2, 3), Activation(), nn.Linear(3, 2)).double()
    assert _one_step(model).check().first_wrong == "delta_h1"


def test_a_layer_written_by_hand_is_judged_too() -> None:
    model = nn.Sequential(Layer(2, 3), nn.Tanh(), nn.Linear(3, 2)).double()
    judged = _one_step(model, {Layer: "linear"}).check()
    assert judged.first_wrong == "dE/db1"
    found = {a.answer.name: a for a in judged.checked.array_findings if a.tainted}
    assert found.keys() == {"db1", "b1+"}
    assert found["db1"].ratio == pytest.approx(0.25)


def test_a_gradient_that_a_hook_changes_is_blamed_once() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)).double()
    model[2].weight.register_hook(lambda gradient: -gradient)
    judged = _one_step(model).check()
    found = {a.answer.name: a.verdict for a in judged.checked.array_findings if a.tainted}
    assert found == {"dW2": "mistake", "W2+": "follows"}


def test_outputs_may_be_squeezed_and_a_sample_may_stand_alone() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1)).double()
    x, y = torch.rand(4, 2, dtype=torch.float64), torch.rand(4, dtype=torch.float64)
    ways: list[Callable[[], Any]] = [
        lambda: model(x).squeeze(1),
        lambda: model(x)[:, 0],
        lambda: model(x).flatten(),
    ]
    for outputs in ways:
        with record(model) as numbers:
            nn.MSELoss()(outputs(), y).backward()
        assert numbers["net2"].shape == numbers["targets"].shape == (4, 1)
        assert numbers.check().all_right
        model.zero_grad()
    with record(model) as alone:
        nn.MSELoss()(model(x[0]), y[:1]).backward()
    assert alone["net1"].shape == (1, 3)
    assert alone.check().all_right


def test_batches_of_a_loader_come_again_in_the_next_epoch() -> None:
    torch.manual_seed(0)
    model = nn.Linear(2, 1).double()
    x, y = torch.rand(5, 2, dtype=torch.float64), torch.rand(5, 1, dtype=torch.float64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=2)
    with record(model) as numbers:
        for _ in range(2):
            for inputs, targets in data:
                optimizer.zero_grad()
                nn.MSELoss()(model(inputs), targets).backward()
                optimizer.step()
    assert numbers.iterations == 6
    assert numbers.experiment.data is not None
    np.testing.assert_array_equal(numbers.experiment.data.inputs, x.numpy())
    assert "batch: 2" in numbers.config()
    assert numbers.check().all_right


def test_an_optimiser_that_has_made_steps_goes_on() -> None:
    torch.manual_seed(0)
    model = nn.Linear(2, 1).double()
    x, y = torch.rand(3, 2, dtype=torch.float64), torch.rand(3, 1, dtype=torch.float64)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.1)

    def step() -> None:
        optimizer.zero_grad()
        nn.MSELoss()(model(x), y).backward()
        optimizer.step()

    for _ in range(5):
        step()
    with record(model) as numbers:
        for _ in range(2):
            step()
    assert "updates: 5" in numbers.config()
    assert {"m_W1", "v_b1", "m_W1+"} <= set(numbers)
    assert numbers.check().all_right


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda o: torch.optim.lr_scheduler.ExponentialLR(o, 0.9), "schedule: exponential"),
        (lambda o: torch.optim.lr_scheduler.StepLR(o, 2, 0.5), "schedule: step"),
        (lambda o: torch.optim.lr_scheduler.LinearLR(o, 1.0, 0.1, 3), "schedule: linear"),
    ],
)
def test_a_schedule_is_read_from_the_rates(make: Any, words: str) -> None:
    model, optimizer, (x, y) = mazur()
    schedule = make(optimizer)
    with record(model) as numbers:
        for _ in range(6):
            optimizer.zero_grad()
            (0.5 * ((y - model(x)) ** 2).sum()).backward()
            optimizer.step()
            schedule.step()
    assert words in numbers.config()
    assert numbers.check().all_right


@pytest.mark.parametrize("clip", ["norm", "value"])
def test_clipped_gradients_are_kept_beside_those_of_backward(clip: str) -> None:
    model, optimizer, (x, y) = mazur()
    with record(model) as numbers:
        (0.5 * ((y - model(x)) ** 2).sum()).backward()
        if clip == "norm":
            nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        else:
            nn.utils.clip_grad_value_(model.parameters(), 0.05)
        optimizer.step()
    assert f"clip: {{{clip}: 0." in numbers.config()
    assert np.abs(numbers["dW2"]).max() > np.abs(numbers["g_W2"]).max()
    assert numbers.check().all_right


def test_rates_without_a_schedule_and_a_limit_in_each_step_are_judged_but_not_stated(
    tmp_path: Path,
) -> None:
    def recorded(clip: bool) -> Recorded:
        model, optimizer, (x, y) = mazur()
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 5)
        with record(model) as numbers:
            for _ in range(4):
                optimizer.zero_grad()
                (0.5 * ((y - model(x)) ** 2).sum()).backward()
                if clip:
                    nn.utils.clip_grad_norm_(model.parameters(), 0.11)
                optimizer.step()
                if not clip:
                    schedule.step()
        return numbers

    for clip, words in ((False, "follow no schedule"), (True, "clipping in several iterations")):
        numbers = recorded(clip)
        assert ("g_W1@4" in numbers) == clip
        judged = numbers.check()
        assert judged.all_right, judged
        with pytest.raises(UsageError, match=words):
            numbers.save(tmp_path / "run.npz", tmp_path / "run.yaml")
    assert not list(tmp_path.iterdir())


def test_a_wide_network_in_float32_is_judged_iteration_by_iteration() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(60, 40), nn.ReLU(), nn.Linear(40, 10))
    optimizer = torch.optim.Adam(model.parameters())
    x, y = torch.rand(16, 60), torch.randint(10, (16,))
    with record(model) as numbers:
        for _ in range(6):
            optimizer.zero_grad()
            nn.CrossEntropyLoss()(model(x), y).backward()
            optimizer.step()
    assert numbers.check().all_right
