"""The names of a page's numbers, as its program reads and writes them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pytest

from support.networks import shipped
from support.node import needs_node
from support.page_program import Program, Programs
from support.paths import CONFIGS
from support.sparing import sparing
from tracer.config import load

pytestmark = [needs_node, pytest.mark.no_cover]


@pytest.fixture(scope="module")
def program(programs: Programs) -> Program:
    return programs.of(shipped("xor"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("w5", ("w5", None, None)),
        ("w5@3", ("w5", 3, None)),
        ("net_h1#2", ("net_h1", None, 2)),
        ("net_h1@12#4", ("net_h1", 12, 4)),
        ("dE/dw5", ("dE/dw5", None, None)),
    ],
)
def test_a_name_says_iteration_and_sample(program: Program, text: str, expected: Any) -> None:
    found = program.parse(text)
    said = program.called(found["id"], found["offset"]), found["iteration"], found["sample"]
    assert said == expected


@pytest.mark.parametrize("text", ["", "w0", "w999", "w5x", "nonsense", "w5@", "#1", "W5"])
def test_what_is_no_name_means_nothing(program: Program, text: str) -> None:
    assert program.parse(text) is None


def test_a_samples_own_part_of_a_gradient_is_called_by_its_sample(program: Program) -> None:
    arrays = program.model.content["arrays"]
    whole, part = program.parse("dE/dw5"), program.parse("dE/dw5#2")
    assert (arrays[whole["id"]]["part"], arrays[part["id"]]["part"]) == (False, True)


@pytest.mark.parametrize(
    "name",
    sparing(["mazur", "recurrent-two-steps", "adam-by-hand", "xor", "lstm-two-steps"], 3),
)
def test_every_name_leads_back_to_its_number(programs: Programs, name: str) -> None:
    program = programs.of(load(CONFIGS / f"{name}.yaml"))
    content = program.model.content
    for id in content["ways"][""]["arrays"]:
        array = content["arrays"][id]
        for offset in offsets(array["shape"]):
            text = program.called(id, offset)
            if array["kind"] == "local" or id == content["update"]:
                continue
            found = program.parse(text + ("#1" if array["part"] else ""))
            assert (found["id"], found["offset"]) == (id, offset), text


def offsets(shape: Collection[int]) -> Collection[int]:
    size = int(np.prod(list(shape), dtype=int))
    return range(size) if size < 12 else (0, 1, 2, 5, size // 2, size - 1)
