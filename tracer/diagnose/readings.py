"""What an author calls q is a factor times our q′: the readings of numbers, one row each.

Such conventions change what a number is called or how it is written, and nothing of the calculation.
`tracer.diagnose.sheets` finds the ones that a whole sheet follows, `tracer.diagnose.why` tries them
on single numbers. n is the number of samples in the iteration's batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, combinations

from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.network import Network
from tracer.model.quantity import OF_A_BIAS, PARTS, STATES, Kind, Quantity, Stage

GRADIENTS = frozenset({*PARTS, *PARTS.values()})
UPDATED = frozenset({Kind.NEW_WEIGHT, Kind.NEW_BIAS, Kind.WEIGHT, Kind.BIAS})
_BACK = frozenset({Kind.PATH, Kind.DE_DOUT})
_NUMBERED = frozenset(
    {Kind.WEIGHT, Kind.WEIGHT_PART, Kind.WEIGHT_GRADIENT, Kind.NEW_WEIGHT}
)  # a path is named by its ends

Factor = Callable[[int], float]


@immutable
class Group:
    """The numbers of some kinds; of the output layer alone, of the others alone, or (None) of all."""

    kinds: frozenset[Kind]
    of_outputs: bool | None = None

    def has(self, network: Network, stage: Stage) -> bool:
        """Whether the stage's numbers belong to it; averaged stages have readings of their own."""
        if stage.kind not in self.kinds or stage.mean:
            return False
        return self.of_outputs is None or self.of_outputs == (stage.layer == network.depth)


@immutable
class Reading:
    """One row: the author's number is `factor(n)` times ours; or it stands under another weight's name.

    `change`: its name and value in what `why` tells, `brief` its words there. `words` tell the reader
    of a sheet. `core` are the numbers that it concerns, `optional` those that some authors treat alike
    and others don't. `possible`: whether it can make a difference in batches of so many samples.
    `needs`: the first kinds of which numbers were supplied must be right all the same; `shown`: some
    must have been supplied. `proof`: kinds of which one number at least must come right by it.
    """

    name: str
    change: tuple[str, str]
    brief: str
    words: str
    core: Group
    optional: tuple[Group, ...] = ()
    factor: Factor = lambda _: 1.0
    by_column: bool = False
    possible: Callable[[Experiment, int], bool] = lambda _experiment, _n: True
    needs: tuple[frozenset[Kind], ...] = ()
    shown: bool = False
    proof: frozenset[Kind] = frozenset()

    def forms(self) -> Iterator[Form]:
        """The reading with each choice of its optional groups, the fewest first."""
        counts = range(len(self.optional) + 1)
        some = chain.from_iterable(combinations(self.optional, count) for count in counts)
        return (Form(self, (self.core, *groups)) for groups in some)


@immutable
class Form:
    """A reading, and the groups of numbers to which one author applies it."""

    row: Reading
    groups: tuple[Group, ...]

    def concerns(self, network: Network, stage: Stage) -> bool:
        """Whether the reading applies to the stage."""
        return any(group.has(network, stage) for group in self.groups)

    def factor(self, network: Network, samples: int, stage: Stage) -> float:
        """What the stage's numbers are multiplied by when the author writes them."""
        return self.row.factor(samples) if self.concerns(network, stage) else 1.0

    def identity(self, network: Network, quantity: Quantity) -> Quantity:
        """Which number of ours the author means by that name."""
        if not self.row.by_column or not self.concerns(network, quantity.stage):
            return quantity
        return _by_column(network, quantity)


def _by_column(network: Network, weight: Quantity) -> Quantity:
    """The weight that has this one's number when all weights from one input are counted first.

    In a square layer that is the transposed matrix.
    """
    layer = network.layers[weight.layer - 1]
    neuron, source = weight.index
    source, neuron = divmod(neuron * len(layer.inputs) + source, len(layer.neurons))
    return replace(weight, index=(neuron, source))


def _negative(_samples: int) -> float:
    return -1.0


def _batch(experiment: Experiment, samples: int) -> bool:
    training = experiment.training
    return samples > 1 and not (training is not None and training.batch_means)


def _averages(experiment: Experiment, samples: int) -> bool:
    return _batch(experiment, samples) and experiment.reduction == "mean"


def _adds_up(experiment: Experiment, samples: int) -> bool:
    return _batch(experiment, samples) and experiment.reduction == "sum"


