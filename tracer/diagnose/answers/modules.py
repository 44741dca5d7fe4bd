"""Names of arrays as frameworks have them: `fc1.weight`, `dense_1/kernel:0`, `params/Dense_0/bias`.

Such a name has three parts, in any order and with any marks between them: the module that the array
belongs to, whether it holds weights or biases, and perhaps what of them (a gradient, an optimiser's
state) and when (before the update, after it). Which layer a module is the file as a whole says: see
`tracer.diagnose.answers.layers`.
"""

from __future__ import annotations

import re
from enum import Enum

from tracer.diagnose.answers.array_names import STATE_WORDS
from tracer.immutable import immutable
from tracer.model.quantity import AFTER, GRADIENT_OF, STATE_OF, Kind

_MARKS = re.compile(r"[./:\[\]'\"_\s]+")
_OUTPUT = re.compile(r":\d+$")
"""`kernel:0`: the first output of TensorFlow's operation."""
_PARAMETERS = {
    **dict.fromkeys(("weight", "weights", "kernel", "kernels", "coef", "coefs", "w"), Kind.WEIGHT),
    **dict.fromkeys(("bias", "biases", "intercept", "intercepts", "b"), Kind.BIAS),
}
_BY_INPUT = {"kernel": True, "kernels": True, "coef": True, "coefs": True, "weight": False}
"""Whether a row of such weights belongs to an input; of others the numbers tell."""
_LEAF = re.compile(rf"(d?)({'|'.join(sorted(_PARAMETERS, key=len, reverse=True))})(\d*)")
_GRADIENTS = frozenset({"grad", "grads", "gradient", "gradients", "d"})
_TIMES = {
    **dict.fromkeys(("before", "old", "init", "initial"), False),
    **dict.fromkeys(("after", "new", "updated"), True),
}
_WRAPPERS = frozenset({
    "", "module", "orig", "mod", "model", "params", "param", "parameters", "parameter", "p", "arr",
    "state", "states", "dict", "optimizer", "optimiser", "optim", "opt", "variables", "vars",
})  # fmt: skip
"""What is no part of a module's name: wrappers, and folders of other arrays."""


class What(Enum):
    """What an array holds of a parameter."""

    VALUE = "value"
    GRADIENT = "gradient"
    STATE = "state"


@immutable
class ModuleArray:
    """An array of the weights or the biases of a module.

    `parameter` is None where the name has the place of the parameter among all instead, `place`, from
    0. `after`: whether it is from after the update; None where the name doesn't say. `by_input`:
    whether a row of weights belongs to an input, where the name says that.
    """

    module: tuple[str, ...]
    parameter: Kind | None
    what: What = What.VALUE
    slot: str = ""
    after: bool | None = None
    by_input: bool | None = None
    place: int | None = None

    def kind(self, parameter: Kind) -> Kind:
        """The kind of its numbers, where `parameter` is a weight's or a bias's."""
        if self.what is What.GRADIENT:
            return GRADIENT_OF[parameter]
        before = STATE_OF[parameter] if self.what is What.STATE else parameter
        return AFTER[before] if self.after else before


def module_array(name: str) -> ModuleArray | None:
    """What a name without `@` says; None where it names no array of a parameter."""
    text, after = _OUTPUT.sub("", name), None
    if text.endswith("+"):
        text, after = text[:-1], True
    what, slot, leaf = What.VALUE, "", None
    rest: list[str] = []
    for part in _parts(text):
        small = part.lower()
        if small in _GRADIENTS:
            what = What.GRADIENT
        elif small in _TIMES:
            after = _TIMES[small]
        elif small in STATE_WORDS:
            what, slot = What.STATE, STATE_WORDS[small]
        elif small not in _WRAPPERS:
            rest.append(part)
    for index in reversed(range(len(rest))):
        leaf = _LEAF.fullmatch(rest[index]) or _LEAF.fullmatch(rest[index].lower())
        if leaf:
            rest[index : index + 1] = [leaf[3]] if leaf[3] else []
            break
    if leaf is None:
        alone = len(rest) == 1 and rest[0].isdecimal() and len(rest[0]) <= 4
        return ModuleArray((), None, what, slot, after, place=int(rest[0])) if alone else None
    if leaf[1]:
        what = What.GRADIENT
    parameter = _PARAMETERS[leaf[2]]
    return ModuleArray(tuple(rest), parameter, what, slot, after, _BY_INPUT.get(leaf[2]))


def is_plain_folder(name: str) -> bool:
    """Whether a folder's name says nothing of what is in it."""
    said = _GRADIENTS | _TIMES.keys() | STATE_WORDS.keys()
    return said.isdisjoint(part.lower() for part in _parts(name))


def _parts(text: str) -> list[str]:
    """The parts between the marks; a state's word of several parts stays whole."""
    for word in sorted((word for word in STATE_WORDS if "_" in word), key=len, reverse=True):
        text = re.sub(rf"(?<![A-Za-z]){word}(?![A-Za-z])", f"/{word.replace('_', '-')}/", text)
    return [part.replace("-", "_") for part in _MARKS.split(text)]
