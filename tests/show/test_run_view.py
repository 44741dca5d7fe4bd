"""The document of `run`: each table's numbers are the trace's, and nothing is silently missing."""

from dataclasses import replace

import numpy as np
import pytest

from support.documents import plain, remarks, run_blocks, tables
from support.networks import build, parameters_named, random_parameters, shipped
from support.traces import named, traced
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import Run
from tracer.errors import UsageError
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.names import Names
from tracer.model.network import Bias
from tracer.show.document import Heading, Table, Text
from tracer.show.reports.parameters import parameter_at
from tracer.show.reports.run import run_document


def wide(samples: int = 1) -> Experiment:
    """30-20-10 softmax: 830 parameters, 10 coupled outputs."""
    network, _ = build([30, 20, 10], ["tanh", "softmax"], [Bias.EACH, Bias.NONE], "cross_entropy")
    rng = np.random.default_rng(1)
    data = Data(rng.random((samples, 30)), np.eye(10)[:samples], (None,) * samples)
    parameters = random_parameters(network, rng)
    return Experiment("wide", network, parameters, data=data, training=Training(0.1))


def test_every_number_of_the_classic_example_is_there() -> None:
    shown = tables(run_blocks(shipped("mazur")))
    assert list(shown) == ["network", "forward", "errors", "backward", "updates", "loss"]
    trace = traced(shipped("mazur"))
    numbers = named(trace)
    assert shown["forward"][2] == (1, "h1", numbers["net_h1"], numbers["out_h1"])
    assert shown["errors"][0] == ("o1", 0.01, numbers["out_o1"], numbers["E_o1"])
    assert shown["errors"][-1] == ("E_total", None, None, numbers["E_total"])
    delta = (numbers["dE/dout_h1"], numbers["dout/dnet_h1"], numbers["delta_h1"])
    assert shown["backward"][2] == (1, "h1", *delta)
    gradient = numbers["dE/dw5"]
    assert shown["updates"][5] == ("w5", "h1 → o1", 0.4, gradient, 0.5 * gradient, numbers["w5+"])
    assert shown["loss"][0] == ("before the update", trace.loss)
    assert shown["loss"][1][1] == pytest.approx(0.291027773694, abs=1e-12)


def test_fixed_and_shared_parameters_are_marked() -> None:
    updates = tables(run_blocks(shipped("mazur")))["updates"]
    assert updates[4][1:3] == ("shared: h1 h2", 0.35)
    assert updates[4][4:] == ("fixed", 0.35)


def test_there_is_no_parameter_beyond_the_last() -> None:
    network = shipped("mazur").network
    last = parameter_at(network, network.parameter_count - 1)
    assert Names(network).name(last.quantity) == "b2"
    with pytest.raises(IndexError):
        parameter_at(network, network.parameter_count)


def test_the_network_is_a_row_a_layer() -> None:
    rows = tables(run_blocks(shipped("mazur")))["network"]
    assert rows[1] == (1, "h1 h2", "sigmoid", "w1–w4", "2×2", "b1, shared, fixed", 5)
    mazur = shipped("mazur")
    fixed = parameters_named(mazur.network, "w2", "w3")
    one_fixed = replace(mazur, training=Training(0.5, frozen=fixed))
    assert tables(run_blocks(one_fixed))["network"][1][3] == "w1–w4, fixed: w2 w3"
    assert tables(run_blocks(wide()))["network"][2][5] == "none"
    assert tables(run_blocks(wide()))["network"][0][1] == "i1 … i30"


def test_without_training_there_are_gradients_and_no_update() -> None:
    shown = tables(run_blocks(replace(shipped("mazur"), training=None)))
    assert [len(row) for row in shown["updates"]] == [4] * 10
    assert len(shown["loss"]) == 1


def test_of_a_batch_the_first_samples_are_shown_and_the_rest_is_counted() -> None:
    blocks = run_blocks(shipped("relu-bce"))
    assert {"forward", "forward#2", "forward#3"} <= set(tables(blocks))
    assert "forward#4" not in tables(blocks)
    assert any("1 more sample in the batch" in str(note) for note in remarks(blocks))


