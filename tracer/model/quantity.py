"""The quantities of a backpropagation: which kinds there are, and the identity of each number.

A `Quantity` is the one identity of a number from the YAML to the screen: what kind of number, of
which layer, of which neurons, of which sample and iteration. Formulas, traces, mistakes and verdicts
are keyed by it. `tracer.model.names` reads one from text and writes it, at the edges; nothing in
between does.

Layers are counted from 0 (the inputs) to L (the outputs). A quantity of a connection belongs to the
layer that the connection leads into.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TypeAlias, overload

from tracer.immutable import immutable
from tracer.model.words import plain

Index: TypeAlias = tuple[int, ...]


class Phase(Enum):
    """The parts of a calculation, in the order in which a person comes to them."""

    GIVEN = "given"
    FORWARD = "forward"
    ERRORS = "errors"
    BACKWARD = "backward"
    GRADIENTS = "gradients"
    UPDATES = "updates"


class Kind(Enum):
    """What a number is, in words; its phase; whether each sample of a batch has its own.

    `template` are the words with places for letters, see `tracer.model.words`.

    In the order of the calculation. This is the only list of which kinds make up a phase.
    """

    __hash__ = object.__hash__  # there is one of each, and every look-up of a quantity asks

    INPUT = "input", Phase.GIVEN, True
    TARGET = "target", Phase.GIVEN, True
    WEIGHT = "weight", Phase.GIVEN
    BIAS = "bias", Phase.GIVEN
    WEIGHT_STATE = "optimiser's state of a weight", Phase.GIVEN
    BIAS_STATE = "optimiser's state of a bias", Phase.GIVEN
    NODE_STATE = "optimiser's state of an input", Phase.GIVEN
    SETTING = "option of the training", Phase.GIVEN
    LEARNING_RATE = "learning rate", Phase.GIVEN
    NET = "net input", Phase.FORWARD, True
    OUT = "output", Phase.FORWARD, True
    NODE = "value", Phase.FORWARD
    ERROR = "error at an output", Phase.ERRORS, True
    TOTAL = "loss of the sample", Phase.ERRORS, True
    PENALTY = "penalty in the loss", Phase.ERRORS
    LOSS = "loss of the batch", Phase.ERRORS
    PATH = "part of ∂{ERROR}/∂{OUT} that came back through one neuron", Phase.BACKWARD, True
    DE_DOUT = "∂{ERROR}/∂{OUT}", Phase.BACKWARD, True
    SLOPE = "∂{OUT}/∂{NET}", Phase.BACKWARD, True
    DELTA = "delta, ∂{ERROR}/∂{NET}", Phase.BACKWARD, True
    WEIGHT_PART = "a sample's own part of a weight's gradient", Phase.GRADIENTS, True
    BIAS_PART = "a sample's own part of a bias's gradient", Phase.GRADIENTS, True
    WEIGHT_OF_DATA = "the data's part of a weight's gradient", Phase.GRADIENTS
    BIAS_OF_DATA = "the data's part of a bias's gradient", Phase.GRADIENTS
    WEIGHT_OF_PENALTY = "the penalty's part of a weight's gradient", Phase.GRADIENTS
    BIAS_OF_PENALTY = "the penalty's part of a bias's gradient", Phase.GRADIENTS
    WEIGHT_GRADIENT = "gradient of a weight", Phase.GRADIENTS
    BIAS_GRADIENT = "gradient of a bias", Phase.GRADIENTS
    NORM = "norm of all gradients together", Phase.UPDATES
    WEIGHT_CLIPPED = "gradient of a weight after clipping", Phase.UPDATES
    BIAS_CLIPPED = "gradient of a bias after clipping", Phase.UPDATES
    NODE_CLIPPED = "gradient of an input after clipping", Phase.UPDATES
    NEW_WEIGHT_STATE = "optimiser's state of a weight after the update", Phase.UPDATES
    NEW_BIAS_STATE = "optimiser's state of a bias after the update", Phase.UPDATES
    NEW_NODE_STATE = "optimiser's state of an input after the update", Phase.UPDATES
    WEIGHT_CORRECTED = "corrected state of a weight", Phase.UPDATES
    BIAS_CORRECTED = "corrected state of a bias", Phase.UPDATES
    NODE_CORRECTED = "corrected state of an input", Phase.UPDATES
    NEW_WEIGHT = "weight after the update", Phase.UPDATES
    NEW_BIAS = "bias after the update", Phase.UPDATES
    NEW_NODE = "input after the update", Phase.UPDATES

    def __init__(self, words: str, phase: Phase, of_a_sample: bool = False) -> None:
        self.template = words
        self.words = plain(words)
        self.phase = phase
        self.of_a_sample = of_a_sample


PARTS = {Kind.WEIGHT_PART: Kind.WEIGHT_GRADIENT, Kind.BIAS_PART: Kind.BIAS_GRADIENT}
"""A sample's own part of a gradient, and the gradient after reduction over the batch."""
PART_OF = {gradient: part for part, gradient in PARTS.items()}
BEFORE = {
    Kind.NEW_WEIGHT: Kind.WEIGHT,
    Kind.NEW_BIAS: Kind.BIAS,
    Kind.NEW_WEIGHT_STATE: Kind.WEIGHT_STATE,
    Kind.NEW_BIAS_STATE: Kind.BIAS_STATE,
    Kind.NEW_NODE_STATE: Kind.NODE_STATE,
    Kind.NEW_NODE: Kind.NODE,
}
"""What an update changes, by what it has made of it."""
AFTER = {before: after for after, before in BEFORE.items()}
GRADIENT_OF = {
    Kind.WEIGHT: Kind.WEIGHT_GRADIENT,
    Kind.BIAS: Kind.BIAS_GRADIENT,
    Kind.NEW_WEIGHT: Kind.WEIGHT_GRADIENT,
    Kind.NEW_BIAS: Kind.BIAS_GRADIENT,
}


