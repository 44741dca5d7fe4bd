"""`bptrace new`: exercises from a seed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tracer.cli.completion import (
    complete_activation,
    complete_loss,
    complete_mistake,
    complete_optimizer,
)
from tracer.cli.exercise_files import COMPANIONS, exercise_files
from tracer.digits.whole import MOST_AT_ONCE, whole
from tracer.errors import UsageError

_WITH = "Beside each exercise: " + "; ".join(f"{k}: {v.words}" for k, v in COMPANIONS.items()) + "."


class Freeze(StrEnum):
    """What the exercise's update leaves as it is."""

    BIASES = "biases"


class BiasMode(StrEnum):
    """How a layer's neurons get their biases."""

    EACH = "each"
    SHARED = "shared"
    NONE = "none"


def new(
    *,
    layers: Annotated[
        str, typer.Option(metavar="N,N,…", help="Neurons a layer, the inputs first.")
    ] = "2,2,2",
    activation: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Of the hidden layers: sigmoid, tanh, relu, …",
            autocompletion=complete_activation,
        ),
    ] = "sigmoid",
    output_activation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of the outputs (default: what suits the loss).",
            autocompletion=complete_activation,
        ),
    ] = None,
    loss: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="half_squared_error, cross_entropy, …",
            autocompletion=complete_loss,
        ),
    ] = "half_squared_error",
    bias: Annotated[
        BiasMode, typer.Option(help="A bias for each neuron, one for each layer, or none.")
    ] = BiasMode.EACH,
    samples: Annotated[int, typer.Option(min=1, help="Samples.")] = 1,
    batch: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            help="Samples an iteration: full (all), online (one after the other), or a number.",
        ),
    ] = "full",
    learning_rate: Annotated[
        float | None,
        typer.Option(help="The learning rate.", show_default="0.5; 0.1 for adagrad, rmsprop, adam"),
    ] = None,
    optimizer: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="sgd, momentum, adagrad, rmsprop, adam or adamw.",
            autocompletion=complete_optimizer,
        ),
    ] = "sgd",
    iterations: Annotated[
        int,
        typer.Option(
            "--iterations", "-n", min=1, max=MOST_AT_ONCE, help="Iterations to calculate."
        ),
    ] = 1,
    digits: Annotated[
        int,
        typer.Option(min=3, max=9, help="Decimals to work with: nothing that matters is smaller."),
    ] = 4,
    apart: Annotated[
        str | None,
        typer.Option(
            metavar="MISTAKES",
            help="An exercise that tells at least these mistakes from all others.",
            autocompletion=complete_mistake,
        ),
    ] = None,
    freeze: Annotated[Freeze | None, typer.Option(help="Leave the biases as they are.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same exercise.")] = 1,
    count: Annotated[
        int,
        typer.Option(
            min=1,
            max=MOST_AT_ONCE,
            help="So many exercises that differ, from this seed on; see --output.",
        ),
    ] = 1,
    companions: Annotated[
        str | None,
        typer.Option("--with", metavar="NAMES", help=_WITH),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to a file; {seed} in its name becomes the seed. Into a folder: ex-{seed}.yaml.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Make an exercise with pleasant numbers.

    A small seeded network with few digits, nothing saturated, and no vanishing delta.
    """
    from tracer.model.activations import ACTIVATIONS
    from tracer.model.losses import LOSSES
    from tracer.model.network import Bias
    from tracer.model.optimizers import OPTIMIZERS
    from tracer.model.words import known
    from tracer.teach.exercise import Wish

    files = exercise_files(range(seed, seed + count), output, companions)
    wish = Wish(
        _sizes(layers),
        known("--activation", activation, ACTIVATIONS),
        output_activation and known("--output-activation", output_activation, ACTIVATIONS),
        known("--loss", loss, LOSSES),
        Bias(bias.value),
        samples,
        learning_rate,
        freeze is not None,
        known("--optimizer", optimizer, OPTIMIZERS),
        iterations,
        _batch(batch),
        digits,
        tuple(filter(None, (name.strip() for name in (apart or "").split(",")))),
    )
    files.write(wish, force=force)


def _batch(text: str) -> int | None:
    """The samples of an iteration; None for all of them."""
    if number := whole(text):
        return number
    if text not in ("full", "online"):
        raise UsageError(f"--batch {text}", "give full, online, or a number of samples")
    return None if text == "full" else 1


def _sizes(text: str) -> tuple[int, ...]:
    """`2,3,1` as numbers."""
    parts = [part.strip() for part in text.replace("-", ",").split(",")]
    if not all(part.isdecimal() and len(part) < 5 for part in parts):
        raise UsageError(f"--layers {text}: expected numbers of neurons", "an example: 2,3,1")
    return tuple(int(part) for part in parts)
