"""`bptrace new`: exercises from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tracer.cli.completion import complete_activation, complete_loss, complete_optimizer
from tracer.cli.run import MOST_AT_ONCE
from tracer.errors import UsageError, did_you_mean


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
    samples: Annotated[int, typer.Option(min=1, help="Samples in the batch.")] = 1,
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
    freeze: Annotated[Freeze | None, typer.Option(help="Leave the biases as they are.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same exercise.")] = 1,
    count: Annotated[
        int,
        typer.Option(
            min=1, max=MOST_AT_ONCE, help="So many exercises, from this seed on; see --output."
        ),
    ] = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to a file; {seed} in its name becomes the seed.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Make an exercise with pleasant numbers.

    A small seeded network with few digits, nothing saturated, and no vanishing delta.
    """
    from tracer.config import dump
    from tracer.model.activations import ACTIVATIONS
    from tracer.model.losses import LOSSES
    from tracer.model.network import Bias
    from tracer.model.optimizers import OPTIMIZERS
    from tracer.show.output import open_output, output_paths
    from tracer.teach.exercise import Wish, exercise

    seeds = range(seed, seed + count)
    paths = output_paths(output, [{"seed": number} for number in seeds])
    wish = Wish(
        _sizes(layers),
        _known("--activation", activation, ACTIVATIONS),
        output_activation and _known("--output-activation", output_activation, ACTIVATIONS),
        _known("--loss", loss, LOSSES),
        Bias(bias.value),
        samples,
        learning_rate,
        freeze is not None,
        _known("--optimizer", optimizer, OPTIMIZERS),
        iterations,
    )
    for number, path in zip(seeds, paths, strict=True):
        text = dump(exercise(wish, number))
        with open_output(path, force) as stream:
            stream.write(text)


def _sizes(text: str) -> tuple[int, ...]:
    """`2,3,1` as numbers."""
    parts = [part.strip() for part in text.replace("-", ",").split(",")]
    if not all(part.isdecimal() and len(part) < 5 for part in parts):
        raise UsageError(f"--layers {text}: expected numbers of neurons", "an example: 2,3,1")
    return tuple(int(part) for part in parts)


def _known(option: str, name: str, table: Mapping[str, Any]) -> str:
    """The name, which must be one of the table's."""
    if name not in table:
        from tracer.model.words import other_words

        hint = (
            did_you_mean(name, list(table), other_words(table)) or f"known are {', '.join(table)}"
        )
        raise UsageError(f"{option} {name}: there is none", hint)
    return name
