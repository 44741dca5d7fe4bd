"""The languages that a calculation can be written in: one row each.

To add one, write the function that makes its source and add a row: the command line, its help and the
choice by a file's ending read this table.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.model.experiment import Experiment, GraphExperiment

AnyExperiment: TypeAlias = "Experiment | GraphExperiment"


@immutable
class Wish:
    """`iterations`: None without a training; `trace`: every number of iteration 1 is printed."""

    iterations: int | None
    trace: bool = False


Limit: TypeAlias = "Callable[[Experiment], str]"
"""Why a network can't be written; empty where it can."""


@immutable
class Language:
    """`words`: what its programs are; `endings`: of files that choose it.

    `write` makes the source. `parameters`: how many a network may have; `draws`: it draws shuffled
    batches itself, as NumPy does. `graphs`: whether it has computation graphs; `limits`: what else
    it can't do, each with the reason.
    """

    name: str
    words: str
    write: Callable[[Any, Wish], str]
    endings: tuple[str, ...] = ()
    parameters: int | None = None
    draws: bool = False
    graphs: bool = True
    limits: tuple[Limit, ...] = ()


def _python(experiment: AnyExperiment, wish: Wish) -> str:
    from tracer.code.python import python
    from tracer.code.scalars import scalar_program

    return scalar_program(experiment, wish, python())


def _javascript(experiment: AnyExperiment, wish: Wish) -> str:
    from tracer.code.javascript import javascript
    from tracer.code.scalars import scalar_program

    return scalar_program(experiment, wish, javascript())


def _numpy(experiment: Experiment, wish: Wish) -> str:
    from tracer.code.with_numpy import numpy_program

    return numpy_program(experiment, wish)


def _torch(experiment: Experiment, wish: Wish) -> str:
    from tracer.code.with_torch import torch_program

    return torch_program(experiment, wish)


def _jax(experiment: Experiment, wish: Wish) -> str:
    from tracer.code.with_jax import jax_program

    return jax_program(experiment, wish)


def _not_differentiated(experiment: Experiment) -> str:
    from tracer.code.differentiated import refused

    return refused(experiment)


_MANY = 1000
"""Parameters up to which a program of single numbers can be read."""

_ROWS = (
    Language("python", "number by number", _python, (".py",), parameters=_MANY),
    Language(
        "javascript", "number by number", _javascript, (".js", ".mjs", ".cjs"), parameters=_MANY
    ),
    Language("numpy", "array by array", _numpy, draws=True, graphs=False),
    Language(
        "torch",
        "PyTorch, which finds the gradients",
        _torch,
        graphs=False,
        limits=(_not_differentiated,),
    ),
    Language(
        "jax",
        "JAX, which finds the gradients",
        _jax,
        draws=True,
        graphs=False,
        limits=(_not_differentiated,),
    ),
)

LANGUAGES = {row.name: row for row in _ROWS}
"""The languages by the name that `--language` takes."""


def by_ending(path: Path) -> Language | None:
    """The language that the ending of a file's name chooses."""
    ending = path.suffix.casefold()
    return next((row for row in LANGUAGES.values() if ending in row.endings), None)