def test_all_samples_are_shown_on_demand() -> None:
    blocks = run_blocks(shipped("relu-bce"), sample="all")
    assert "backward#4" in tables(blocks)
    assert "parts#4" not in tables(blocks)
    assert remarks(blocks) == []


def test_a_sample_asked_for_comes_with_its_part_of_each_gradient() -> None:
    blocks = run_blocks(shipped("relu-bce"), sample=2)
    numbers = named(traced(shipped("relu-bce")))
    shown = tables(blocks)
    assert {name for name in shown if name.startswith("forward")} == {"forward#2"}
    assert shown["parts#2"][0] == ("w1", "x1 → h1", numbers["dE/dw1#2"], numbers["dE/dw1"])
    bias = next(row for row in shown["parts#2"] if row[0] == "b6")
    assert bias[2:] == (numbers["dE/db6#2"], numbers["dE/db6"])


def test_a_sample_outside_this_batch_is_said_to_be() -> None:
    assert "Sample 3 is not in this batch." in remarks(
        run_blocks(shipped("zhou-training"), sample=3)
    )


def test_a_sample_that_the_data_lack_is_an_error() -> None:
    with pytest.raises(UsageError, match="there is no sample 5; the samples are 1 to 4"):
        run_blocks(shipped("relu-bce"), sample=5)


def test_samples_bear_their_names_and_iterations_their_batches() -> None:
    blocks = run_blocks(shipped("zhou-training"), 2)
    headings = [block.text for block in blocks if isinstance(block, Heading)]
    assert headings[1:] == ["Iteration 1", "Sample 1: Alice", "Iteration 2", "Sample 2: Bob"]
    assert {"updates", "updates@2", "forward@2#2", "predictions"} <= set(tables(blocks))
    batch = [plain(b.content) for b in run_blocks(shipped("cubes")) if isinstance(b, Text)]
    assert str(batch[0]).startswith("A batch of 128 samples: 106, 7, ")


def test_softmax_slopes_are_the_whole_jacobian() -> None:
    shown = tables(run_blocks(shipped("two-layer-net")))
    numbers = named(traced(shipped("two-layer-net")))
    expected = (numbers["dout_o1/dnet_o2"], numbers["dout/dnet_o2"], numbers["dout_o3/dnet_o2"])
    assert tuple(row[2] for row in shown["slopes_2"]) == expected
    assert shown["backward"][0][3] == "matrix"


def test_a_large_jacobian_is_left_to_explain() -> None:
    blocks = run_blocks(wide())
    assert "slopes_2" not in tables(blocks)
    assert any("dout_o1/dnet_o2" in str(note) for note in remarks(blocks))


def test_long_tables_show_their_ends_and_say_how_much_is_left_out() -> None:
    blocks = run_blocks(wide(), limit=7)
    updates = tables(blocks)["updates"]
    assert [row[0] for row in updates] == ["w1", "w2", "w3", "w4", "…", "w798", "w799", "w800"]
    assert "813 of 820 rows are left out; --all-rows shows them." in remarks(blocks)
    assert len(tables(run_blocks(wide(), limit=None))["updates"]) == 820


def test_numbers_beyond_float64_are_words_with_a_note() -> None:
    network, _ = build([1, 1], ["sigmoid"], [Bias.NONE], "binary_cross_entropy")
    data = Data(np.array([[1.0]]), np.array([[0.0]]), (None,))
    parameters = ((np.array([[800.0]]), None),)
    blocks = run_blocks(Experiment("saturated", network, parameters, data=data))
    shown = tables(blocks)
    assert shown["backward"] == [(1, "o1", "not representable", 0.0, 1.0)]
    assert shown["errors"][0] == ("o1", 0.0, 1.0, 800.0)
    assert any("delta is calculated as out − target" in str(note) for note in remarks(blocks))


