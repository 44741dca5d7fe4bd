"""Every command's JSON against the schema that is published in docs/."""

from __future__ import annotations

import json

import pytest

from support.cli import run
from support.schema import validate

BOWL = """\
title: bowl
graph: {inputs: {x: 3}, nodes: {y: x * x}}
training: {learning_rate: 0.1, iterations: 5, trainable: [x]}
"""


@pytest.mark.parametrize(
    ("command", "definition"),
    [
        ("run mazur", "run"),
        ("run cubes --sample 57", "run"),
        ("run xor", "run"),
        ("run zhou-neuron", "run"),
        ("step zhou-training -n 5 --trace-at 2", "step"),
        ("run apples-oranges", "graph_run"),
        ("run - -n 2", "graph_run"),
        ("step -", "graph_run"),
        ("graph mazur", "graph_run"),
        ("explain mazur dE/dw1 loss w1", "explain"),
        ("explain apples dtotal/dapple", "explain"),
        ("check zhou", "check"),
        pytest.param("check mazur", "check", marks=pytest.mark.long),
        ("check apples", "check"),
        ("why mazur E_total=0.291027924 --after 1", "why"),
        ("gradcheck relu-bce", "gradcheck"),
        ("gradcheck mazur-as-published", "gradcheck"),
        ("gradcheck sigmoid-graph", "gradcheck"),
        ("compare mazur mazur-as-published", "compare"),
    ],
)
def test_json_is_as_published(command: str, definition: str) -> None:
    result = run(*command.split(), "--format", "json", input=BOWL, code=None)
    assert result.exit_code in (0, 1), result.stderr
    validate(json.loads(result.stdout, parse_constant=pytest.fail), definition)
