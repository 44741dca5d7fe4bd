"""What `tracer.trace` and the others take: a configuration, as an experiment; answers; rounding."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any, Literal, Protocol, TypeAlias

from tracer import bundled
from tracer.api.arguments import refused
from tracer.config import load, load_plain
from tracer.model.experiment import Experiment, GraphExperiment

AnyExperiment: TypeAlias = Experiment | GraphExperiment
Rounding: TypeAlias = Literal["half-up", "half-even", "cut"]
Answers: TypeAlias = str | PathLike[str] | Mapping[str, Any] | Sequence[Any]
"""A dict of names with numbers, their texts or arrays; YAML or CSV text; or the path of such a file."""
_TEXT = re.compile(r"\n|:\s|^\s*\{")


class HasExperiment(Protocol):
    """Whatever has a configuration already: a trace, a training, an exercise."""

    @property
    def experiment(self) -> AnyExperiment:
        """What the configuration describes."""


Config: TypeAlias = str | PathLike[str] | Mapping[str, Any] | AnyExperiment | HasExperiment
"""A path, the name of a bundled example, YAML text, a dict, or what one of the functions gave back."""


def is_text(source: str) -> bool:
    """Whether that is YAML itself, and not the name of a file: it has a line break or `key: value`."""
    return _TEXT.search(source) is not None


def experiment_of(config: Config) -> AnyExperiment:
    """The experiment that the configuration describes.

    Raises:
        ConfigError: everything that is wrong in it, each with its place.
        BptraceError: there is no such file or bundled example.
        UsageError: it is nothing that can be a configuration.
    """
    match config:
        case Experiment() | GraphExperiment():
            return config
        case str() if is_text(config):
            return load("<text>", config)
        case str() | PathLike():
            return load(bundled.file_of(fspath(config)))
        case Mapping() if not hasattr(config, "experiment"):
            return load_plain(config)
    experiment = getattr(config, "experiment", None)
    if not isinstance(experiment, Experiment | GraphExperiment):
        raise refused("config", config, "a path, a bundled example's name, YAML text or a dict")
    return experiment