def test_a_loss_beyond_float64_is_words_too() -> None:
    network, _ = build([1, 1], ["identity"], [Bias.NONE], "half_squared_error")
    data = Data(np.array([[1e200]]), np.array([[0.0]]), (None,))
    experiment = Experiment("huge", network, ((np.array([[1e100]]), None),), data=data)
    assert tables(run_blocks(experiment))["loss"] == [("now", "not representable")]


def test_without_data_the_forward_passes_of_predict_are_shown() -> None:
    shown = tables(run_blocks(shipped("zhou-neuron")))
    assert list(shown) == ["network", "forward"]
    assert shown["forward"][-1][3] == pytest.approx(0.999088948806, abs=1e-12)
    with pytest.raises(UsageError, match="--view layers needs samples with targets"):
        run_blocks(shipped("zhou-neuron"), view="layers")


def test_paths_sum_to_what_came_back() -> None:
    rows = tables(run_blocks(shipped("mazur"), view="paths"))["paths_1"]
    numbers = named(traced(shipped("mazur")))
    assert rows[0][:4] == ("h1", "o1", "w5", 0.4)
    assert rows[0][4:] == (numbers["delta_o1"], numbers["dE/dout_h1:o1"])
    assert rows[2] == ("h1", "sum", "dE/dout_h1", None, None, numbers["dE/dout_h1"])
    assert rows[0][5] + rows[1][5] == pytest.approx(rows[2][5])  # type: ignore[operator]


def test_with_output_first_the_paths_run_over_the_new_weights() -> None:
    row = tables(run_blocks(shipped("mazur-as-published"), view="paths"))["paths_1"][0]
    assert row[2] == "w5+"
    assert row[3] == pytest.approx(0.35891648, abs=1e-8)


def test_a_single_layer_has_no_paths() -> None:
    network, _ = build([1, 1], ["identity"], [Bias.NONE], "half_squared_error")
    data = Data(np.array([[1.0]]), np.array([[0.0]]), (None,))
    single = Experiment("single", network, ((np.array([[1.0]]), None),), data=data)
    assert list(tables(run_blocks(single, view="paths"))) == ["network"]


def test_layer_sizes_are_those_of_all_samples() -> None:
    rows = tables(run_blocks(shipped("relu-bce"), view="layers"))["layers"]
    numbers = named(traced(shipped("relu-bce")))
    deltas = np.array([[numbers[f"delta_g{n}#{k}"] for n in (1, 2)] for k in range(1, 5)])
    assert rows[1][0] == 2
    expected = [np.abs(deltas).mean(), np.sqrt((deltas**2).mean()), np.abs(deltas).max()]
    assert list(rows[1][1:4]) == pytest.approx(expected)
    assert rows[1][4] == pytest.approx(rows[1][1] / rows[0][1])  # type: ignore[operator]
    norm = np.linalg.norm([numbers[f"dE/dw{n}"] for n in range(7, 13)])
    assert rows[1][5] == pytest.approx(norm)
    assert rows[0][4] is None


@pytest.mark.parametrize("view", ["neurons", "paths", "layers"])
def test_batch_means_are_marked_wherever_they_are_shown(view: str) -> None:
    experiment = shipped("cubes-batch-means")
    blocks = run_blocks(experiment, view=view)
    titles = {b.name: str(b.title) for b in blocks if isinstance(b, Table)}
    for name, title in titles.items():
        if name in ("means", "updates", "paths_1", "layers"):
            assert "not a gradient" in title
    if view == "neurons":
        numbers = named(traced(experiment))
        means = tables(run_blocks(experiment))["means"]
        assert means[0][-1] == numbers["mean_delta_o1"]
        assert means[-1][2] == numbers["mean_x3"]
        outputs, *hidden = tables(run_blocks(experiment))["backward#106"]
        assert outputs[-1] == numbers["delta_o1#106"]
        assert all(row[2] is None and row[-1] is None for row in hidden)


def test_an_unknown_view_is_an_error() -> None:
    experiment = shipped("mazur")
    with pytest.raises(UsageError, match="did you mean 'paths'"):
        run_document(experiment, Run(NetworkTimeline(experiment)), [], view="path")
