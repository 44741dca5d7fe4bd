"""What can't be traced is named, with the module it stands in, and refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: make test-torch")

import torch
from torch import nn

from tracer.errors import UsageError
from tracer.torch import record

Loss = Callable[[Any, Any], Any]
X, Y = torch.tensor([[0.5, -1.0], [1.0, 2.0], [0.3, 0.1]]), torch.tensor([[0.2, 0.8]] * 3)
CLASSES = torch.tensor([0, 1, 1])


class Shortcut(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(2, 2), nn.Linear(2, 2)

    def forward(self, x: Any) -> Any:
        hidden = torch.relu(self.fc1(x))
        return self.fc2(hidden) + hidden


class Tied(Shortcut):
    def forward(self, x: Any) -> Any:
        return self.fc1(torch.relu(self.fc1(x)))


class Branches(Shortcut):
    def forward(self, x: Any) -> Any:
        return self.fc2(torch.cat([self.fc1(x)[:, :1], x[:, :1]], dim=1))


class Masked(Shortcut):
    def forward(self, x: Any) -> Any:
        return nn.functional.linear(x, self.fc1.weight * 2, self.fc1.bias)


class Scaled(Shortcut):
    def forward(self, x: Any) -> Any:
        return self.fc2(self.fc1(x) * 2)


class Overwritten(Shortcut):
    def forward(self, x: Any) -> Any:
        hidden = self.fc1(x)
        hidden[:, 0] = 0
        return self.fc2(hidden)


class Viewed(Shortcut):
    def forward(self, x: Any) -> Any:
        hidden = self.fc1(x)
        hidden.view(-1).mul_(2)
        return self.fc2(hidden)


class Added(Shortcut):
    def forward(self, x: Any) -> Any:
        hidden = self.fc1(x)
        hidden += x
        return self.fc2(hidden)


def _chain(*between: Any) -> Any:
    return nn.Sequential(nn.Linear(2, 2), *between, nn.Linear(2, 2))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (
            _chain(nn.Dropout()),
            "'1' (Dropout): dropout can't be traced; switch it off: model.eval()",
        ),
        (_chain(nn.BatchNorm1d(2)), "'1' (BatchNorm1d): batch_norm can't be traced"),
        (_chain(nn.LayerNorm(2)), "'1' (LayerNorm): layer_norm can't be traced"),
        (_chain(nn.Hardtanh()), "'1' (Hardtanh): hardtanh can't be traced"),
        (_chain(nn.ReLU(), nn.Tanh()), "'1' (ReLU): relu after another activation"),
        (_chain(nn.Softmax(dim=1)), "'1' (Softmax): softmax in a hidden layer"),
        (_chain(nn.LeakyReLU(0.2)), "'1' (LeakyReLU): leaky_relu with negative_slope 0.2"),
        (_chain(nn.ELU(alpha=2.0)), "'1' (ELU): elu with alpha 2.0"),
        (_chain(nn.Softplus(beta=2)), "'1' (Softplus): softplus with beta"),
        (_chain(nn.GELU(approximate="tanh")), "'1' (GELU): gelu with approximate tanh"),
        (_chain(nn.PReLU()), "'1' (PReLU): prelu can't be traced"),
        (nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=0)), "softmax over axis 0"),
        (Shortcut(), "Shortcut: add can't be traced; a connection past layers"),
        (Tied(), "fc1.weight is used by two layers"),
        (Branches(), "Branches: cat can't be traced; branches"),
        (Masked(), "Masked: linear: its weights are no parameters"),
        (Scaled(), "Scaled: mul can't be traced"),
        (Overwritten(), "a change in place can't be traced"),
        (Viewed(), "a change in place can't be traced"),
        (Added(), "Added: add_ can't be traced"),
        (nn.Conv1d(3, 3, 1), "Conv1d: conv1d can't be traced"),
        (nn.Bilinear(2, 2, 2), "Bilinear: bilinear can't be traced"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_a_model_that_is_no_chain(model: Any, words: str) -> None:
    inputs = (X, X) if isinstance(model, nn.Bilinear) else (X,)
    with pytest.raises(UsageError) as refused, record(model):
        nn.MSELoss()(model(*inputs), Y).backward()
    assert words in str(refused.value)


def _by_hand(out: Any, y: Any) -> Any:
    return (out - y).abs().sum()


def _not_squared(out: Any, y: Any) -> Any:
    return (out - y).sum()


def _cubed(out: Any, y: Any) -> Any:
    return ((out - y) ** 3).sum()


def _factor(out: Any, y: Any) -> Any:
    return 0.7 * nn.functional.mse_loss(out, y)


@pytest.mark.parametrize(
    ("loss", "targets", "words"),
    [
        (nn.L1Loss(), Y, "a loss made by L1Loss: l1_loss; known are MSELoss"),
        (nn.HuberLoss(), Y, "HuberLoss: huber_loss"),
        (nn.SmoothL1Loss(), Y, "SmoothL1Loss: smooth_l1_loss"),
        (nn.CrossEntropyLoss(label_smoothing=0.1), CLASSES, "cross_entropy with label_smoothing"),
        (nn.CrossEntropyLoss(weight=torch.ones(2)), CLASSES, "cross_entropy with weight"),
        (nn.CrossEntropyLoss(ignore_index=1), CLASSES, "cross_entropy ignores samples"),
        (nn.CrossEntropyLoss(), 2 * Y, "targets of a sample that don't sum to 1"),
        (nn.NLLLoss(), CLASSES, "nll_loss of what Linear: linear gives"),
        (nn.BCEWithLogitsLoss(), Y, "times the sum over 3 samples of 2 outputs"),
        (nn.BCEWithLogitsLoss(reduction="sum"), 2 * Y, "targets that aren't between 0 and 1"),
        (nn.MSELoss(), Y[:, :1], "outputs of shape 3 × 2 and targets of shape 3 × 1 are broadcast"),
        (_by_hand, Y, "abs"),
        (_not_squared, Y, "differences that aren't squared"),
        (_cubed, Y, "pow"),
        (_factor, Y, "a loss that is 0.116667 times the sum over 3 samples of 2 outputs"),
        (lambda out, y: nn.functional.mse_loss(out, y) + out.sum(), Y, "a sum of several"),
        (
            lambda out, y: nn.functional.mse_loss(out, out * 2),
            Y,
            "the targets are made by the model",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_a_loss_that_is_not_known(loss: Loss, targets: Any, words: str) -> None:
    model = nn.Linear(2, 2)
    with pytest.raises(UsageError) as refused, record(model):
        loss(model(X), targets).backward()
    assert words in str(refused.value)


@pytest.mark.parametrize("kind", ["CrossEntropyLoss", "BCEWithLogitsLoss"])
def test_an_activation_before_a_loss_that_has_it_inside(kind: str) -> None:
    softmax = kind == "CrossEntropyLoss"
    model = nn.Sequential(nn.Linear(2, 2), nn.Softmax(dim=1) if softmax else nn.Sigmoid())
    loss, targets = (
        (nn.CrossEntropyLoss(), CLASSES) if softmax else (nn.BCEWithLogitsLoss(reduction="sum"), Y)
    )
    with pytest.raises(UsageError) as refused, record(model):
        loss(model(X), targets).backward()
    assert f"before {kind}, which applies" in refused.value.message
    assert "leave" in refused.value.hint


OPTIM = torch.optim


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (OPTIM.Adadelta, "the optimiser Adadelta can't be traced; known are SGD, Adam"),
        (OPTIM.NAdam, "the optimiser NAdam can't be traced"),
        (lambda p: OPTIM.SGD(p, lr=0.1, maximize=True), "SGD with maximize=True"),
        (lambda p: OPTIM.Adam(p, amsgrad=True), "Adam with amsgrad=True"),
        (lambda p: OPTIM.RMSprop(p, momentum=0.9), "RMSprop with momentum=0.9"),
        (
            lambda p: OPTIM.SGD([{"params": q, "lr": 0.1 * k} for k, q in enumerate(p, 1)]),
            "SGD with several values of lr",
        ),
        (
            lambda p: OPTIM.SGD(
                [{"params": q, "weight_decay": 0.1 * k} for k, q in enumerate(p, 1)], lr=0.1
            ),
            "several values of weight_decay",
        ),
    ],
)
def test_an_optimiser_that_is_not_known(make: Callable[[Any], Any], words: str) -> None:
    model = nn.Linear(2, 2)
    optimizer = make(model.parameters())
    with pytest.raises(UsageError) as refused, record(model):
        _step(model, optimizer)
    assert words in str(refused.value)


def _trained(steps: Callable[[Any, Any], object]) -> None:
    model = nn.Linear(2, 2)
    optimizer = OPTIM.SGD(model.parameters(), lr=0.1)
    with record(model):
        steps(model, optimizer)


def _step(model: Any, optimizer: Any, rows: slice = slice(None)) -> None:
    optimizer.zero_grad()
    nn.MSELoss()(model(X[rows]), Y[rows]).backward()
    optimizer.step()


def _closure(model: Any, optimizer: Any) -> None:
    def closure() -> Any:
        loss = nn.MSELoss()(model(X), Y)
        loss.backward()
        return loss

    optimizer.step(closure)


def _growing(model: Any, optimizer: Any) -> None:
    _step(model, optimizer, slice(0, 1))
    _step(model, optimizer, slice(1, 3))


def _two(model: Any, optimizer: Any) -> None:
    _step(model, optimizer)
    OPTIM.SGD([model.bias], lr=0.1).step()


def _changed(model: Any, optimizer: Any) -> None:
    _step(model, optimizer)
    nn.CrossEntropyLoss()(model(X), CLASSES).backward()


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (lambda model, _: nn.MSELoss()(model(X), Y), "there was no backward pass in the block"),
        (lambda *_: None, "there was no backward pass in the block"),
        (_closure, "SGD.step(closure); call loss.backward() before optimizer.step()"),
        (_growing, "batches of 1, 2 samples: only the last may be smaller"),
        (_two, "two optimisers of one model"),
        (_changed, "iteration 2 has another network or loss"),
    ],
)
def test_a_block_that_is_no_training_of_ours(steps: Any, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        _trained(steps)
    assert words in str(refused.value)


def test_inputs_that_another_model_made() -> None:
    model, other = nn.Linear(2, 2), nn.Linear(2, 2)
    with (
        pytest.raises(UsageError, match="Linear: linear, through which gradients go"),
        record(model),
    ):
        nn.MSELoss()(model(other(X)), Y).backward()
    hidden = other(X)
    with pytest.raises(UsageError, match="out of sight"), record(model):
        nn.MSELoss()(model(hidden), Y).backward()


def test_a_loss_from_before_the_block() -> None:
    model = nn.Linear(2, 2)
    loss = nn.MSELoss()(model(X), Y)
    with pytest.raises(UsageError, match="out of sight"), record(model):
        loss.backward()


def test_a_type_that_numpy_does_not_have() -> None:
    model = nn.Linear(2, 2).bfloat16()
    with pytest.raises(UsageError, match="bfloat16"), record(model):
        model(X.bfloat16())


def test_what_is_no_model() -> None:
    with pytest.raises(UsageError, match="give it a torch"), record(len):
        pass


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ({"weigth": "sigmoid"}, "the model has no module 'weigth'"),
        ({"1": "sigmod"}, "did you mean 'sigmoid'?"),
        ({3: "sigmoid"}, "name a module's path or its class"),
    ],
)
def test_modules_declared_wrongly(modules: dict[Any, str], words: str) -> None:
    with pytest.raises(UsageError) as refused, record(_chain(nn.ReLU()), modules):
        pass
    assert words in str(refused.value)


def test_the_blocks_own_error_comes_through() -> None:
    with pytest.raises(KeyError, match="mine"), record(_chain(nn.Dropout())) as numbers:
        raise KeyError("mine")
    assert repr(numbers) == "<Recorded: the block has not ended>"
    with pytest.raises(UsageError, match="nothing is recorded"):
        numbers.check()


def _backward_through(losses: Iterable[Loss], model: Any) -> None:
    for loss in losses:
        loss(model(X), Y).backward()


def test_everything_that_is_not_known_is_named_at_once() -> None:
    model = _chain(nn.Dropout())
    losses = (_not_squared, nn.L1Loss(), nn.MSELoss(), nn.MSELoss())
    with pytest.raises(UsageError) as refused, record(model):
        _backward_through(losses, model)
    lines = str(refused.value).splitlines()
    assert len(lines) == 3
    assert "L1Loss" in lines[1]
    assert "Dropout" in lines[2]


def test_nothing_listens_after_a_block_that_was_refused() -> None:
    model = _chain(nn.Dropout())
    for _ in range(2):
        with pytest.raises(UsageError, match="dropout"), record(model):
            nn.MSELoss()(model(X), Y).backward()
    plain = _chain(nn.ReLU())
    optimizer = OPTIM.SGD(plain.parameters(), lr=0.1)
    with record(plain) as numbers:
        _step(plain, optimizer)
    _step(plain, optimizer)
    assert numbers.iterations == 1
