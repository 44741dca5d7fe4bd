"""What people see of optimisers, penalties, clipping and schedules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.cli import built, run_json
from support.documents import elements, items, remarks, run_blocks, tables
from support.schema import validate
from support.sparing import sparing
from tracer.config import load
from tracer.engine.timeline import NetworkTimeline
from tracer.model.experiment import Experiment
from tracer.show.document import Block, Heading, Matrix, MatrixEquation, Text, Value
from tracer.show.reports.conventions import conventions
from tracer.show.reports.matrix import matrix
from tracer.show.reports.selection import Selection

NETWORK = """\
network:
  inputs: [i1, i2]
  layers:
    - {neurons: [h1, h2], activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], BIAS}
    - {neurons: [o1, o2], activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]]}
loss: half_squared_error
data:
  - {inputs: [0.05, 0.10], targets: [0.01, 0.99]}
"""
SECOND = "  - {inputs: [0.5, 0.1], targets: [0.9, 0.2]}\n"
SHARED, THRESHOLD = "bias: 0.35", "threshold: [0.1, 0.2]"

ADAM = "training: {learning_rate: 0.5, optimizer: adam}\n"
EVERYTHING = """\
regularization: {kind: l2, strength: 0.01}
training:
  learning_rate: {initial: 0.1, schedule: exponential, rate: 0.9, warmup: 2}
  optimizer: {name: adamw, weight_decay: 0.02}
  clip: {norm: 0.03}
  freeze: [w1, b1]
"""
NESTEROV = """\
regularization: {kind: l1, strength: 0.01, of: parameters}
training:
  learning_rate: 0.1
  optimizer: {name: momentum, form: velocity, nesterov: true}
  clip: {value: 0.02}
