"""CONFIG on the command line: a path, `-` for standard input, or a bundled example's name."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracer import bundled
from tracer.cli.completion import complete_config
from tracer.cli.usage import CONFIG
from tracer.digits.whole import whole
from tracer.errors import BptraceError, UsageError

if TYPE_CHECKING:
    from tracer.model.experiment import Experiment, GraphExperiment

ConfigArgument = Annotated[
    str,
    typer.Argument(
        metavar=CONFIG,
        help="A YAML file, - for standard input, or a bundled example's name.",
        autocompletion=complete_config,
    ),
]

_WIDE = re.compile(r"(?:neurons|inputs):\s*(\d+)")
_WIDE_LAYER = 512
_WIDE_TEXT = 1 << 20


def load_config(config: str) -> Experiment | GraphExperiment:
    """The experiment that CONFIG describes.

    Raises:
        ConfigError: everything that is wrong in it, each with its line.
        BptraceError: there is no such file or example.
    """
    path = Path() if config == "-" else bundled.file_of(config)
    _choose_threads(config, path)
    from tracer.config import load
    from tracer.config.files import STANDARD_INPUT, decode, read_standard_input

    if config == "-":
        return load(STANDARD_INPUT, decode(read_standard_input(), STANDARD_INPUT))
    return load(path)


def name_of(config: str) -> str:
    """The configuration's name, for the names of its files: `mazur` for `exercises/mazur.yaml`."""
    return "stdin" if config == "-" else Path(config).stem


def load_network(config: str) -> Experiment:
    """The experiment that CONFIG describes, which must be a network."""
    from tracer.model.experiment import Experiment

    experiment = load_config(config)
    if not isinstance(experiment, Experiment):
        raise UsageError(f"{config} is a computation graph", "this command needs a `network`")
    return experiment


def is_configuration(config: str) -> bool:
    """Whether the name of a file or of a bundled example leads to a configuration.

    Problems within it don't matter; standard input, which can be read only once, counts as none.
    """
    from tracer.config import reader
    from tracer.config.files import read_text

    path = Path(config)
    if config == "-":
        return False
    if not os.path.exists(path):
        return bundled.find(config) is not None
    try:
        root, _ = reader.read(read_text(path, config), config)
    except BptraceError:
        return False
    return reader.is_configuration(root)


def _choose_threads(config: str, path: Path) -> None:
    """One BLAS thread, unless the user has chosen or the network is wide; before NumPy starts.

    With small matrices more threads only cost: 50 ms at the start, and up to 25 times the run.
    """
    wide = False
    if config != "-" and os.path.isfile(path) and os.path.getsize(path):
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(_WIDE_TEXT)
        counts = map(whole, _WIDE.findall(text))
        wide = len(text) == _WIDE_TEXT or any((count or 0) >= _WIDE_LAYER for count in counts)
    if not wide:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