_DELTAS = Group(frozenset({Kind.DELTA}))
_BEHIND_OUTPUTS = Group(_BACK, of_outputs=False)
_AT_OUTPUTS = Group(_BACK, of_outputs=True)
_REDUCED = Group(frozenset(PARTS.values()))
_NO_MISTAKE = "It is a convention, no mistake: these numbers were compared "

READINGS = (
    Reading(
        "delta_negated",
        ("delta", "negated"),
        "delta means −∂{ERROR}/∂{NET}",
        "Here δ has the sign that textbooks give to the error: error = −delta = −∂E/∂net. "
        f"{_NO_MISTAKE}with the other sign.",
        _DELTAS,
        (_BEHIND_OUTPUTS, _AT_OUTPUTS),
        _negative,
        needs=(GRADIENTS, UPDATED),
        proof=frozenset({Kind.DELTA}),
    ),
    Reading(
        "delta_divided_by_batch",
        ("delta", "divided_by_batch"),
        "delta, and what goes back from it, is divided by the number of samples",
        "Here each sample's δ, and everything back from it, is divided by the number of samples, "
        f"and the gradient is their sum. {_NO_MISTAKE}after multiplying them by that number.",
        Group(frozenset({Kind.DELTA})),
        (_BEHIND_OUTPUTS, _AT_OUTPUTS, Group(frozenset(PARTS))),
        lambda samples: 1 / samples,
        possible=_batch,
        needs=(frozenset(PARTS.values()), UPDATED),
        proof=frozenset({Kind.DELTA}),
    ),
    Reading(
        "gradient_negated",
        ("gradients", "negated"),
        "gradients have the sign of the step, −∂{ERROR}/∂w",
        "Here gradients have the sign of the step that descent takes: −∂E/∂w, which is added. "
        f"{_NO_MISTAKE}with the other sign.",
        Group(GRADIENTS),
        (),
        _negative,
        needs=(UPDATED, frozenset({Kind.DELTA, Kind.DE_DOUT})),
    ),
    Reading(
        "gradient_summed",
        ("gradients", "summed"),
        "gradients are sums over the batch, and the update divides by the number of samples",
        "Here gradients are sums over the batch, and the update divides them by the number of "
        f"samples. {_NO_MISTAKE}after that division.",
        _REDUCED,
        (),
        float,
        possible=_averages,
        needs=(UPDATED,),
        shown=True,
    ),
    Reading(
        "gradient_averaged",
        ("gradients", "averaged"),
        "gradients are means over the batch, and the update multiplies by the number of samples",
        "Here gradients are means over the batch, and the update multiplies them by the number of "
        f"samples. {_NO_MISTAKE}after that multiplication.",
        _REDUCED,
        (),
        lambda samples: 1 / samples,
        possible=_adds_up,
        needs=(UPDATED,),
        shown=True,
    ),
    Reading(
        "biases_as_thresholds",
        ("bias_sign", "turned"),
        "a bias is written as the threshold −b, a threshold as the bias −θ",
        "Here biases are written as thresholds (θ = −b), or thresholds as biases, and so are their "
        f"gradients. {_NO_MISTAKE}with the other sign.",
        Group(OF_A_BIAS - STATES),
        (),
        _negative,
        proof=frozenset({Kind.BIAS, Kind.NEW_BIAS}),
    ),
    Reading(
        "percent",
        ("outputs", "percent"),
        "outputs are written in percent",
        f"Here outputs are written in percent. {_NO_MISTAKE}after division by 100.",
        Group(frozenset({Kind.OUT}), of_outputs=True),
        (
            Group(frozenset({Kind.OUT}), of_outputs=False),
            Group(frozenset({Kind.TARGET})),
            Group(frozenset({Kind.INPUT})),
        ),
        lambda _: 100.0,
        proof=frozenset({Kind.OUT}),
    ),
    Reading(
        "weights_numbered_by_column",
        ("weight_numbers", "by_column"),
        "a layer's weights are numbered input by input, not neuron by neuron",
        "Here a layer's weights are numbered (or stored) input by input, not neuron by neuron. "
        f"{_NO_MISTAKE}with those of the weights that they belong to, under whose names they stand.",
        Group(_NUMBERED),
        by_column=True,
    ),
)
"""In the order in which they are looked for."""