"""
CENTRED = """\
regularization: {kind: l2, strength: 0.1, form: per_sample}
training: {learning_rate: 0.1, optimizer: {name: rmsprop, centered: true, epsilon_place: inside}}
"""
PLAIN = "training: {learning_rate: 0.5}\n"
CASES = {
    "adam": (NETWORK, SHARED, ADAM),
    "everything": (NETWORK + SECOND, SHARED, EVERYTHING),
    "nesterov": (NETWORK + SECOND, SHARED, NESTEROV),
    "nesterov-alone": (NETWORK, SHARED, NESTEROV),
    "centred": (NETWORK, THRESHOLD, CENTRED),
}


def text(case: str) -> str:
    network, bias, training = CASES[case]
    return network.replace("BIAS", bias) + training


def experiment(case: str) -> Experiment:
    found = load("net.yaml", text(case))
    assert isinstance(found, Experiment)
    return found


def written(case: str, folder: Path) -> Path:
    path = folder / f"{case}.yaml"
    path.write_text(text(case), encoding="utf-8")
    return path


@pytest.mark.parametrize("case", CASES)
def test_the_update_is_shown_column_by_column_from_the_gradient_to_the_new_value(case: str) -> None:
    trace = NetworkTimeline(experiment(case)).trace(2)
    shown = shown_tables(case, 2)
    names = [name for name in shown if name.startswith(("gradients", "states", "updates"))]
    assert names[-1] == "updates@2"
    assert all(len(row) <= 6 for name in names for row in shown[name])
    for name, _, old, step, new in shown["updates@2"]:
        if step == "fixed":
            assert old == new
        else:
            assert old - step == pytest.approx(new, rel=1e-12)
            assert new == trace.value(trace.find(f"{name}+"))


def shown_tables(case: str, iterations: int) -> dict[str, list[tuple[Any, ...]]]:
    return tables(run_blocks(experiment(case), iterations))


def test_each_stage_stands_beside_its_parameter() -> None:
    trace = NetworkTimeline(experiment("everything")).trace(2)
    found = shown_tables("everything", 2)
    expected = {
        "gradients@2": ["dE/dw5:data", "dE/dw5:penalty", "dE/dw5", "g_w5"],
        "states@2": ["m_w5", "m_w5+", "v_w5", "v_w5+"],
        "corrected@2": ["mhat_w5", "vhat_w5"],
    }
    for name, numbers in expected.items():
        rows = {row[0]: row[1:] for row in found[name]}
        assert list(rows["w5"]) == [trace.value(trace.find(number)) for number in numbers]
    fixed = {row[0]: row[1:] for row in found["corrected@2"]}["w1"]
    assert fixed == (None, None)
    assert [row[0] for row in found["loss@2"]] == ["before the update", "after it"]
    penalty = trace.value(trace.find("penalty"))
    assert found["loss@2"][0][1:] == (penalty, trace.loss)


def test_a_state_before_the_update_has_no_column_while_it_is_0() -> None:
    first, second = (shown_tables("adam", k) for k in (1, 2))
    assert len(first["gradients"][0]) == 6  # with m+, v+ and both of them corrected
    assert len(second["gradients@2"][0]) == 6  # with m, m+, v, v+
    assert len(second["corrected@2"][0]) == 3


def test_gradient_descent_alone_has_one_table() -> None:
    text = NETWORK.replace("BIAS", SHARED) + PLAIN
    found = load("net.yaml", text)
    assert isinstance(found, Experiment)
    shown = tables(run_blocks(found))
    assert [name for name in shown if name in ("gradients", "states", "updates")] == ["updates"]
    assert len(shown["updates"][0]) == 6


def test_an_iteration_says_what_is_another_in_another() -> None:
    said = " ".join(map(str, remarks(run_blocks(experiment("everything"), 2), Text)))
    trace = NetworkTimeline(experiment("everything")).trace(2)
    norm = trace.value(trace.find("grad_norm"))
    assert norm > 0.03
    assert f"lr = 0.1, t = 2, grad_norm = {norm}, more than 0.03: every gradient is scaled." in said


def test_the_head_states_every_rule() -> None:
    said = "\n".join(map(str, items(conventions(experiment("everything")))))
    for words in (
        "is the mean over the batch of 2 samples, plus what the penalty adds.",
        "Penalty: ½·λ·Σ w² over all weights, the fixed ones too, with λ = 0.01; it is added to the "
        "loss, and λ · w to each of their gradients.",
        "m+ = β₁ · m + (1 − β₁) · g: the running average of the gradients, at the start 0.",
        "m̂ = m+/(1 − β₁^t): m+, corrected for the start at 0.",
        "is more than c = 0.03; else g = ∂E/∂w.",
        "With β₁ = 0.9, β₂ = 0.999, ε = 1e-08, λ = 0.02, t the number of the update.",
        "η = η₀·rateᵏ; η₀ = 0.1, rate = 0.9. In the first 2 iterations it is η₀·(k + 1)/2; then k "
        "begins at 0.",
    ):
        assert words in said
    alone = "\n".join(map(str, items(conventions(experiment("nesterov-alone")))))
    assert "One sample a batch, so the loss is its E_total plus the penalty." in alone
    assert "Clipping: g = ∂E/∂w, but at least −c and at most c = 0.02." in alone
    assert "λ · sign(w) to each of their gradients." in alone  # θ would be a threshold


SIGNS = {
    "+": "+", "−": "-", "·": "*", "/": "/", "^": "**", "(": "(", ")": ")", ",": ",", "√(": "sqrt(",
    "max(": "maximum(", "min(": "minimum(", "sign(": "sign(",
}  # fmt: skip


def updates_in_matrices(case: str, iteration: int) -> Iterator[MatrixEquation]:
    """The equations from the penalty on, but for those that only name what is fixed."""
    trace = NetworkTimeline(experiment(case)).trace(iteration)
    late = False
    for block in matrix(trace, Selection()):
        late |= isinstance(block, Heading) and block.text in ("Penalty", "Updates")
        if late and isinstance(block, MatrixEquation) and " (fixed)" not in block.parts:
            yield block


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("iteration", [1, 3])
def test_each_equation_in_matrices_holds(case: str, iteration: int) -> None:
    count = 0
    for block in updates_in_matrices(case, iteration):
        count += 1
        left, right = calculated(block)
        changed = np.ones(right.shape, bool)
        if " (where it is not fixed)" in block.parts:
            changed[0, 0] = False  # w1
        assert left[changed] == pytest.approx(right[changed], rel=1e-9, abs=1e-15)
    assert count > 3


def calculated(block: MatrixEquation) -> tuple[np.ndarray, np.ndarray]:
    """What stands between the signs =, worked out, and what stands behind the last."""
    *parts, equals, result = block.parts[2:]
    assert equals == " = "
    assert isinstance(result, Matrix)
    names = ("sqrt", "maximum", "minimum", "sign")
    known: dict[str, Any] = {name: getattr(np, name) for name in names}
    code = ""
    for number, part in enumerate(parts):
        if isinstance(part, Matrix):
            known[f"x{number}"] = elements(part)
            code += f"x{number}"
        elif isinstance(part, Value):
            code += repr(part.number)
        elif part != " (where it is not fixed)":
            code += SIGNS[str(part).strip()]
    found = np.broadcast_to(eval(code, known), result.shape)
    return found, elements(result)


@pytest.mark.parametrize("case", CASES)
def test_the_json_says_the_same(case: str, tmp_path: Path) -> None:
    found = run_json("run", written(case, tmp_path), "--iterations", 2)
    validate(found, "run")
    trace = NetworkTimeline(experiment(case)).trace(2)
    parameters = found["iterations"][1]["parameters"]
    for letter, numbers in parameters["w5"].get("state", {}).items():
        assert numbers["before"] == trace.value(trace.find(f"{letter}_w5"))
        assert numbers["after"] == trace.value(trace.find(f"{letter}_w5+"))
    if case == "everything":
        assert "clipped" not in parameters["w1"]
        assert parameters["w5"]["clipped"] == trace.value(trace.find("g_w5"))
        assert found["iterations"][0]["learning_rate"] == 0.05


@pytest.mark.parametrize("case", CASES)
def test_records_hold_every_number(case: str, tmp_path: Path) -> None:
    found = built("run", str(written(case, tmp_path)), "--format", "csv", "--iterations", "2")
    names = {line.split(",")[2] for line in found.splitlines() if line.startswith("2,")}
    trace = NetworkTimeline(experiment(case)).trace(2)
    assert {trace.names.bare(q) for q in trace if q.sample is None} <= names


def test_a_state_is_explained_back_to_the_first_gradient(tmp_path: Path) -> None:
    path = str(written("adam", tmp_path))
    said = built("explain", path, "mhat_w5@3", "--depth", "all")
    after = [said.index(f"m_w5⁺{at} = β₁ · m_w5") for at in ("", "@2", "@3")]
    assert after == sorted(after)
    assert "m̂_w5@3 = m_w5⁺@3/(1 − β₁³)\n" in said
    long = built("explain", path, "mhat_w5@40", "--depth", "all")
    assert "… 34 iterations more, in the same way …" in long
    kept = re.findall(r"m_w5⁺(?:@(\d+))? = β₁", long)
    assert kept == ["", "2", "37", "38", "39", "40"]
    records = json.loads(built("explain", path, "mhat_w5@3", "--depth", "all", "--format", "json"))
    assert [record["name"] for record in records][:2] == ["m_w5+", "m_w5+@2"]
    assert "more, in the same way" not in built("explain", path, "w5+@3", "--depth", "2")


def test_options_stand_in_one_line_of_the_listing(tmp_path: Path) -> None:
    said = built("explain", str(written("everything", tmp_path)))
    assert re.search(r"option of the training +strength  initial  rate  beta1  beta2", said)
    assert re.search(r"norm of all gradients together +grad_norm +1\n", said)


def test_a_sheet_gives_the_options_and_asks_for_everything_else(tmp_path: Path) -> None:
    sheet = built("worksheet", str(written("everything", tmp_path)))
    assert "Learning rate: `η` = 0.05" in sheet
    assert "Options: `λ` (strength) = 0.01, `η₀` = 0.1, `rate` = 0.9, `β₁` = 0.9" in sheet
    assert "`λ` (weight\\_decay) = 0.02, `c` = 0.03, t = 1" in sheet
    assert "m and v are 0 for every parameter." in sheet
    asked = ["`penalty`", "`∂E/∂w5:penalty`", "`‖g‖`", "`g_w5`", "`m_w5⁺`", "`m̂_w5`", "`w5⁺`"]
    assert [asked.index(name) for name in sorted(asked, key=sheet.index)] == list(range(len(asked)))
    assert "`loss`" in built("worksheet", str(written("nesterov-alone", tmp_path)))


def test_a_state_that_is_given_stands_on_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "given.yaml"
    training = "training: {learning_rate: 0.5, optimizer: momentum, state: {v: {w1: 0.25}}}\n"
    path.write_text(NETWORK.replace("BIAS", SHARED) + training)
    assert "| `w1` | 0.25 |\n| `w2` | 0 |" in built("worksheet", str(path)).replace("0.0 |", "0 |")


def test_states_that_rounding_takes_to_0_are_pointed_out(tmp_path: Path) -> None:
    path = str(written("adam", tmp_path))
    warned = "A state of the optimiser that isn't 0 is rounded to 0"
    assert warned in built("run", path, "--round", "4dp")
    assert warned not in built("run", path, "--round", "4sf")


def test_the_history_has_the_learning_rate_where_it_changes(tmp_path: Path) -> None:
    said = built("step", str(written("everything", tmp_path)), "--iterations", "3")
    assert re.search(r"updates +loss +η ", said)
    assert re.search(r"\n +3 +\S+ +0\.09", said)
    assert " η " not in built("step", str(written("adam", tmp_path)))


GRAPH = """\
graph:
  inputs: {x: 3, y: 2, c: 4}
  nodes: {p: x * y, f: (p - c)**2}
