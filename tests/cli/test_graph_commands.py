"""`bptrace graph`, `bptrace gradcheck`, and `run` and `step` on computation graphs."""

import csv
import io
from pathlib import Path

import pytest

from support.cli import run, run_json

SHOPPING = """\
title: shopping
graph:
  inputs: {apple: 100, apples: 2, tax: 1.1}
  nodes:
    total: price * tax
    price: apple * apples
    difference: (total - 200) ** 2
training: {learning_rate: 0.00001, iterations: 20, trainable: [apple]}
"""


@pytest.fixture
def shopping(tmp_path: Path) -> Path:
    path = tmp_path / "shopping.yaml"
    path.write_text(SHOPPING, encoding="utf-8")
    return path


def test_run_shows_nodes_in_order_and_edges_backwards() -> None:
    lines = run("run", "apples", "--digits", 1).stdout.splitlines()
    rows = [line.split() for line in lines]
    assert ["apple_price", "apple", "·", "apples", "200.0", "1.1"] in rows
    assert rows.index(["total", "apple_price", "tax", "1.1", "1.0", "1.1"]) < rows.index(
        ["apple_price", "apple", "apples", "2.0", "1.1", "2.2"]
    )


def test_json_has_value_gradient_and_edges_of_every_node() -> None:
    nodes = run_json("run", "apples-oranges")["graph"]["nodes"]
    assert nodes["total"] == {
        "value": pytest.approx(715),
        "gradient": 1,
        "edges": {
            "subtotal": {"local": 1.1, "contribution": 1.1},
            "tax": {"local": 650, "contribution": 650},
        },
    }
    assert nodes["apple"] == {"value": 100, "gradient": pytest.approx(2.2), "edges": {}}


def test_csv_has_the_nodes_or_the_table_asked_for_in_full_precision() -> None:
    words = ("run", "apples", "--format", "csv")
    rows = list(csv.reader(io.StringIO(run(*words).stdout)))
    assert rows[0] == ["iteration", "node", "formula", "value", "gradient"]
    assert ["1", "apple", "", "100.0", "2.2"] in rows
    rows = list(csv.reader(io.StringIO(run(*words, "--table", "edges").stdout)))
    assert rows[0][:2] == ["node", "uses"]
    assert ["apple_price", "apple", "apples", "2.0", "1.1", "2.2"] in rows


@pytest.mark.parametrize("format", ["table", "markdown", "latex", "csv"])
def test_a_trained_graph_is_shown_iteration_by_iteration(shopping: Path, format: str) -> None:
    shown = run("run", shopping, "-n", 2, "--format", format).stdout
    assert "apple" in shown
    if format != "csv":
        assert "Iteration 2" in shown


def test_run_in_json_has_the_later_iterations_as_well(shopping: Path) -> None:
    found = run_json("run", shopping, "-n", 2)
    first, second = found["iterations"]
    assert found["graph"] == first["graph"]
    assert first["parameters"]["apple"]["after"] == second["parameters"]["apple"]["before"]


def test_step_trains_a_graph(shopping: Path) -> None:
    found = run_json("step", shopping, "--trace-at", 3)
    losses = [row["loss"] for row in found["history"]]
    assert [row["iteration"] for row in found["history"]] == [0, 1, 2, 5, 10, 20]
    assert losses == sorted(losses, reverse=True)
    assert found["final"]["loss"] == losses[-1]
    assert found["iterations"][0]["iteration"] == 3
    assert found["graph"] == run_json("run", shopping)["graph"]
    assert "Finished: 20 updates." in run("step", shopping).stdout


@pytest.fixture
def rolling(tmp_path: Path) -> Path:
    """Shopping by momentum, which keeps a velocity."""
    path = tmp_path / "rolling.yaml"
    changed = "training: {optimizer: {name: momentum, momentum: 0.5}, "
    path.write_text(SHOPPING.replace("training: {", changed), encoding="utf-8")
    return path


def test_the_history_has_no_columns_for_what_the_optimizer_keeps(rolling: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("step", rolling, "--format", "csv").stdout)))
    trained = run_json("step", rolling)["conventions"]["trainable"]
    assert list(rows[0]) == ["iteration", "difference", *trained]
    assert len(rows) == 6


def test_an_option_of_the_optimizer_is_the_same_in_every_iteration(rolling: Path) -> None:
    assert "β = 0.5, given" in run("explain", rolling, "momentum@2").stdout


