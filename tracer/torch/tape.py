"""What PyTorch calculates while a block runs: each call, what it was made of, and its gradient.

The first station of a recording: PyTorch's calls → nodes, from which `tracer.torch.chain` reads the
network. A value is copied when it is made, so that nothing that happens in place later changes it.

Source: https://docs.pytorch.org/docs/stable/torch.overrides.html (TorchFunctionMode)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode

from tracer.errors import UsageError
from tracer.visible import printable

Numbers = npt.NDArray[Any]
"""An array of PyTorch's, of the type that it calculated in."""

_PASSED_OVER = frozenset({"grad", "register_hook", "retain_grad"})


@dataclass(eq=False, slots=True)
class Node:
    """One tensor, as a call made it; `leaf` where nothing that was seen made it.

    `arguments` are the call's own, tensors replaced by their nodes. `where`: the module that called.
    `learned`: whether parameters of the model went into it; `parameter`: which one it is. `follows`:
    whether gradients go through it. `gradients`: ∂(what `backward` was called on)/∂ this, one for each
    backward pass. `maker`: what PyTorch says has made it, where that was not seen.
    """

    call: str
    value: Numbers
    where: str = ""
    arguments: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    parameter: str = ""
    learned: bool = False
    follows: bool = False
    maker: str = ""
    gradients: list[Numbers] = field(default_factory=list)

    @property
    def inputs(self) -> tuple[Node, ...]:
        """The tensors that it was made of."""
        return tuple(_nodes((*self.arguments, *self.options.values())))

    @property
    def leaf(self) -> bool:
        """Whether nothing that was seen made it."""
        return self.call == "leaf"

    @property
    def cut(self) -> bool:
        """Whether gradients came as far as here, and go no further."""
        return self.learned and not self.follows and any(node.follows for node in self.inputs)

    @property
    def gradient(self) -> Numbers | None:
        """That of the last backward pass."""
        return self.gradients[-1] if self.gradients else None

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """An argument of the call, by its place or its name."""
        if name in self.options:
            return self.options[name]
        return self.arguments[place] if place < len(self.arguments) else default

    @property
    def place(self) -> str:
        """`'1' (ReLU): relu`, for messages."""
        return f"{self.where}: {self.call}" if self.where else self.call


def _nodes(items: Iterable[Any]) -> Iterator[Node]:
    """Those among the arguments of a call, also in lists."""
    for item in items:
        if isinstance(item, Node):
            yield item
        elif isinstance(item, tuple):
            yield from _nodes(item)


def numbers_of(tensor: Any) -> Numbers:
    """A copy of the tensor's numbers.

    Raises:
        UsageError: they are of a type that NumPy doesn't have.
    """
    try:
        return np.array(tensor.detach().cpu().numpy())
    except (RuntimeError, TypeError) as error:
        kind = str(tensor.dtype).removeprefix("torch.")
        message = f"a tensor of {kind}, {tensor.layout}"
        raise UsageError(message, "calculate in float32 or float64: model.double()") from error


def named_parameters(model: Any) -> dict[str, Any]:
    """The model's parameters by names that may be shown anywhere."""
    return {printable(name): parameter for name, parameter in model.named_parameters()}


