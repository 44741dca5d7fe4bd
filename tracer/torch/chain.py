"""The nodes of a pass → the chain of layers that led to its loss, or why it is none.

Linear layers, each with one activation, in a row: what is anything else is named, with the module that
it stands in.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tracer.errors import UsageError
from tracer.immutable import immutable
from tracer.model.activations import ACTIVATIONS, LEAK
from tracer.model.losses import LOSSES
from tracer.torch.losses import LossForm, check_axis, read_loss, through_views
from tracer.torch.tape import Node, Numbers

IDENTITY = "identity"
SOFTPLUS_LIMIT = 20
"""From here on PyTorch's softplus is the net input itself."""


@immutable
class Link:
    """One layer: W, its name and b, and what it gives. `out` is `net` where there is no activation.

    `activation` is ours; `seen` whether its output was a tensor of its own.
    """

    W: Node
    b: Node | None
    net: Node
    activation: str
    out: Node
    seen: bool


@immutable
class Chain:
    """A pass from `inputs`, (samples, inputs), to the loss that `node` is."""

    node: Node
    inputs: Numbers
    links: tuple[Link, ...]
    loss: LossForm

    @property
    def parameters(self) -> tuple[Node, ...]:
        """The parameters in their order."""
        return tuple(p for link in self.links for p in (link.W, link.b) if p is not None)

    @property
    def form(self) -> tuple[object, ...]:
        """What must be the same in all iterations."""
        layers = tuple(
            (link.W.parameter, link.b.parameter if link.b else "", link.activation)
            for link in self.links
        )
        return (layers, self.loss.loss, self.loss.reduction)


def read_chain(node: Node) -> Chain:
    """The layers that led to a loss, the first one first.

    Raises:
        UsageError: something on the way is no Linear layer and no activation that is known.
    """
    if node.call in ("add", "__add__"):
        raise UsageError(
            "a loss that is a sum of several",
            "record one of them; a penalty on the weights is weight_decay=… of the optimiser",
        )
    loss = read_loss(node)
    links: list[Link] = []
    here = through_views(loss.out)
    while here.learned:
        link, here = _link(here, loss.inside if not links else "")
        links.append(link)
        here = through_views(here)
    if not links:
        raise UsageError("no Linear layer leads to the loss", _why_not(here))
    links.reverse()
    _check(links)
    _check_loss(loss, links[-1])
    return Chain(node, _inputs(here), tuple(links), loss)


def _link(out: Node, inside: str) -> tuple[Link, Node]:
    """The layer that gave `out`, and what it was given."""
    _check_cut(out)
    found = _ACTIVATIONS.get(out.call)
    activation, net = (inside or IDENTITY), out
    if found is not None:
        activation, net = found(out), through_views(out.inputs[0])
        _check_second(out, inside)
    _check_cut(net)
    if net.call != "linear":
        raise UsageError(*_unknown(net))
    x, W, b = (net.argument(k, name) for k, name in enumerate(("input", "weight", "bias")))
    return Link(W, b, net, activation, out, found is not None), x


def _check_second(out: Node, inside: str) -> None:
    """UsageError where the loss applies an activation after another one."""
    if not inside:
        return
    loss = "CrossEntropyLoss" if inside == "softmax" else "BCEWithLogitsLoss"
    raise UsageError(
        f"{out.place} before {loss}, which applies {inside} itself",
        f"leave {out.call} out: {loss} takes the net inputs",
    )


def _check_cut(node: Node) -> None:
    """UsageError where gradients go no further."""
    if node.cut:
        how = {"detach": ".detach()", "data": ".data"}.get(node.call, f"{node.call} in no_grad()")
        where = f" in {node.where}" if node.where else ""
        raise UsageError(
            f"the graph is cut{where} by {how}: what comes before it gets no gradient",
            "take that away; parameters that are to stay as they are get requires_grad_(False)",
        )


def _unknown(node: Node) -> tuple[str, str]:
    """What can't be traced, and what to do."""
    known = (
        f"known are Linear layers in a row, each with one of {', '.join(_KNOWN_NAMES)}; "
        "record(model, modules={'act': 'sigmoid'}) says that a module is one of them"
    )
    if node.leaf and node.parameter:
        return f"the parameter {node.parameter} used outside of a Linear layer", known
    if node.leaf:
        return _unseen(node), known
    if node.call in _ACTIVATIONS:
        return f"{node.place} after another activation", known
    hint = {
        "dropout": "switch it off: model.eval()",
        "batch_norm": "leave it out: it mixes the samples of a batch",
        "add": f"a connection past layers isn't traced; {known}",
        "cat": f"branches aren't traced; {known}",
    }
    return f"{node.place} can't be traced", hint.get(node.call, known)