def test_training_that_diverges_prints_what_there_is_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "wild.yaml"
    path.write_text(SHOPPING.replace("0.00001", "1e200"), encoding="utf-8")
    result = run("step", path, code=2)
    assert "diverged in iteration 2" in result.stderr
    assert "diverged in iteration 2" in result.stdout
    found = run_json("step", path, code=2)
    assert found["final"]["diverged"]["iteration"] == 2
    assert [row["iteration"] for row in found["history"]] == [0]


def test_an_update_beyond_float64_is_divergence_in_the_first_iteration(tmp_path: Path) -> None:
    path = tmp_path / "wilder.yaml"
    path.write_text(SHOPPING.replace("0.00001", "1e308"), encoding="utf-8")
    found = run_json("step", path, code=2)
    assert found["final"]["diverged"] == {"iteration": 1, "quantity": "apple+ (overflow)"}
    assert found["final"]["loss"] == pytest.approx(400)


def test_a_first_iteration_that_fails_is_an_error_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "hopeless.yaml"
    path.write_text(SHOPPING.replace("(total", "log(-total"), encoding="utf-8")
    for command in ("run", "step"):
        result = run(command, path, code=2)
        assert result.stdout == ""
        assert "hopeless.yaml:7:17: graph.nodes.difference: the logarithm" in result.stderr


@pytest.mark.parametrize("command", ["run", "step", "gradcheck", "graph"])
def test_problems_of_a_graph_are_told_with_their_place(tmp_path: Path, command: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(SHOPPING.replace("apple * apples", '"apple * aples"'), encoding="utf-8")
    told = run(command, path, code=2).stderr
    assert "broken.yaml:6:21: graph.nodes.price: there is no input or node 'aples'" in told
    assert told.splitlines()[-2:] == ["    apple * aples", "            ^"]


def test_a_value_that_does_not_exist_is_told_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "zero.yaml"
    path.write_text("graph:\n  inputs: {x: 0}\n  nodes:\n    y: 1 / x\n", encoding="utf-8")
    result = run("run", path, code=2)
    assert "zero.yaml:4:8: graph.nodes.y: division by zero: 1/x with x = 0" in result.stderr
    assert result.stdout == ""


def test_graph_takes_a_network_apart() -> None:
    nodes = run_json("graph", "mazur")["graph"]["nodes"]
    assert nodes["w5"]["gradient"] == pytest.approx(0.082167041, abs=1e-9)
    assert nodes["net_o1"]["edges"]["w5"]["local"] == nodes["out_h1"]["value"]
    assert "net_h1:1" in run_json("graph", "mazur", "--fine")["graph"]["nodes"]
    assert "∂loss/∂loss" in run("graph", "mazur").stdout


def test_graph_of_one_sample_ends_in_its_own_loss() -> None:
    assert run_json("graph", "relu-bce", "--sample", 2)["conventions"]["output"] == "E_total#2"
    assert "not in the first batch" in run("graph", "mazur", "--sample", 2, code=2).stderr


def test_graph_of_a_graph_is_what_run_shows() -> None:
    assert run("graph", "apples").stdout == run("run", "apples").stdout
    assert "is a graph already" in run("graph", "apples", "--fine", code=2).stderr


def test_graph_needs_a_loss() -> None:
    assert "no loss" in run("graph", "zhou-neuron", code=2).stderr


def test_gradcheck_agrees_with_exit_code_0() -> None:
    result = run("gradcheck", "mazur")
    assert "10 of 10 gradients agree." in result.stdout
    found = run_json("gradcheck", "apples")["parameters"]
    assert found["tax"]["verdict"] == "agrees"
    assert found["tax"]["analytic"] == pytest.approx(found["tax"]["numeric"])
    assert found["tax"]["relative_error"] < 1e-12


def test_gradcheck_disagrees_with_exit_code_1() -> None:
    result = run("gradcheck", "mazur-as-published", code=1)
    assert "5 of 10 gradients disagree: w1 w2 w3 w4 b1." in result.stdout
    assert run_json("gradcheck", "cubes-batch-means", code=1)["parameters"]["w1"]["remark"] == (
        "not a gradient: products of batch means"
    )


def test_gradcheck_says_how_many_it_left_out(tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text(
        """\
network:
  inputs: 20
  layers:
    - {neurons: 15, activation: relu, weights: {init: normal}, bias: 0}
    - {neurons: 1, activation: relu, weights: 0, bias: 0}
loss: half_squared_error
data:
  - {inputs: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], targets: [1]}
""",
        encoding="utf-8",
    )
    result = run("gradcheck", path, "--width", 200)
    assert "of 317 gradients were not checked; --all checks them." in result.stdout
    assert "at a kink, where there is no derivative to compare with." in result.stdout
    assert "net_o1 at the kink of relu" in result.stdout
    assert run_json("gradcheck", path, "--all")["unchecked"] == 0