class Tape(TorchFunctionMode):
    """Writes down the calls of a block; `backward` is told of a backward pass before it runs.

    `declared`: modules that are taken for what a name says, whatever they do inside.
    """

    def __init__(
        self,
        model: Any,
        declared: Mapping[Any, str],
        backward: Callable[[Node | None, Callable[[], Any]], Any],
    ) -> None:
        super().__init__()
        self.parameters = {id(p): name for name, p in named_parameters(model).items()}
        self._names = {id(module): name for name, module in model.named_modules()}
        self._declared = {id(module): kind for module, kind in declared.items()}
        self._backward = backward
        self._made: dict[int, tuple[Any, Node, int]] = {}
        self._stack: list[tuple[str, tuple[Any, ...]]] = []
        self._paused = 0
        self._handles: list[Any] = []

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run the call, and write it down."""
        kwargs = kwargs or {}
        if func is torch.Tensor.backward and not self._paused:
            return self._called_backward(func, args, kwargs)
        call = _name(func)
        if self._paused or call in _PASSED_OVER:
            return func(*args, **kwargs)
        arguments = tuple(map(self._argument, args))
        options = {name: self._argument(item) for name, item in kwargs.items()}
        result = func(*args, **kwargs)
        for tensor in _tensors(result):
            if tensor.dtype.is_floating_point:
                self._write(tensor, Node(call, numbers_of(tensor), self.where, arguments, options))
        return result

    def __enter__(self) -> Tape:
        """Begin to listen, also to which module runs."""
        self._handles = [
            hooks.register_module_forward_pre_hook(self._entered),
            hooks.register_module_forward_hook(self._left, always_call=True),
        ]
        super().__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop listening."""
        super().__exit__(*error)
        for handle in self._handles:
            handle.remove()

    @property
    def where(self) -> str:
        """The module that is running."""
        return self._stack[-1][0] if self._stack else ""

    def pause(self) -> None:
        """Pass over what comes next, until `resume`."""
        self._paused += 1

    def resume(self) -> None:
        """Listen again."""
        self._paused -= 1

    def forget(self) -> None:
        """Let go of all that was made: the next iteration begins."""
        self._made.clear()

    def nodes(self) -> Iterator[Node]:
        """What was made since the last iteration."""
        return (node for _, node, _ in self._made.values())

    def _called_backward(self, func: Any, args: Any, kwargs: Any) -> Any:
        given = args[1] if len(args) > 1 else kwargs.get("gradient")
        if given is not None and not bool((given == 1).all()):
            raise UsageError("backward(gradient=…)", "call backward() on the loss itself")
        found = self._made.get(id(args[0]))
        return self._backward(found[1] if found else None, lambda: func(*args, **kwargs))

    def _argument(self, item: Any) -> Any:
        """The node of a tensor, also within a list; anything else as it is."""
        if isinstance(item, tuple | list):
            return tuple(map(self._argument, item))
        if not isinstance(item, torch.Tensor):
            return item
        name = self.parameters.get(id(item), "")
        if name:
            return self._leaf(item, name)  # as it is now: a parameter changes
        if id(item) not in self._made:
            self._keep(item, self._leaf(item))
        _, node, version = self._made[id(item)]
        if version != _version(item):
            node = self._changed(item, node)
        elif item.requires_grad and not node.follows:
            # Made inside of an autograd.Function, which has tied it to its own backward since.
            node.follows = True
            _hear(item, node)
        return node

    def _leaf(self, item: Any, name: str = "") -> Node:
        leaf = Node("leaf", numbers_of(item), parameter=name, learned=bool(name))
        leaf.follows = item.requires_grad
        leaf.maker = "" if item.grad_fn is None else type(item.grad_fn).__name__
        return leaf

    def _changed(self, item: Any, node: Node) -> Node:
        """The node of a tensor that something has changed in place which gave nothing back."""
        changed = Node("a change in place", numbers_of(item), self.where, (node,))
        self._write(item, changed)
        return changed

    def _keep(self, tensor: Any, node: Node) -> None:
        self._made[id(tensor)] = (tensor, node, _version(tensor))

    def _write(self, tensor: Any, node: Node) -> None:
        """Remember what made the tensor, and its gradient when that comes."""
        node.learned = any(item.learned for item in node.inputs)
        node.follows = tensor.requires_grad
        if id(tensor) in self.parameters:
            return  # somebody changes a parameter: it stays one
        if node.follows:
            _hear(tensor, node)
        self._keep(tensor, node)

    def _entered(self, module: Any, args: tuple[Any, ...]) -> None:
        kind = type(module).__name__
        name = self._names.get(id(module))
        given: tuple[Any, ...] = ()
        if id(module) in self._declared:
            self.pause()
            given = tuple(map(self._argument, args))  # before anything is done to it in place
        self._stack.append((printable(f"'{name}' ({kind})" if name else kind), given))

    def _left(self, module: Any, args: tuple[Any, ...], result: Any) -> None:
        where, given = self._stack.pop()
        declared = self._declared.get(id(module))
        if declared is None:
            return
        if self._paused == 1 and isinstance(result, torch.Tensor):
            if declared == "linear":
                given = (*given, *map(self._argument, (module.weight, module.bias)))
            self._write(result, Node(declared, numbers_of(result), where, given))
        self.resume()


def _hear(tensor: Any, node: Node) -> None:
    """Give the node the tensor's gradient when that comes."""
    tensor.register_hook(lambda gradient: node.gradients.append(numbers_of(gradient)))


def _version(tensor: Any) -> int:
    """How often the tensor has been changed in place."""
    return 0 if tensor.is_inference() else int(tensor._version)


def _name(func: Any) -> str:
    """`relu`, `__pow__`; of a property such as `data` its name."""
    name = getattr(func, "__name__", "")
    if name == "__get__":
        return str(getattr(func.__self__, "__name__", name))
    return str(name)


def _tensors(result: Any) -> tuple[Any, ...]:
    items = result if isinstance(result, tuple | list) else (result,)
    return tuple(item for item in items if isinstance(item, torch.Tensor))
