"""Configurations: YAML text → `Experiment` or `GraphExperiment`, and back.

`load` reads a file, `load_plain` a dict, `dump` writes a file, `json_schema` describes the format for
editors. The text goes through `reader` (values with their lines), `models` (keys and types) and `build`
(what concerns several keys at once); each adds its problems, and all of them are told at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tracer.config.build import build
from tracer.config.files import read_text
from tracer.config.nodes import Node
from tracer.config.reader import read
from tracer.config.report import Report
from tracer.errors import Problem
from tracer.model.experiment import Experiment, GraphExperiment

__all__ = ["load", "load_plain"]


def load(source: str | Path, text: str | None = None) -> Experiment | GraphExperiment:
    """The experiment in a file, or in `text`, for which `source` is only the name in problems.

    Paths of data files are relative to the folder of `source`. Raises ConfigError with all the
    problems at once, each as `FILE:LINE:COLUMN: PATH: problem; hint`.
    """
    shown = str(source)
    content = read_text(Path(source), shown) if text is None else text
    return _built(shown, *read(content, shown), content)


def load_plain(content: Mapping[Any, Any], shown: str = "dict") -> Experiment | GraphExperiment:
    """The experiment that Python's own dicts, lists and numbers describe, or NumPy's arrays in them.

    Paths of data files are relative to the current folder. Raises ConfigError with all the problems at
    once, each as `dict: PATH: problem; hint`.
    """
    from tracer.config.plain import tree

    return _built(shown, *tree(content, shown), "")


def _built(
    shown: str, root: Node, problems: list[Problem], text: str
) -> Experiment | GraphExperiment:
    report = Report(shown, root)
    report.problems += problems
    return build(report, text)