training:
  learning_rate: {initial: 0.1, schedule: step, factor: 0.5, every: 2}
  trainable: [x, y]
  optimizer: OPTIMIZER
  clip: {norm: 1.0}
"""


def graph(folder: Path, optimizer: str = "adam", **changed: str) -> str:
    made = GRAPH.replace("OPTIMIZER", optimizer)
    for old, new in changed.items():
        made = made.replace(old, new)
    path = folder / "graph.yaml"
    path.write_text(made)
    return str(path)


def test_a_graph_shows_the_same_columns(tmp_path: Path) -> None:
    path = graph(tmp_path)
    said = built("run", path, "--iterations", "2")
    assert (
        "In this iteration η = 0.100000000, t = 2, ‖g‖ = 10.470301292, more than 1: every" in said
    )
    assert re.search(r"input +m +m\+ +v +v\+\n", said)
    assert re.search(r"input +before +step +after\n", said)
    found = run_json("run", path, "--iterations", "2")
    validate(found, "graph_run")
    second = found["iterations"][1]
    assert second["learning_rate"] == 0.1
    x = second["parameters"]["x"]
    assert x["state"]["m"]["after"] == 0.9 * x["state"]["m"]["before"] + (1 - 0.9) * x["clipped"]
    assert x["mhat"] == x["state"]["m"]["after"] / (1 - 0.9**2)
    assert "1,m_x+,beta1*m_x + (1 - beta1)*g_x," in built("run", path, "--format", "csv")
    assert re.search(r"updates +f +x +y\n", built("step", path, "--iterations", "3"))


@pytest.mark.parametrize(
    "optimizer",
    ["adam", "adagrad", "{name: momentum, nesterov: true}", "{name: rmsprop, centered: true}"],
)
def test_a_graph_goes_on_bit_for_bit(optimizer: str, tmp_path: Path) -> None:
    path, saved = graph(tmp_path, optimizer), str(tmp_path / "saved.yaml")
    whole = run_json("step", path, "--iterations", "7")["final"]["parameters"]
    run_json("step", path, "--iterations", "3", "--save", saved)
    assert run_json("step", saved, "--iterations", "4")["final"]["parameters"] == whole


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mhat_y", "m+, corrected for the start at 0, of 'y'"),
        ("beta1", "an option of Adam"),
        *sparing(
            [
                ("v_x", "the running average of the squared gradients, of 'x'"),
                ("g_x", "the gradient after clipping, of 'x'"),
                ("grad_norm", "the norm of all gradients together"),
                ("factor", "an option of the schedule"),
                ("lr", "the learning rate"),
            ],
            0,
        ),
    ],
)
def test_no_node_is_called_like_a_number_of_the_update(
    name: str, words: str, tmp_path: Path
) -> None:
    path = graph(tmp_path, **{"c: 4}": f"c: 4, {name}: 1}}"})
    said = built("run", path, code=2)
    assert f"graph.inputs.{name}: '{name}' is the name of {words}; choose another name" in said
    plain = GRAPH.partition("training:")[0].replace("c: 4}", f"c: 4, {name}: 1}}")
    assert built("run", "-", input=plain)


def test_a_name_is_free_where_the_optimizer_has_none_such(tmp_path: Path) -> None:
    free = {"c: 4}": "c: 4, v_x: 1, mhat_y: 1, beta1: 1}"}
    assert built("run", graph(tmp_path, "adagrad", **free))


def test_no_neuron_is_called_like_an_option_of_this_training(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(text("everything").replace("[h1, h2], act", "[rate, beta1], act"))
    said = built("run", str(path), code=2)
    place = "network.layers[0].neurons"
    assert f"{place}[0]: 'rate' is the name of an option of the schedule; choose another" in said
    assert f"{place}[1]: 'beta1' is the name of an option of AdamW; choose another name" in said
    path.write_text(text("centred").replace("[h1, h2], act", "[rate, beta1], act"))
    assert built("run", str(path))


def test_options_are_read_by_the_letters_that_formulas_have(tmp_path: Path) -> None:
    path = str(written("everything", tmp_path))
    assert "β₁ = 0.9, given" in built("explain", path, "β₁")
    assert "β₂ = 0.999, given" in built("explain", graph(tmp_path), "β₂")


def test_compare_lays_optimizers_side_by_side(tmp_path: Path) -> None:
    paths = [str(written(case, tmp_path)) for case in ("adam", "nesterov-alone")]
    said = built("compare", *paths, code=1)
    for row in (
        r"optimizer +adam +momentum", r"beta1 +0\.9 +none", r"clip +none +value 0\.02",
        r"regularization +none +l1, 0\.01, form whole, of parameters",
    ):  # fmt: skip
        assert re.search(row, said)
    found = json.loads(built("compare", *paths, "--format", "json", code=1))
    validate(found, "compare")
    assert found["differing"]["momentum"] == [None, 0.9]


@pytest.mark.parametrize("form", ["half", "whole", "per_sample"])
@pytest.mark.parametrize("of", ["weights", "parameters"])
def test_gradients_with_a_penalty_are_checked(form: str, of: str) -> None:
    penalty = f"regularization: {{kind: l2, strength: 0.1, form: {form}, of: {of}}}\n"
    said = built("gradcheck", "-", input=NETWORK.replace("BIAS", SHARED) + SECOND + penalty)
    assert "9 of 9 gradients agree." in said
    assert "is in L, and in backpropagation's gradients." in said


def test_the_kink_of_an_l1_penalty_is_named() -> None:
    penalty = "regularization: {kind: l1, strength: 0.1}\n"
    network = NETWORK.replace("BIAS", SHARED).replace("0.20]", "0]")
    said = built("gradcheck", "-", input=network + penalty)
    assert "w2 at the kink of its penalty, |w| at 0: the mean of the slopes beside it" in said
    assert "where a parameter is 0 it has a kink, and its slope counts as 0." in said


def _headings(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Heading)]


def test_a_penalty_has_a_part_of_its_own_among_the_matrices() -> None:
    trace = NetworkTimeline(experiment("everything")).trace(1)
    assert "Penalty" in _headings(list(matrix(trace, Selection())))