def _unseen(node: Node) -> str:
    made = f" (PyTorch says {node.maker})" if node.maker else ""
    return f"something that was made out of sight{made}"


def _why_not(node: Node) -> str:
    if node.maker:
        return f"{_unseen(node)}: calculate the outputs inside the block"
    return "call the model inside the block"


def _check(links: list[Link]) -> None:
    """UsageError for what no network here has."""
    seen: dict[str, Node] = {}
    for link in links:
        for node in (link.W, link.b):
            if node is None:
                continue
            if not node.parameter:
                hint = "weights that are calculated from others aren't traced"
                raise UsageError(f"{link.net.place}: its weights are no parameters", hint)
            if node.parameter in seen:
                hint = "tied weights aren't traced: give each layer its own"
                raise UsageError(f"{node.parameter} is used by two layers", hint)
            seen[node.parameter] = node
    for link in links[:-1]:
        if ACTIVATIONS[link.activation].coupled:
            raise UsageError(f"{link.out.place} in a hidden layer", "it belongs to the outputs")


def _check_loss(form: LossForm, last: Link) -> None:
    """UsageError where the loss doesn't go with the outputs, or with the targets."""
    loss, activation = LOSSES[form.loss], ACTIVATIONS[last.activation]
    if loss.outputs and activation.name not in loss.outputs:
        needed = " or ".join(loss.outputs)
        raise UsageError(
            f"{form.loss} of {activation.name} outputs", f"it is calculated of {needed} outputs"
        )
    if activation.alone and form.targets.shape[1] == 1:
        raise UsageError(f"{activation.name} over a single output is {activation.alone}")
    limits, targets = loss.targets, form.targets
    if (targets < limits.least).any() or (targets > limits.most).any():
        raise UsageError(f"targets that aren't {limits.words}", f"{form.loss} needs them so")
    if limits.total is not None and not np.allclose(targets.sum(axis=1), limits.total, atol=1e-6):
        raise UsageError(
            f"targets of a sample that don't sum to {limits.total:g}", f"{form.loss} needs them so"
        )


def _inputs(node: Node) -> Numbers:
    """The samples, a row each."""
    if node.maker or (node.follows and not node.leaf):
        made = _unseen(node) if node.leaf else f"{node.place}, through which gradients go"
        raise UsageError(
            f"the inputs are {made}", "detach() them, or record the model that made them"
        )
    if node.value.ndim > 2:
        shape = " × ".join(map(str, node.value.shape))
        raise UsageError(f"inputs of shape {shape}", "give a row for each sample: x.flatten(1)")
    return node.value.reshape(-1, node.value.shape[-1])


def _fixed(
    name: str, option: str = "", place: int = 1, value: object = None
) -> Callable[[Node], str]:
    """An activation whose option must have that value."""

    def read(node: Node) -> str:
        found = node.argument(place, option, value) if option else value
        if found != value:
            raise UsageError(f"{node.place} with {option} {found}", f"here it is {value}")
        return name

    return read


def _softplus(node: Node) -> str:
    limit = node.argument(2, "threshold", SOFTPLUS_LIMIT)
    if (node.argument(1, "beta", 1), limit) != (1, SOFTPLUS_LIMIT):
        raise UsageError(f"{node.place} with beta or threshold", "leave them out")
    return "softplus"


def _softmax(node: Node) -> str:
    check_axis(node)
    return "softmax"


_ACTIVATIONS: dict[str, Callable[[Node], str]] = {
    **dict.fromkeys(("relu", "relu_"), _fixed("relu")),
    **dict.fromkeys(("sigmoid", "sigmoid_", "expit"), _fixed("sigmoid")),
    **dict.fromkeys(("tanh", "tanh_"), _fixed("tanh")),
    **dict.fromkeys(
        ("leaky_relu", "leaky_relu_"), _fixed("leaky_relu", "negative_slope", value=LEAK)
    ),
    **dict.fromkeys(("elu", "elu_"), _fixed("elu", "alpha", value=1.0)),
    "softplus": _softplus,
    "silu": _fixed("silu"),
    "gelu": _fixed("gelu", "approximate", value="none"),
    "softmax": _softmax,
}
"""PyTorch's calls of activations, each with how ours is found."""
_KNOWN_NAMES = tuple(ACTIVATIONS)
DECLARABLE = ("linear", *(name for name in ACTIVATIONS if name != IDENTITY))
"""What a module can be declared to be."""
