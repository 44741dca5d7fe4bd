"""The diagram of characters: each wire leads from the neuron that its weight comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from support.cli import ended, forked, run
from support.networks import shipped
from support.traces import traced
from tracer.model.names import Names
from tracer.model.quantity import Kind, Quantity, Stage
from tracer.show.notation.notation import QuantityNotation
from tracer.show.pictures.diagram import Box, Wire, diagram_lines
from tracer.show.reports.diagram import NetworkSketch

UP, DOWN, LEFT, RIGHT = "│└┘├┤┴┼", "│┌┐├┤┬┼", "─┘┐┤┴┬┼", "─└┌├┴┬┼"


def drawn(
    name: str, width: int | None = None, *, ascii: bool = False, style: str = "net-out"
) -> list[str]:
    experiment = shipped(name)
    target = "ascii" if ascii else "unicode"
    notation = QuantityNotation(Names(experiment.network), style, target)
    lines = NetworkSketch(traced(experiment))(notation, width, ascii)
    return ["".join(text for text, _ in line) for line in lines]


def source_row(lines: list[str], row: int, column: int) -> tuple[int, int]:
    """Where the wire comes from whose label begins there: back to the left, along one line."""
    at = column - 2
    while lines[row][at] in "─│":
        at -= 1
    joint = lines[row][at]
    if joint == " ":  # a straight line
        return row, at
    assert joint in RIGHT, (row, at, joint)
    seen, rows = {row}, [row]
    for here in rows:  # along the line, up and down
        sign = lines[here][at]
        for there, sides in ((here - 1, UP), (here + 1, DOWN)):
            if sign in sides and there not in seen:
                seen.add(there)
                rows.append(there)
    [source] = [k for k in rows if lines[k][at] in LEFT]
    at -= 1
    while lines[source][at] in "─│":
        at -= 1
    return source, at


def sources(lines: list[str], names: list[str]) -> Mapping[str, str]:
    """Which neuron or input each weight's wire comes from."""
    found: dict[str, str] = {}
    for row, line in enumerate(lines):
        for label in re.finditer(r"\bw\d+ (?=-?\d)", line):
            source, at = source_row(lines, row, label.start())
            found[label[0].strip()] = _owner(lines, source, at, names)
    return found


def _owner(lines: list[str], row: int, column: int, names: list[str]) -> str:
    """The box whose right side stands there, or the input."""
    if lines[row][column] != "├":
        return lines[row].split()[0]
    while lines[row][column] != "╮":
        row -= 1
    return [name for name in names if f" {name} " in lines[row][:column]][-1]


@pytest.mark.parametrize("name", ["mazur", "xor", "cubes", "relu-bce", "mazur-free-biases"])
def test_each_wire_comes_from_its_neuron(name: str) -> None:
    network = shipped(name).network
    found = sources(drawn(name), [n for layer in network.layers for n in layer.neurons])
    expected = {
        Names(network).name(Quantity(Stage(Kind.WEIGHT, layer.number), (to, of))): source
        for layer in network.layers
        for to in range(len(layer.neurons))
        for of, source in enumerate(layer.inputs)
    }
    assert found == expected


def test_the_numbers_are_those_of_the_iteration() -> None:
    text = "\n".join(drawn("mazur"))
    for number in ("0.377500000", "0.593269992", "0.008771355", "0.138498562", "-0.038098237"):
        assert number in text
    assert {"w1 0.15", "w8 0.55", "b1 0.35", "i2 0.1"} <= set(re.findall(r"\b\w\d \d[.\d]*", text))
    assert drawn("mazur")[-1] == "  E_total = 0.298371109"


def test_the_classic_example_fits_a_terminal_in_fourteen_lines() -> None:
    lines = drawn("mazur", 80)
    assert len(lines) <= 14
    assert max(map(len, lines)) <= 80
    assert "0.593270" in "\n".join(lines)


def test_digits_give_way_to_the_width_and_then_the_picture_does() -> None:
    assert "0.5933 " in "\n".join(drawn("mazur", 74))
    assert drawn("mazur", 40) == ["The network is too large to be drawn here."]


def test_in_ascii_the_lines_are_the_same() -> None:
    ascii = drawn("mazur", ascii=True)
    assert all(line.isascii() for line in ascii)
    assert len({len(line) for line in ascii if line.endswith(("|", "+"))}) == 1
    numbers = [re.findall(r"-?\d\.\d+", "\n".join(lines)) for lines in (ascii, drawn("mazur"))]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("inputs", [1, 2, 3, 4])
@pytest.mark.parametrize("neurons", [1, 2, 3, 4])
def test_no_wire_runs_into_another(inputs: int, neurons: int) -> None:
    names = [f"i{k}" for k in range(inputs)]
    boxes = [
        Box(f"h{n}", tuple(Wire(f"w{n}{k} 1", k) for k in range(inputs)), ("x",))
        for n in range(neurons)
    ]
    found = sources(diagram_lines([f"{name} 1" for name in names], [boxes]), [])
    assert found == {f"w{n}{k}": f"i{k}" for n in range(neurons) for k in range(inputs)}


def test_lines_that_only_cross_do_not_join() -> None:
    lines = diagram_lines(
        ["a", "b"],
        [
            [
                Box("h", (Wire("w1", 0), Wire("w2", 1)), ("x",)),
                Box("g", (Wire("w3", 0), Wire("w4", 1)), ("x",)),
            ]
        ],
    )
    crossings = [
        (r, c)
        for r, line in enumerate(lines)
        for c in range(len(line))
        if line[c - 1 : c + 2] == "─│─"
    ]
    assert crossings
    for row, column in crossings:
        assert lines[row - 1][column] in DOWN
        assert lines[row + 1][column] in UP


def test_unasked_there_is_no_word_where_there_is_no_room() -> None:
    notation = QuantityNotation(Names(shipped("mazur").network))
    assert NetworkSketch(traced(shipped("mazur")), asked=False)(notation, 40, False) == []


def test_text_that_takes_other_columns_is_not_drawn() -> None:
    assert diagram_lines(["中"], [[Box("h", (Wire("w1", 0),), ("x",))]]) == []


def test_a_terminal_shows_a_tiny_network_and_a_pipe_nothing() -> None:
    child = forked("run", "mazur")
    assert ended(child) == 0
    assert "The network with its numbers" in child.before
    assert "The network with" not in run("run", "mazur").stdout
    child = forked("run", "xor")
    assert ended(child) == 0
    assert "The network with" not in child.before


def test_whoever_asks_gets_it_anywhere() -> None:
    assert (
        "The network with its numbers, sample 2"
        in run("run", "xor", "--diagram", "--sample", 2).stdout
    )
    child = forked("run", "mazur", "--no-diagram")
    assert ended(child) == 0
    assert "The network with" not in child.before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("apples", "--diagram"), "--diagram is for networks"),
        (("mazur", "--diagram", "--format", "csv"), "--format csv has no --diagram"),
        (("mazur", "--diagram", "--round", "4dp"), "--round has no --diagram"),
    ],
)
def test_where_there_is_no_diagram_it_is_said(words: tuple[str, ...], message: str) -> None:
    assert message in run("run", *words, code=2).stderr
