"""Pictures as SVG: every number is the engine's, by its name; nothing of people's is markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from support.cli import run
from support.networks import shipped, shipped_networks
from support.pictures import elements, network_placed, of_yaml, traced, words, writing_of
from tracer.model.names import Names
from tracer.show.notation.notation import QuantityNotation
from tracer.show.pictures.network import network_picture
from tracer.show.pictures.picture import edge_width
from tracer.show.pictures.style import STYLE
from tracer.show.pictures.svg import drawings

VIEWS = ("forward", "backward")


def drawn(*options: str, name: str = "mazur") -> str:
    return run("run", name, "--format", "svg", *options).stdout


@pytest.mark.parametrize("name", shipped_networks())
def test_every_number_is_the_one_that_its_name_means(name: str) -> None:
    experiment = shipped(name)
    trace = traced(experiment)
    notation = QuantityNotation(trace.names, target="svg")
    for view in VIEWS:
        picture = network_picture(trace, view, trace.rows[0] + 1)
        (svg,) = drawings([picture], notation)
        numbers = list(elements(svg, "text", "number"))
        assert numbers
        for number in numbers:
            meant = trace.names.parse(number.attrib["data-quantity"])
            row = trace.rows[0] if meant.stage.of_a_sample else None
            value = trace.value(replace(meant, sample=row))
            assert float(words(number).replace("−", "-")) == pytest.approx(value, abs=6e-10)


def test_the_forward_picture_has_all_of_the_forward_pass() -> None:
    names = {number.get("data-quantity") for number in elements(drawn(), "text", "number")}
    expected = "i1 i2 net_h1 out_h1 net_h2 out_h2 net_o1 out_o1 net_o2 out_o2 b1 b2 E_total"
    outputs = "target_o1 target_o2 E_o1 E_o2"
    assert names == {*expected.split(), *outputs.split(), *(f"w{n}" for n in range(1, 9))}


def test_the_backward_picture_has_deltas_gradients_and_the_parts_along_the_edges() -> None:
    svg = drawn("--view", "backward")
    names = {number.get("data-quantity") for number in elements(svg, "text", "number")}
    assert {"delta_h1", "dE/dout_h1", "dE/dout_h1:o1", "dE/dw5", "dE/db1", "dout/dnet_o2"} <= names


def test_the_update_picture_has_parameters_before_and_after_it() -> None:
    svg = drawn("--view", "update")
    names = {number.get("data-quantity") for number in elements(svg, "text", "number")}
    assert {"w5", "w5+", "b1", "b1+"} <= names


@pytest.mark.parametrize("view", VIEWS)
def test_edges_say_their_sign_and_size_by_more_than_colour(view: str) -> None:
    trace = traced(shipped("relu-bce"))
    svg = drawn("--view", view, name="relu-bce")
    edges = list(elements(svg, "path", "edge"))
    values = [trace.value(trace.find(edge.attrib["data-quantity"])) for edge in edges]
    largest = max(map(abs, values))
    assert min(values) < 0 < max(values)
    for edge, value in zip(edges, values, strict=True):
        assert ("negative" in edge.attrib["class"]) == (value < 0)
        assert ("stroke-dasharray" in edge.attrib) == (value < 0)
        width = float(edge.attrib["stroke-width"])
        assert width == pytest.approx(0.75 + 3.25 * abs(value) / largest, abs=0.01)


def test_widths_are_defined_where_all_numbers_are_zero() -> None:
    assert edge_width(0.0, 0.0) == 0.75
    assert edge_width(-2.0, 2.0) == 4.0


def test_neurons_and_edges_are_known_by_their_names() -> None:
    svg = drawn()
    assert [g.get("data-neuron") for g in elements(svg, "g", "neuron")] == (
        ["i1", "i2", "h1", "h2", "o1", "o2"]
    )
    ends = {
        (e.get("data-quantity"), e.get("data-from"), e.get("data-to"))
        for e in elements(svg, "path", "edge")
    }
    assert {("w6", "h2", "o1"), ("b2", "b2", "o1")} <= ends


def test_who_cannot_see_it_is_told_what_it_is() -> None:
    (root,) = elements(drawn(), "svg")
    assert root.get("role") == "img"
    assert root.get("aria-label") == (
        "A step by step backpropagation example: Forward pass, iteration 1"
    )
    (about,) = elements(drawn(), "desc")
    assert "i1, i2" in words(about)
    assert root.get("viewBox")


def test_text_of_people_is_text() -> None:
    names = ["<script>", "a&amp;", "x"]
    experiment = of_yaml((3, 1), inputs=names, title="</title><script>&\"'\u202e")
    (svg,) = drawings([network_picture(traced(experiment))], _notation(experiment))
    assert not list(elements(svg, "script"))
    assert not {"\u202e", "\u2066"} & set(svg)
    known = [group.get("data-neuron") for group in elements(svg, "g", "neuron")]
    assert known[:2] == names[:2]


def test_indices_stand_below_the_line_and_the_line_goes_on_at_its_height() -> None:
    notation = _notation(shipped("mazur"))
    trace = traced(shipped("mazur"))
    name = notation.name(trace.find("dE/dw5"))
    assert name.startswith("∂E/∂w<tspan")
    assert ">5</tspan>" in name
    formula = trace.formula(trace.find("net_h1"))
    assert formula is not None
    assert 'dy="-0.24em"> · </tspan>' in notation.formula(formula)


def test_a_page_gets_the_views_without_a_style_in_the_same_size() -> None:
    experiment = shipped("mazur")
    pictures = [network_picture(traced(experiment), view) for view in VIEWS]
    forward, backward = drawings(pictures, _notation(experiment), style=False, role="group")
    assert "<style>" not in forward + backward
    assert STYLE in drawings(pictures, _notation(experiment))[0]
    (one,), (other,) = elements(forward, "svg"), elements(backward, "svg")
    assert one.get("role") == "group"
    assert one.get("width") == other.get("width")


def test_a_wide_network_is_a_small_picture() -> None:
    experiment = of_yaml((784, 128, 10))
    (svg,) = drawings([network_picture(traced(experiment))], _notation(experiment))
    assert len(svg) < 60_000
    assert "123 more" in svg


def test_digits_are_few_unless_somebody_asks() -> None:
    def shown(*options: str) -> dict[str, str]:
        numbers = elements(drawn(*options), "text", "number")
        return {number.attrib["data-quantity"]: words(number) for number in numbers}

    assert shown()["out_h1"] == "0.5933"
    assert shown()["i1"] == "0.05"
    assert shown("--digits", "6")["i1"] == "0.050000"
    assert shown("--sig", "6")["out_h1"] == "0.593270"


def test_letters_are_those_of_the_notation() -> None:
    shown = " ".join(words(name) for name in elements(drawn("--notation", "z-a"), "text", "name"))
    assert "z11" in shown
    assert "net" not in shown


def test_the_legend_has_the_letters_of_the_picture() -> None:
    assert "← the part of ∂C/∂a that" in drawn("--notation", "z-a", "--view", "backward")
    assert "← the part of ∂E/∂out that" in drawn("--view", "backward")
    assert "← the part" not in drawn()


def test_products_of_batch_means_are_said_to_be_no_gradient() -> None:
    shown = drawn("--view", "backward", name="cubes-batch-means")
    assert "Backward pass" in shown
    assert "products of batch means, not a gradient" in shown
    names = [words(name) for name in elements(shown, "text", "name")]
    assert "mean ∂E/∂outh1" in names


def test_a_sample_and_an_iteration_are_chosen() -> None:
    trace = traced(shipped("xor"))
    svg = drawn("--sample", "3", name="xor")
    numbers = {n.attrib["data-quantity"]: words(n) for n in elements(svg, "text", "number")}
    assert float(numbers["E_total"]) == pytest.approx(
        trace.value(trace.find("E_total#3")), rel=5e-4
    )
    assert "iteration 5" in drawn("--iterations", "5")


def test_a_network_without_data_is_drawn_as_far_as_it_goes() -> None:
    svg = drawn(name="zhou-feedforward")
    names = {number.get("data-quantity") for number in elements(svg, "text", "number")}
    assert any(name and name.startswith("out_") for name in names)
    assert not any(name and name.startswith(("target", "E_")) for name in names)


def test_what_a_pipe_cannot_encode_is_written_as_references(tmp_path: Path) -> None:
    whole = tmp_path / "picture.svg"
    run("run", "mazur", "-o", whole, "--view", "backward")
    assert "∂E/∂w" in whole.read_text(encoding="utf-8")


def _notation(experiment: object) -> QuantityNotation:
    from tracer.model.experiment import Experiment

    assert isinstance(experiment, Experiment)
    return QuantityNotation(Names(experiment.network), target="svg")


def test_rows_say_their_names_in_full_where_those_are_short() -> None:
    placed, writing = network_placed(shipped("mazur"), "forward")
    rows = [figure for box in placed.boxes for figure in box.node.rows]
    assert any("h1</tspan>" in writing.name(figure) for figure in rows)
    assert writing_of(shipped("mazur")).number(rows[0]) == "0.05"
