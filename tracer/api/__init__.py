"""`import tracer`: the calculation from Python, by a handful of functions.

Each takes a configuration (a path, a bundled example's name, YAML text, a dict) and gives back a result
that can be asked for more, shows itself in notebooks, and prints nothing by itself. The errors are
those of the command line, as exceptions: all derive from `tracer.BptraceError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from tracer import bundled
from tracer.api import arguments, causes, compared, gradients, trained
from tracer.api.arrays import Arrays
from tracer.api.causes import Cause, Causes
from tracer.api.checked import Checked, Verdict
from tracer.api.compared import Compared, Difference
from tracer.api.exercise import Exercise
from tracer.api.explained import Explained, Explanation
from tracer.api.gradients import Gradients
from tracer.api.iterations import Iterations
from tracer.api.page import Page
from tracer.api.picture import Curve, Picture
from tracer.api.source import Config, experiment_of
from tracer.api.table import Table, table_from
from tracer.api.traced import Traced, View
from tracer.api.trained import Loss, Trained
from tracer.api.worksheet import Worksheet
from tracer.digits.whole import MOST_AT_ONCE
from tracer.errors import (
    BptraceError,
    ConfigError,
    DivergedError,
    OutputError,
    UnknownNameError,
    UsageError,
)
from tracer.graph.names import GraphNames
from tracer.model.activations import ACTIVATIONS
from tracer.model.losses import LOSSES
from tracer.model.network import Bias
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.words import known
from tracer.show import document as doc
from tracer.teach.exercise import LARGEST, Wish, exercise

__all__ = [
    "Arrays",
    "BptraceError",
    "Cause",
    "Causes",
    "Checked",
    "Compared",
    "ConfigError",
    "Curve",
    "Difference",
    "DivergedError",
    "Exercise",
    "Explained",
    "Explanation",
    "Gradients",
    "Loss",
    "OutputError",
    "Page",
    "Picture",
    "Table",
    "Traced",
    "Trained",
    "UnknownNameError",
    "UsageError",
    "Verdict",
    "View",
    "Worksheet",
    "compare",
    "examples",
    "gradcheck",
    "new",
    "trace",
    "train",
    "why",
]

_USUAL = Wish()
_BIASES = {mode.value: mode for mode in (Bias.EACH, Bias.SHARED, Bias.NONE)}


_MOST_TRACED = 1_000_000
"""More iterations than that are trained, and looked at one by one: `train(...).at(n)`."""


def trace(config: Config, *, iterations: int = 1) -> Traced:
    """Every number of the first iterations, with its name and its formula.

    >>> import tracer
    >>> t = tracer.trace("mazur")
    >>> t["delta_h1"]
    0.008771354689...
    >>> tracer.trace({
    ...     "graph": {"inputs": {"x": 3, "y": 4}, "nodes": {"p": "x*y", "z": "p**2"}}
    ... })["dz/dx"]
    96.0

    Raises:
        ConfigError: everything that is wrong in the configuration, each with its place.
        BptraceError: there is no such file or bundled example.
        DivergedError: training meets an overflow before the last of the iterations.
        UsageError: it stops before, or there is none; or an argument is none of what is expected.
    """
    experiment = experiment_of(config)
    last = arguments.whole("iterations", iterations, 1, _MOST_TRACED)
    numbers = tuple(range(1, last + 1))
    found = Iterations(experiment)
    found.through(numbers)
    return Traced(experiment, found, 1, numbers)


def train(
    config: Config = "mazur", iterations: int | None = None, *, progress: trained.Progress = None
) -> Trained:
    """Train for many iterations, by itself as many as the configuration says.

    `progress`: by itself a bar in a notebook, where it takes long; False: none; or a function that is
    told how many updates have been made.

    >>> import tracer
    >>> tracer.train("mazur", 1000).loss
    0.00111434...

    Raises:
        UsageError: the configuration has no training.
        DivergedError: a number is no longer finite; `iteration` of the error says where.
    """
    return trained.train(experiment_of(config), iterations, progress)


def why(
    config: Config,
    numbers: Mapping[str, str | float],
    *,
    after: int | None = None,
    iteration: int | None = None,
) -> Causes:
    """The conventions under which the calculation gives these numbers, the fewest changes first.

    Numbers are best given as text, with the digits that you have. They stand `after` so many updates,
    or in an `iteration`, the first by itself.

    >>> import tracer
    >>> for cause in tracer.why("cs231n-adam", {"w1": "-0.40098988"}, after=1):
    ...     print(cause.words)
    t counted before incrementing: one less in every update

    Raises:
        UnknownNameError: under no conventions is there such a name.
        UsageError: what is asked for is no part of this calculation.
    """
    return causes.why(experiment_of(config), numbers, after, iteration)


def gradcheck(config: Config, *, all: bool = False) -> Gradients:
    """Gradients by backpropagation against finite differences; `all`: of a wide network, too.

    >>> import tracer
    >>> tracer.gradcheck("mazur")
    <gradcheck: 10 checked, agree>
    """
    return gradients.gradcheck(experiment_of(config), all=all)


def compare(*configs: Config, iterations: int | None = None) -> Compared:
    """Runs side by side: settings that differ, the first number that differs, how they end.

    >>> import tracer
    >>> tracer.compare("mazur", "mazur-as-published", iterations=1).first_difference.name
    'dE/dout_h1:o1'

    Raises UsageError for fewer than two, or a computation graph.
    """
    return compared.compare([experiment_of(config) for config in configs], iterations)


def new(
    seed: int = 1,
    *,
    layers: Sequence[int] = (2, 2, 2),
    activation: str = _USUAL.activation,
    output_activation: str | None = None,
    loss: str = _USUAL.loss,
    bias: Literal["each", "shared", "none"] = "each",
    samples: int = 1,
    learning_rate: float | None = None,
    optimizer: str = _USUAL.optimizer,
    iterations: int = 1,
    freeze_biases: bool = False,
) -> Exercise:
    """An exercise with pleasant numbers; the same seed gives the same exercise.

    The options are those of `bptrace new`.

    >>> import tracer
    >>> print(tracer.new(seed=7, layers=(2, 3, 1)).yaml)
    title: ...

    Raises:
        UsageError: the options don't go together, or the network is too large to do by hand.
        BptraceError: no pleasant numbers were found.
    """
    arguments.yes_or_no(freeze_biases=freeze_biases)
    sizes = arguments.several("layers", layers, "(2, 2, 2)")
    output, rate = output_activation, learning_rate
    wish = Wish(
        sizes=tuple(arguments.whole("layers", size, 1, LARGEST) for size in sizes),
        activation=_row("activation", activation, ACTIVATIONS),
        output_activation=None
        if output is None
        else _row("output_activation", output, ACTIVATIONS),
        loss=_row("loss", loss, LOSSES),
        bias=_BIASES[arguments.one_of("bias", bias, _BIASES)],
        samples=arguments.whole("samples", samples, 1),
        learning_rate=None if rate is None else arguments.real("learning_rate", rate),
        freeze_biases=freeze_biases,
        optimizer=_row("optimizer", optimizer, OPTIMIZERS),
        iterations=arguments.whole("iterations", iterations, 1, MOST_AT_ONCE),
    )
    seed = arguments.whole("seed", seed, 0)
    return Exercise(exercise(wish, seed), seed)


def _row(option: str, name: str, table: Mapping[str, object]) -> str:
    """The name of a row of the table; UsageError with the nearest where it is none."""
    return known(option, arguments.text(option, name), table)


def examples() -> Table:
    """The bundled examples: a table of their names and titles.

    >>> import tracer
    >>> "mazur" in [name for name, _ in tracer.examples()]
    True
    """
    rows = [(example.name, example.title()) for example in bundled.examples()]
    columns = (doc.Column("name"), doc.Column("title"))
    return table_from(doc.Table(columns, rows, name="examples"), GraphNames({}))