def _of(ending: str) -> dict[Kind, Kind]:
    """The kind that belongs to each kind of parameter."""
    kinds = {kind: f"{kind.name}{ending}" for kind in (Kind.WEIGHT, Kind.BIAS, Kind.NODE)}
    return {kind: Kind[name] for kind, name in kinds.items() if name in Kind.__members__}


STATE_OF = _of("_STATE")
"""What the optimiser keeps for each kind of parameter."""
PARAMETER_OF = {state: parameter for parameter, state in STATE_OF.items()}
CORRECTED_OF = _of("_CORRECTED")
"""What it calculates of that on the way."""
CLIPPED_OF = _of("_CLIPPED")
DATA_OF, PENALTY_OF = _of("_OF_DATA"), _of("_OF_PENALTY")
"""The parts of a gradient where there is a penalty."""
STATES = frozenset((*STATE_OF.values(), *(AFTER[state] for state in STATE_OF.values())))
LETTERED = STATES | frozenset(CORRECTED_OF.values())
"""What goes by an optimiser's letter."""
OF_A_WEIGHT = frozenset(kind for kind in Kind if "WEIGHT" in kind.name)
OF_A_BIAS = frozenset(kind for kind in Kind if "BIAS" in kind.name)


@immutable
class Stage:
    """One array of the engine: all the quantities of a kind in a layer.

    `mean`: the array has been averaged over the batch (`gradient: batch_means`). `slot`: which of the
    optimiser's numbers it holds, `v` or `mhat`; or which option of the training.
    """

    kind: Kind
    layer: int
    mean: bool = False
    slot: str = ""

    @property
    def of_a_sample(self) -> bool:
        """Whether the first axis of the array counts samples."""
        return self.kind.of_a_sample and not self.mean

    @property
    def is_given(self) -> bool:
        """Whether nothing in its iteration calculates it."""
        return self.kind.phase is Phase.GIVEN and not self.mean

    def element(self, index: Index) -> Index:
        """The place of a quantity among its likes, from its place in the array without samples."""
        return index[1:] if self.mean and self.kind.of_a_sample else index


class Stages(dict[int | tuple[int, bool], Stage]):
    """The stages of one kind: `[layer]`, or `[layer, mean]`; each is made once.

    The engine asks for a dozen stages a layer in every iteration.
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def __missing__(self, key: int | tuple[int, bool]) -> Stage:
        layer, mean = key if isinstance(key, tuple) else (key, False)
        stage = self[key] = Stage(self._kind, layer, mean)
        return stage


class _Remembered:
    """A place for the hash, which every look-up of a number asks for."""

    __slots__ = ("_hash",)

    _hash: int


@immutable
class Quantity(_Remembered):
    """One number: its stage, its place in the stage's array without the sample, sample, iteration.

    `index` is (neuron,) for quantities of a neuron, (neuron, input) for weights, (neuron, neuron
    after) for `dE/dout_h1:o1`, (out, net) for a slope of a coupled layer, (place,) for a node of a
    graph, () for losses. `sample` is a row of `data`, counted from 0; None for what belongs to the
    whole batch. `iteration` counts from 1.
    """

    stage: Stage
    index: Index = ()
    sample: int | None = None
    iteration: int = 1

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            found = hash((self.stage, self.index, self.sample, self.iteration))
            object.__setattr__(self, "_hash", found)
            return found

    @property
    def kind(self) -> Kind:
        """What the number is."""
        return self.stage.kind

    @property
    def phase(self) -> Phase:
        """The part of the calculation that it belongs to."""
        return self.kind.phase

    @property
    def layer(self) -> int:
        """Number of the layer, 0 for the inputs."""
        return self.stage.layer


def after_update(quantity: Quantity) -> Quantity:
    """What the update makes of the number."""
    return replace(quantity, stage=replace(quantity.stage, kind=AFTER[quantity.kind]))


@immutable
class Derivative:
    """∂upper/∂lower, where no kind of quantity stands for it.

    An edge or a gradient of a graph, a factor of the chain rule.
    """

    upper: Quantity
    lower: Quantity

    @property
    def phase(self) -> Phase:
        """The part of the calculation that it belongs to."""
        return Phase.GRADIENTS

    @property
    def iteration(self) -> int:
        """The iteration that it belongs to."""
        return self.lower.iteration


Identity: TypeAlias = Quantity | Derivative
"""What a number of a calculation is known by."""


@immutable
class ArrayDerivative:
    """∂upper/∂lower of a whole array: ∂loss/∂W of layer 2."""

    upper: Kind
    lower: Stage


Label: TypeAlias = Identity | Stage | Kind | ArrayDerivative
"""What a name on a page stands for: a number, an array, or all numbers of a kind."""


@overload
def at(identity: Quantity, iteration: int) -> Quantity: ...
@overload
def at(identity: Derivative, iteration: int) -> Derivative: ...
def at(identity: Identity, iteration: int) -> Identity:
    """The same number of that iteration; an option of the training is the same in all of them."""
    if isinstance(identity, Derivative):
        upper, lower = (_at(q, iteration) for q in (identity.upper, identity.lower))
        return Derivative(upper, lower)
    return identity if identity.kind is Kind.SETTING else _at(identity, iteration)


def _at(quantity: Quantity, iteration: int) -> Quantity:
    return Quantity(quantity.stage, quantity.index, quantity.sample, iteration)
