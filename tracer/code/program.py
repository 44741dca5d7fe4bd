"""A configuration as a program: what can't be written is refused by name, the rest is written."""

from __future__ import annotations

from tracer.code.languages import LANGUAGES, AnyExperiment, Language, Wish
from tracer.engine.batches import Batches
from tracer.engine.training import check_iterations
from tracer.errors import UsageError
from tracer.model.experiment import Experiment

MOST_NUMBERS = 20_000
"""Numbers of data that stand in a program."""
MOST_DRAWN = 5_000
"""Rows of shuffled samples that stand in a program."""


def program(
    experiment: AnyExperiment, language: str, iterations: int | None = None, *, trace: bool = False
) -> str:
    """The source in that language, a row of `LANGUAGES`; `iterations` None: the configuration's.

    `trace`: the program prints every number of iteration 1.

    Raises:
        UsageError: the language has no such calculation, or it is too large; the hint says which has.
        DivergedError: the training meets what is not a finite number.
    """
    row, training = LANGUAGES[language], experiment.training
    if iterations is not None:
        check_iterations([iterations], trained=training is not None)
    wished = iterations or (training.iterations if training else None)
    wish = Wish(wished if training else None, trace)
    why = problem(experiment, row, wish)
    if why:
        able = [other.name for other in LANGUAGES.values() if not problem(experiment, other, wish)]
        raise UsageError(f"--language {language}: {why}", _hint(able))
    return row.write(experiment, wish)


def _hint(able: list[str]) -> str:
    """Which languages have it."""
    if not able:
        return ""
    *most, last = able
    return f"--language {', '.join(most)} or {last} has it" if most else f"--language {last} has it"


def problem(experiment: AnyExperiment, language: Language, wish: Wish) -> str:
    """Why the language can't do the calculation; empty where it can."""
    if not isinstance(experiment, Experiment):
        return (
            ""
            if language.graphs
            else "it calculates with arrays, and the numbers of a graph stand alone"
        )
    count, most = experiment.network.parameter_count, language.parameters
    if most is not None and count > most:
        return f"{count:,} parameters, each with a line of its own, are more than {most:,}"
    drawn = 0 if language.draws else _drawn(experiment, wish)
    if drawn > MOST_DRAWN:
        return (
            f"{drawn:,} samples are drawn in {wish.iterations:,} iterations, and the program would "
            f"have to list them, at most {MOST_DRAWN:,}"
        )
    found = (limit(experiment) for limit in language.limits)
    return next((why for why in found if why), "") or _too_much(experiment)


def _drawn(experiment: Experiment, wish: Wish) -> int:
    """How many rows of shuffled samples the iterations need, in whole epochs."""
    if experiment.data is None or experiment.training is None or wish.iterations is None:
        return 0
    batches = Batches(len(experiment.data), experiment.training)
    if not batches.shuffled:
        return 0
    return -(-wish.iterations // batches.per_epoch) * batches.samples


def _too_much(experiment: Experiment) -> str:
    """Why the data can't stand in a program."""
    found = [data for data in (experiment.data, experiment.predict) if data is not None]
    numbers = sum(data.inputs.size + data.targets.size for data in found)
    if numbers <= MOST_NUMBERS:
        return ""
    return f"the data are {numbers:,} numbers, and {MOST_NUMBERS:,} can stand in a program"
