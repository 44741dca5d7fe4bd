"""Numbers at the ends of float64, and text of any length: an answer or a message, and never a crash.

A warning is an error in these tests, so that none of NumPy's reaches anybody either.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from support.cli import run, run_json
from support.cloze import read_bank
from tracer.cli.progress import progress

LONG = "9" * 5000


def network(output: str, *, loss: str = "half_squared_error", rest: str = "") -> str:
    return f"""\
network:
  inputs: [x]
  layers: [{{neurons: [o], bias: 0, {output}}}]
loss: {loss}
{rest}
"""


IDENTITY = "activation: identity, weights: 1e155"
HUGE = network(IDENTITY, rest="data: [{inputs: [1], targets: [0]}]\ntraining: {learning_rate: 1}")
STOPPING = network(
    "activation: identity, weights: 1.1e154",
    rest="data: [{inputs: [1], targets: [0]}]\n"
    "training: {learning_rate: 1.0e-20, iterations: 9, stop: {loss_below: 1, window: 3}}",
)
INFINITE = """\
network: {inputs: 2, layers: [{neurons: 2, activation: elu, weights: [[0, 0], [0, -1e308]]}]}
loss: half_squared_error
data: [{inputs: [0, -0.01], class: 0}, {inputs: [0, -40], class: 0}]
"""
LARGE_GRADIENTS = network(
    "activation: identity, weights: 0",
    rest="data: [{inputs: [1.0e170], targets: [1.0e100]}]\ntraining: {learning_rate: 1.0e-300}",
)


@pytest.mark.parametrize(
    "command", [("run",), ("step", "-n", 5), ("worksheet",), ("explain", "w1+")]
)
def test_an_overflow_in_the_first_iteration_names_the_first_number(
    command: tuple[object, ...], tmp_path: Path
) -> None:
    path = tmp_path / "huge.yaml"
    path.write_text(HUGE)
    told = run(command[0], path, *command[1:], code=2).stderr
    assert "in iteration 1: E_o is not a finite number" in told


def test_a_loss_that_overflows_alone_within_a_block_is_named(tmp_path: Path) -> None:
    path = tmp_path / "alone.yaml"
    rows = ", ".join(
        f"{{inputs: [1], targets: [{target}]}}" for target in [0, 0, 0, "1.0e160", 0, 0]
    )
    training = "training: {learning_rate: 1.0e-170, batch: online, iterations: 50}"
    path.write_text(network("activation: identity, weights: 1", rest=f"data: [{rows}]\n{training}"))
    assert "in iteration 4: E_o#4 is not a finite number" in run("step", path, code=2).stderr


def test_an_output_that_overflows_alone_within_a_block_is_named(tmp_path: Path) -> None:
    path = tmp_path / "graph.yaml"
    path.write_text(
        "graph: {inputs: {x: 0}, nodes: {y: 6.0e307*x}}\n"
        "training: {learning_rate: 1.6666e-308, iterations: 50, trainable: [x]}\n"
    )
    assert "in iteration 4: y (overflow)" in run("step", path, code=2).stderr


def online(output: str, inputs: Iterable[object], target: object, training: str) -> str:
    """A network that takes samples with these inputs one by one, again and again."""
    rows = ", ".join(f"{{inputs: [{x}], targets: [{target}]}}" for x in inputs)
    rest = f"data: [{rows}]\ntraining: {{batch: online, iterations: 50, {training}}}"
    return network(output, rest=rest)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        pytest.param(
            online(
                "activation: sigmoid, weights: 1.0e10", [1, 1, "1.0e300"], 1, "learning_rate: 1"
            ),
            "in iteration 3: net_o#3",
            id="a net input that is saturated",
        ),
        pytest.param(
            online(
                "activation: identity, weights: 0",
                [0, 0, "1.0e200"],
                "1.0e120",
                "learning_rate: 1, freeze: biases, clip: {value: 1.0e-200}",
            ),
            "in iteration 3: dE/dw1",
            id="a gradient that is clipped by its value",
        ),
        pytest.param(
            online(
                "activation: identity, weights: [[0], [0]]",
                [0, 0, "1.7e308"],
                "1.0, -1.0",
                "learning_rate: 1, freeze: biases, clip: {norm: 1}",
            ).replace("[o]", "[o, p]"),
            "in iteration 3: grad_norm",
            id="a norm, so that the step would be 0",
        ),
    ],
)
def test_a_number_beyond_float64_that_nothing_follows_from_is_named(
    written: str, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "silent.yaml"
    path.write_text(written)
    for words in (("step",), ("step", "-n", 3), ("step", "--every", 1), ("run", "-n", 3)):
        told = run(words[0], path, *words[1:], code=2).stderr
        assert f"{named} is not a finite number" in told


@pytest.mark.parametrize("words", [("run",), ("run", "--round", "4sf"), ("explain", "loss")])
def test_passes_without_training_name_the_first_number_too(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "passes.yaml"
    path.write_text(network(IDENTITY, rest="data: [{inputs: [1], targets: [0]}]"))
    told = run(words[0], path, *words[1:], code=2)
    assert told.stderr.startswith("bptrace: E_o is not a finite number")
    assert ("Forward" in told.stdout) == (words[0] == "run")


@pytest.mark.parametrize("size", ["1.0e130", "1.0e100"])
def test_a_norm_is_right_where_its_squares_are_beyond_float64(size: str, tmp_path: Path) -> None:
    path = tmp_path / "steep.yaml"
    path.write_text(
        network(
            "activation: identity, weights: [[3.0e20, 0]]",
            rest=f"data: [{{inputs: [{size}, {size}], targets: [0]}}]\n"
            "training: {learning_rate: 1.0e19, iterations: 1, freeze: biases, clip: {norm: 5.0}}",
        ).replace("[x]", "[x, y]")
    )
    traced = run_json("run", path)["iterations"][0]["parameters"]
    trained = run_json("step", path, "-n", 1)["final"]["parameters"]
    expected = {"w1": 3e20 - 5e19 * 0.5**0.5, "w2": -5e19 * 0.5**0.5}
    assert {name: traced[name]["after"] for name in expected} == pytest.approx(expected, rel=1e-14)
    assert {name: trained[name] for name in expected} == pytest.approx(expected, rel=1e-14)
    run("gradcheck", path)


def test_targets_whose_sum_is_beyond_float64_are_read(tmp_path: Path) -> None:
    path = tmp_path / "targets.yaml"
    large = "data: [{inputs: [1], targets: [1.7e308, 1.7e308]}]"
    path.write_text(
        network("activation: identity, weights: 1", rest=large).replace("[o]", "[o, p]")
    )
    assert "E_o is not a finite number" in run("run", path, code=2).stderr
    softmax = network("activation: softmax, weights: 1", loss="cross_entropy", rest=large)
    path.write_text(softmax.replace("[o]", "[o, p]"))
    assert "the targets' sum is inf" in run("run", path, code=2).stderr


def test_a_stop_criterion_adds_losses_near_the_largest_number(tmp_path: Path) -> None:
    path = tmp_path / "stopping.yaml"
    path.write_text(STOPPING)
    assert run_json("step", path)["final"]["iterations"] == 9


def test_sizes_of_large_gradients_are_compared(tmp_path: Path) -> None:
    one, other = tmp_path / "one.yaml", tmp_path / "other.yaml"
    one.write_text(LARGE_GRADIENTS)
    other.write_text(LARGE_GRADIENTS.replace("e-300", "e-301"))
    assert "1.000000000e+270" in run("compare", one, other, code=None).stdout


def test_sizes_beside_an_infinite_number_are_calculated_quietly(tmp_path: Path) -> None:
    path = tmp_path / "infinite.yaml"
    path.write_text(INFINITE)
    run("compare", path, "mazur", code=None)


def test_numbers_far_from_what_can_be_are_looked_into(tmp_path: Path) -> None:
    run("why", "mazur", "E_total=1e-320")
    run("why", "mazur", "E_total=1.0e308")
    run("check", "mazur", "-", input="net_h1: -1.7e308\nout_h1: 1.7e308\n", code=1)


def test_rounding_to_digits_below_the_smallest_number_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    tiny = network(
        "activation: identity, weights: 1.23e-320", rest="data: [{inputs: [1], targets: [0]}]"
    )
    path.write_text(tiny)
    assert "nan" not in run("run", path, "--round", "4sf").stdout


def test_a_saturated_sheet_of_a_later_iteration_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "saturated.yaml"
    path.write_text(
        network(
            "activation: sigmoid, weights: [[37, -37]]",
            loss="binary_cross_entropy",
            rest="data: [{inputs: [1, 2], targets: [1]}]\n"
            "training: {learning_rate: 1, iterations: 3}\n"
            "expected:\n"
            "  - {iteration: 2, values: {delta_o: 37.5, w1+: 37.5, E_o: 0.0, dE/dout_o: 1.0}}\n"
            "  - {after: 2, values: {w1: 0.0, out_o: 1.0, E_total: 1.0}}\n",
        ).replace("[x]", "[x, y]")
    )
    run("check", path, code=1)
    run("check", path, "--round", "2dp", code=1)


def test_a_question_offers_no_answer_without_a_value(tmp_path: Path) -> None:
    path = tmp_path / "saturated.yaml"
    data = "data: [{inputs: [1], targets: [0]}]\ntraining: {learning_rate: 1}"
    sigmoid = "activation: sigmoid, weights: 800"
    path.write_text(network(sigmoid, loss="binary_cross_entropy", rest=data))
    (question,) = read_bank(run("worksheet", path, "--format", "moodle").stdout).questions
    values = [answer.value for blank in question.blanks for answer in blank]
    assert values
    assert all(map(math.isfinite, values))


def test_numbers_whose_differences_overflow_are_judged(tmp_path: Path) -> None:
    path, answers = tmp_path / "far.yaml", tmp_path / "answers.yaml"
    layer = "bias: 0, activation: identity, weights: 1}"
    path.write_text(
        f"network: {{inputs: [x], layers: [{{neurons: [h], {layer}, {{neurons: [o], {layer}]}}\n"
        "loss: half_squared_error\ndata: [{inputs: [1.7e+308], targets: [-1.7e+308]}]\n"
        "training: {learning_rate: 0.5}\n"
    )
    given = ["net_o: 0.3775", "out_o: 0.75", "E_total: 0.1", "delta_o: 1", "dE/dw1: 1.0e+300"]
    answers.write_text("\n".join([*given, "w1+: -1.0e+308"]))
    assert "net_o" in run("check", path, answers, code=1).stdout
    assert "net_o" in run("mark", path, answers, "--format", "json").stdout


@pytest.mark.parametrize(
    "words",
    [("run", "mazur", "--sample", LONG), ("step", "mazur", "--trace-at", LONG),
     ("explain", "mazur", f"w1@{LONG}"), ("explain", "mazur", f"net_h1#{LONG}"),
     ("explain", "mazur", "w1+", "--depth", LONG), ("why", "mazur", f"E_total=1e{LONG}"),
     ("check", "mazur", "c" * 300), ("mark", "mazur", "c" * 300), ("run", "c" * 300),
     ("new", "--batch", LONG)],
)  # fmt: skip
def test_words_of_any_length_are_refused_in_short(words: tuple[str, ...]) -> None:
    told = run(*words, code=2).stderr
    assert told.startswith("bptrace: ") or told.startswith("c" * 300)
    assert len(told) < 3000


@pytest.mark.parametrize("columns", ["²", LONG, "-1", "0", ""])
def test_a_width_that_is_none_is_no_width(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert "before the update  0.298371109" in run("run", "mazur").stdout


@pytest.mark.parametrize("columns", ["²", LONG, "-1"])
def test_a_bar_needs_no_width(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with progress(2, "training") as report:
        assert report is not None
        report(1)


def test_a_file_of_long_numbers_is_refused_in_short(tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(network(IDENTITY).replace("inputs: [x]", f"inputs: {LONG}"))
    assert len(run("run", path, code=2).stderr) < 3000
    for answers in (f"net_h1,{LONG}\n", f"net_h1: 1e{LONG}\n", f"name,value,after\nw1,1,{LONG}\n"):
        assert len(run("check", "mazur", "-", input=answers, code=2).stderr) < 3000


def test_pythons_opinion_of_a_formula_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "graph.yaml"
    path.write_text("graph: {inputs: {x: 1}, nodes: {y: 1if x else 2}}\n")
    assert "not part of a formula" in run("run", path, code=2).stderr
