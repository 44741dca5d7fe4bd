"""Gradient descent on graphs."""

import pytest

from support.graphs import built
from tracer.errors import UsageError
from tracer.graph import Graph, GraphTrace, trace_graph, train_graph
from tracer.model.experiment import GraphTraining
from tracer.show.document import Warn
from tracer.show.reports.graph import graph_steps_document, history


def bowl(iterations: int = 1, rate: float = 0.1) -> Graph:
    """loss = (x − 3)² + (y + 1)², with x and a constant c free."""
    nodes = {"dx": "x - c", "loss": "dx**2 + (y + 1)**2"}
    return built({"x": 0.0, "y": 1.0, "c": 3.0}, nodes, GraphTraining(rate, ("x",), iterations))


def test_an_update_subtracts_the_learning_rate_times_the_gradient() -> None:
    trace = GraphTrace(bowl())
    assert trace["dloss/dx"] == -6
    assert trace["x+"] == pytest.approx(0.6)
    assert trace["lr"] == 0.1
    assert train_graph(bowl(), 1).inputs == {"x": trace["x+"]}


def test_only_trainable_inputs_change() -> None:
    run = train_graph(bowl(), 200)
    assert run.inputs == {"x": pytest.approx(3.0)}
    assert trace_graph(bowl(), run, 201)["y"] == 1


def test_compiled_updates_are_those_of_the_traces_to_the_last_bit() -> None:
    nodes = {
        "hidden": "tanh(v * 0.7 + 0.1)",
        "out": "1 / (1 + exp(-(w * hidden + max(v, w) / 3)))",
        "loss": "0.5 * (0.2 - out)**2 + log(1 + v**2)",
    }
    graph = built({"v": 0.3, "w": -0.8}, nodes, GraphTraining(0.3, ("v", "w")))
    run = train_graph(graph, 20, range(20))
    for k in range(1, 21):
        trace = trace_graph(graph, run, k)
        assert run.kept[k] == {"v": trace["v+"], "w": trace["w+"]}


def test_what_is_kept_does_not_depend_on_what_else_is_kept() -> None:
    all_of_them = train_graph(bowl(), 12_000, range(12_001))
    few = train_graph(bowl(), 12_000, [11_000])
    assert few.kept == {k: all_of_them.kept[k] for k in (0, 11_000, 12_000)}


def test_the_history_is_the_output_before_each_update() -> None:
    run = train_graph(bowl(), 3, range(4))
    rows = list(history(bowl(), run, [0, 1, 3]))
    assert [k for k, _ in rows] == [0, 1, 3]
    assert rows[0][1] == 13
    assert rows[1][1] == pytest.approx(2.4**2 + 4)


def test_divergence_tells_the_iteration_the_node_and_the_last_good_value() -> None:
    graph = built({"x": 1.0}, {"y": "exp(x * x)"}, GraphTraining(10.0, ("x",)))
    run = train_graph(graph, 50)
    assert (run.ended, run.done) == ("diverged", 1)
    assert run.diverged is not None
    assert run.diverged.iteration == 2
    assert run.diverged.last_loss == pytest.approx(2.718281828)
    assert "y (overflow" in str(run.diverged)


def test_leaving_the_domain_of_a_function_ends_the_training() -> None:
    graph = built({"x": 0.5}, {"y": "sqrt(x)"}, GraphTraining(1.0, ("x",)))
    run = train_graph(graph, 10)
    assert run.diverged is not None
    assert "square root of a negative number" in str(run.diverged)


def test_a_fractional_power_of_a_negative_number_ends_the_training() -> None:
    graph = built({"x": 0.5}, {"y": "x ** 1.5 + x"}, GraphTraining(1.0, ("x",)))
    run = train_graph(graph, 10)
    assert run.diverged is not None
    assert run.diverged.iteration == 2


def test_a_last_update_into_nowhere_counts_as_divergence() -> None:
    graph = built({"x": 0.5}, {"y": "log(x)"}, GraphTraining(1.0, ("x",)))
    run = train_graph(graph, 1)
    assert (run.ended, run.done, run.inputs) == ("diverged", 1, {"x": -1.5})
    ((updates, result),) = history(graph, run, [0, 1])
    assert updates == 0
    assert result == pytest.approx(-0.693147181)


def test_progress_is_told_block_by_block() -> None:
    done: list[int] = []
    train_graph(bowl(), 25_000, [1], done.append)
    assert done == [1, 10_000, 20_000, 25_000]


def test_an_interrupted_run_keeps_what_was_done() -> None:
    def interrupt(_done: int) -> None:
        raise KeyboardInterrupt

    run = train_graph(bowl(), 25_000, progress=interrupt)
    assert (run.ended, run.done) == ("interrupted", 10_000)
    blocks = list(graph_steps_document(bowl(), run, [0, 25_000]))
    assert Warn("Interrupted after 10000 updates.") in blocks


def test_training_needs_training() -> None:
    with pytest.raises(UsageError, match="no `training`"):
        train_graph(built({"x": 1.0}, {"y": "x"}), 1)
