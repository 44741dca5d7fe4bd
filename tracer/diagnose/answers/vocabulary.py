"""What the names of a file of arrays mean, taken together: our own, a course's, a framework's.

A name is looked for in this order: a word of a course (`scores`); an array of a module
(`tracer.diagnose.answers.modules`); an array of our own (`tracer.diagnose.answers.arrays`), which may
lie in a folder (`run/delta1`), and leave out its number where there is only one such (`W`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from tracer.diagnose.answers.arrays import Numbering, find_stage, is_array_name
from tracer.diagnose.answers.layers import Layers, Place
from tracer.diagnose.answers.model import Entry, Meaning
from tracer.diagnose.answers.modules import ModuleArray, What, is_plain_folder, module_array
from tracer.engine.trace import IterationTrace
from tracer.errors import UnknownNameError
from tracer.model.network import Network
from tracer.model.quantity import Kind, Stage

_OF_OUTPUTS = {
    **dict.fromkeys(("scores", "logits", "ZL", "zL"), Kind.NET),
    **dict.fromkeys(("dscores", "dlogits", "dZL", "dzL"), Kind.DELTA),
    **dict.fromkeys(("probs", "y_hat", "yhat", "y_pred", "output", "outputs", "AL"), Kind.OUT),
    "dAL": Kind.DE_DOUT,
}
_OF_HIDDEN = {
    **dict.fromkeys(("hidden", "hidden_layer", "h"), Kind.OUT),
    **dict.fromkeys(("dhidden", "dh"), Kind.DELTA),
}
"""Words for the last layer, and for the hidden one where there is one."""
_EITHER = {Kind.DELTA: Kind.DE_DOUT}
"""A gradient of the hidden layer may be meant before its activation or behind it."""
_UNDERSCORE = re.compile(r"_(?=\d+(\+|_new)?$)")
_ITERATION = re.compile(r"@\d+$")


class Vocabulary:
    """The names of all of a file's arrays, for a network."""

    def __init__(self, entries: Iterable[Entry], network: Network) -> None:
        shapes = {_ITERATION.sub("", entry.name): entry.shape for entry in entries if entry.shape}
        self._network = network
        self._own = {name: _own(name, shapes, network.depth) for name in shapes}
        self.numbering = Numbering.of(self._own.values(), network.depth)
        self._modules = {
            name: array
            for name, own in self._own.items()
            if not is_array_name(own) and name not in _OF_OUTPUTS and (array := module_array(name))
        }
        arrays = {array: shapes[name] for name, array in self._modules.items()}
        self._layers = Layers(arrays, network)

    def is_undated(self, name: str) -> bool:
        """Whether a name says nothing of the iteration, as a framework's."""
        return name in self._modules

    def find(self, name: str, trace: IterationTrace) -> Meaning:
        """What a name with or without `@` means.

        Raises:
            UnknownNameError: no array is called so, or this calculation doesn't have it.
        """
        bare = _ITERATION.sub("", name)
        own = self._own.get(bare, bare)
        if found := self._of_a_course(bare):
            return found
        if (array := self._modules.get(bare)) and (place := self._layers.place(array)):
            return self._of_a_module(array, place, trace, dated=bare != name)
        if array and self._layers.hint:
            raise UnknownNameError(f"there is no array '{bare}'", self._layers.hint)
        return Meaning(find_stage(own, trace, self.numbering))

    def _of_a_course(self, name: str) -> Meaning | None:
        """A word for the arrays of the last layer, or of the only hidden one."""
        depth = self._network.depth
        if name in _OF_OUTPUTS:
            return Meaning(Stage(_OF_OUTPUTS[name], depth))
        if name not in _OF_HIDDEN or depth != 2:
            return None
        kind = _OF_HIDDEN[name]
        return Meaning(Stage(kind, 1), other=Stage(_EITHER[kind], 1) if kind in _EITHER else None)

    def _of_a_module(
        self, array: ModuleArray, place: Place, trace: IterationTrace, *, dated: bool
    ) -> Meaning:
        parameter, layer = place
        if parameter is Kind.BIAS and self._network.layers[layer - 1].has_thresholds:
            message = f"layer {layer} has thresholds, which are subtracted"
            raise UnknownNameError(message, f"their array is called theta{layer}")
        if dated and array.what is What.STATE and array.after is None:
            array = replace(array, after=True)  # frameworks keep what their step has made
        stage = Stage(array.kind(parameter), layer, slot=array.slot)
        if stage not in trace.arrays and array.what is What.VALUE:
            stage = replace(stage, kind=parameter)  # no update changes it
        if stage not in trace.arrays:
            raise UnknownNameError(f"this calculation has no {stage.kind.words}")
        name = ".".join(array.module) if array.place is None else ""
        return Meaning(stage, not dated, array.after, array.by_input, name)


def _own(name: str, names: Collection[str], depth: int) -> str:
    """Our own name for `run/W_1`, and for `W` where that is the first layer's; else the name."""
    folder, _, last = name.rpartition("/")
    plain = _UNDERSCORE.sub("", last if is_plain_folder(folder) else name)
    if is_array_name(plain):
        return plain
    only = depth == 1 or not {f"{name}2", "W2"}.isdisjoint(names)
    first = f"{name}1"
    return first if only and first not in names and is_array_name(first) else name
