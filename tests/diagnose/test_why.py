"""Which conventions give a number: each is found when planted, and none is made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from support.cli import run, run_json, shown
from support.networks import build, experiments, random_parameters, shipped
from support.sparing import sparing
from support.traces import named, traced, trained
from tracer.diagnose.conventions import CONVENTIONS, roundings
from tracer.diagnose.readings import READINGS
from tracer.diagnose.variant import Variant
from tracer.diagnose.why import ConventionsFound, why
from tracer.digits.agreement import Agreement, agreement, digits_explained
from tracer.digits.numbers import Written
from tracer.engine.forward import loss_of
from tracer.engine.rule import Rule
from tracer.engine.timeline import NetworkTimeline
from tracer.errors import UnknownNameError, UsageError
from tracer.model.experiment import UPDATE_ORDERS, Data, Experiment, Training
from tracer.model.network import Bias


def ask(
    name: str | Experiment,
    numbers: dict[str, str],
    after: int | None = None,
    iteration: int | None = None,
) -> ConventionsFound:
    experiment = shipped(name) if isinstance(name, str) else name
    wanted = {key: Written.parse(text) for key, text in numbers.items()}
    return why(experiment, wanted, after, iteration)


def changes(found: ConventionsFound) -> list[dict[str, str | float]]:
    return [dict(match.changes) for match in found.matches]


def test_the_published_total_comes_from_updated_output_weights() -> None:
    found = ask("mazur", {"E_total": "0.291027924"}, after=1)
    (match,) = found.matches
    assert match.changes == {"update_order": "output_first"}
    assert match.words == UPDATE_ORDERS["output_first"]
    assert match.values["E_total"] == pytest.approx(0.291027923905, abs=1e-12)
    assert match.digits == 9
    assert found.stated["E_total"] == pytest.approx(0.291027773694, abs=1e-12)


def test_the_total_in_circulation_is_one_update_early() -> None:
    (match,) = ask("mazur", {"E_total": "0.0000351085"}, after=10_000).matches
    assert match.changes == {"iteration_offset": -1}
    assert match.words == "the calculation as stated; after 9,999 updates"


@pytest.mark.parametrize(
    ("after", "total", "biases"),
    [
        (1, "0.280471446791", "each"),
        (10_000, "2.4475622e-06", "each"),
        (1, "0.285750886699", "shared_sum"),
        (10_000, "4.3553211e-06", "shared_sum"),
    ],
)
def test_trained_biases_are_told_apart(after: int, total: str, biases: str) -> None:
    assert changes(ask("mazur", {"E_total": total}, after)) == [{"biases": biases}]


def test_a_shared_bias_may_have_the_mean_of_its_neurons_gradients() -> None:
    experiment = shipped("mazur-shared-biases")
    numbers = named(traced(experiment))
    mean = numbers["dE/db1"] / 2
    found = ask(experiment, {"dE/db1": f"{mean:.10f}"})
    assert changes(found) == [{"biases": "shared_mean"}]
    after = numbers["b1"] - 0.5 * mean
    assert changes(ask(experiment, {"b1+": f"{after:.10f}"})) == [{"biases": "shared_mean"}]


def planted(**settings: object) -> str:
    """A loss after two updates under another convention, calculated without this search."""
    experiment = replace(shipped("relu-bce"), **settings)  # type: ignore[arg-type]
    parameters = trained(experiment, 2).state.parameters
    data = experiment.data
    assert data is not None
    rule = Rule.of(experiment)
    loss = loss_of(experiment.network, rule, parameters, data.inputs, data.targets)
    return f"{loss:.12f}"


def test_reduction_is_found() -> None:
    loss = planted(reduction="sum")
    assert {"reduction": "sum"} in changes(ask("relu-bce", {"loss": loss}, after=2))


def test_products_of_batch_means_are_found() -> None:
    training = shipped("relu-bce").training
    assert training is not None
    loss = planted(training=replace(training, gradient="batch_means"))
    assert {"gradient": "batch_means"} in changes(ask("relu-bce", {"loss": loss}, after=2))


def test_the_factor_of_the_loss_is_found() -> None:
    assert changes(ask("mazur", {"E_total": "0.596742218"})) == [{"loss": "squared_error"}]
    assert {"loss": "half_squared_error"} in changes(ask("zhou", {"dE/dw1": "0.010734768"}))


def test_the_sign_of_delta_is_found() -> None:
    (match,) = ask("mazur", {"delta_o1": "-0.138498562", "delta_h1": "-0.008771355"}).matches
    assert match.changes == {"delta": "negated"}


def batched(**settings: object) -> tuple[Experiment, Mapping[str, float]]:
    """An experiment whose batch has several samples, and its right numbers."""
    experiment = replace(shipped("relu-bce"), **settings)  # type: ignore[arg-type]
    return experiment, named(traced(experiment))


@pytest.mark.parametrize(
    ("reduction", "name", "factor", "change"),
    [
        ("mean", "delta_o1#2", lambda n: 1 / n, {"delta": "divided_by_batch"}),
        ("mean", "dE/dout_h1#1", lambda n: 1 / n, {"delta": "divided_by_batch"}),
        ("mean", "dE/dout_h1#1", lambda n: -1, {"delta": "negated"}),
        ("mean", "dE/dw1", lambda n: -1, {"gradients": "negated"}),
        ("mean", "out_o1#1", lambda n: 100, {"outputs": "percent"}),
        ("mean", "b1+", lambda n: -1, {"bias_sign": "turned"}),
    ],
)
def test_another_reading_is_found(
    reduction: str, name: str, factor: Callable[[int], float], change: dict[str, str]
) -> None:
    experiment, numbers = batched(reduction=reduction)
    samples = len(experiment.data or ())
    assert samples > 1
    found = ask(experiment, {name: f"{numbers[name] * factor(samples):.12g}"})
    assert change in changes(found)


@pytest.mark.parametrize(("reduction", "value"), [("mean", "summed"), ("sum", "averaged")])
def test_a_gradient_reduced_in_another_way_than_its_update_is_found(
    reduction: str, value: str
) -> None:
    experiment, numbers = batched(reduction=reduction)
    factor = len(experiment.data or ()) ** (1 if reduction == "mean" else -1)
    asked = {"dE/dw1": f"{numbers['dE/dw1'] * factor:.12g}", "w1+": f"{numbers['w1+']:.12g}"}
    assert changes(ask(experiment, asked)) == [{"gradients": value}]


def test_weights_may_be_numbered_by_column() -> None:
    numbers = named(traced(shipped("mazur")))
    found = ask("mazur", {"w2+": f"{numbers['w3+']:.12f}", "w7+": f"{numbers['w6+']:.12f}"})
    assert changes(found) == [{"weight_numbers": "by_column"}]


def test_readings_that_change_nothing_asked_for_are_left_out() -> None:
    assert ask("mazur", {"E_total": "0.1"}).tried == 48
    assert ask("mazur", {"w1+": "0.7"}).tried == 48  # the first weight, numbered in either way


def test_rounding_at_every_step_is_found() -> None:
    (match,) = ask("mazur", {"dE/dout_h1:o2": "-0.019049119"}).matches
    assert match.changes == {"round": "9dp"}
    assert {"round": "4dp"} in changes(ask("mazur", {"dE/dout_h1:o2": "-0.0191"}))


def test_the_conventions_as_stated_need_no_others() -> None:
    found = ask("mazur", {"net_h1": "0.3775", "delta_o1": "0.138498562"})
    assert changes(found) == [{}]
    assert found.tried == 1


def test_several_numbers_narrow_it_down() -> None:
    one = ask("mazur", {"w5+": "0.28"}, iteration=3)
    both = ask("mazur", {"w5+": "0.28", "b1+": "0.35", "w1+": "0.149407"}, iteration=3)
    assert len(one.matches) > len(both.matches)
    assert all({"w5+", "b1+", "w1+"} == set(match.values) for match in both.matches)


def test_all_that_fit_are_told_and_none_that_changes_more_for_nothing() -> None:
    found = changes(ask("mazur", {"E_total": "0.28"}, after=1))
    assert len(found) > 1
    for one in found:
        assert not any(other.items() < one.items() for other in found)
    assert [len(one) for one in found] == sorted(len(one) for one in found)


def test_a_truncated_number_fits_and_is_told_to_be_truncated() -> None:
    first, *others = ask("zhou", {"dE/dw1": "0.0214"}).matches
    assert (dict(first.changes), first.truncated) == ({}, ("dE/dw1",))
    assert {"round": "4dp"} in [dict(match.changes) for match in others]
    assert not any(match.truncated for match in others)


def test_where_nothing_fits_the_nearest_are_told() -> None:
    found = ask("mazur", {"E_total": "0.2910271"}, after=1)
    assert found.matches == ()
    assert found.rounding
    assert len(found.nearest) == 3
    off = [abs(match.values["E_total"] - 0.2910271) for match in found.nearest]
    assert off == sorted(off)
    assert off[0] < 1e-5


def test_names_are_read_in_the_numbering_of_each_combination() -> None:
    experiment = shipped("mazur-free-biases")
    numbers = named(traced(experiment))
    found = changes(ask("mazur", {"b4+": f"{numbers['b4+']:.9f}"}))
    assert found == [{"biases": "each"}]


def test_another_iteration_and_sample_are_named_by_suffix() -> None:
    experiment = shipped("zhou-training")
    numbers = named(traced(experiment, 3))
    found = ask(experiment, {"out_h1@3#3": f"{numbers['out_h1#3']:.12f}"})
    assert changes(found) == [{}]


def test_a_stop_criterion_does_not_hide_an_iteration() -> None:
    experiment = shipped("cubes-relu")
    loss = ask(experiment, {"loss": "0.0"}, after=2).stated["loss"]
    assert changes(ask(experiment, {"loss": f"{loss:.14f}"}, after=2)) == [{}]


def test_without_training_the_first_pass_can_be_asked_for() -> None:
    experiment = replace(shipped("mazur"), training=None)
    assert changes(ask(experiment, {"E_total": "0.596742218"})) == [{"loss": "squared_error"}]
    with pytest.raises(UsageError, match="only iteration 1"):
        ask(experiment, {"E_total": "0.29"}, after=1)


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no quantity 'E_tot'"):
        ask("mazur", {"E_tot": "0.3"})
    with pytest.raises(UnknownNameError, match="sample 9 is not in the batch"):
        ask("xor", {"delta_o1#9": "0.2"})
    with pytest.raises(UsageError, match="has no delta"):
        ask("mazur", {"delta_h1": "0.3"}, after=1)
    with pytest.raises(UsageError, match="once more"):
        ask("mazur", {"E_total@2": "0.3"}, after=1)
    with pytest.raises(UsageError, match="exclude each other"):
        ask("mazur", {"E_total": "0.3"}, after=1, iteration=2)
    with pytest.raises(UsageError, match="nothing to calculate"):
        ask(replace(shipped("mazur"), data=None), {"net_h1": "0.3"})


def offered(experiment: Experiment) -> dict[str, list[str | float]]:
    found = {row.name: [a.value for a in row.alternatives(experiment)] for row in CONVENTIONS}
    return {name: values for name, values in found.items() if values}


def test_only_what_can_change_a_number_is_tried() -> None:
    mazur = offered(shipped("mazur"))
    assert mazur["loss"] == ["squared_error"]  # over two outputs the mean is the half
    assert mazur["biases"] == ["each", "shared_sum", "shared_mean"]
    assert not {"reduction", "gradient"} & set(mazur)
    batch = offered(shipped("relu-bce"))
    assert (batch["reduction"], batch["gradient"]) == (["sum"], ["batch_means"])
    assert "loss" not in batch
    assert offered(shipped("cubes-batch-means"))["gradient"] == ["exact"]
    assert offered(shipped("mazur-as-published"))["update_order"] == ["simultaneous"]
    network, _ = build([2, 1], ["sigmoid"], [Bias.SHARED], "mean_squared_error")
    data = Data(np.ones((1, 2)), np.ones((1, 1)), (None,))
    parameters = random_parameters(network, np.random.default_rng(0))
    single = Experiment("one neuron", network, parameters, data=data, training=Training(0.5))
    readings = {row.change[0] for row in READINGS}
    assert set(offered(single)) - readings == {"biases", "loss", "iteration_offset"}
    assert set(offered(single)["delta"]) == {"negated"}  # nothing to divide by
    assert (offered(single)["biases"], offered(single)["loss"]) == (
        ["fixed"],
        ["half_squared_error"],
    )


@given(experiments())
def test_every_alternative_makes_a_calculation_that_can_be_done(experiment: Experiment) -> None:
    for convention in CONVENTIONS:
        for alternative in convention.alternatives(experiment):
            changed = alternative.apply(Variant(experiment)).experiment
            trace = traced(changed)
            for layer, (_, b) in zip(changed.network.layers, trace.before.parameters, strict=True):
                assert (b is None) == (layer.bias is Bias.NONE)
                assert b is None or len(b) == layer.bias_count


@settings(deadline=None, max_examples=15)
@given(experiments())
def test_right_numbers_are_never_explained_away(experiment: Experiment) -> None:
    numbers = named(traced(experiment))
    finite = {name: repr(value) for name, value in numbers.items() if np.isfinite(value)}
    assert changes(ask(experiment, finite)) == [{}]


def test_agreement_is_to_the_digits_written() -> None:
    written = Written.parse("0.3850")
    assert agreement(written, 0.38504) is Agreement.ROUNDED
    assert agreement(written, 0.38496) is Agreement.ROUNDED
    assert agreement(written, 0.38505) is Agreement.ROUNDED
    assert agreement(written, 0.38509) is Agreement.TRUNCATED
    assert agreement(written, 0.3849) is None
    assert agreement(Written.parse("-0.385"), -0.3859) is Agreement.TRUNCATED
    assert agreement(Written.parse("0.000"), 0.0009) is Agreement.TRUNCATED
    assert agreement(Written.parse("0.000"), 0.001) is None
    assert agreement(written, float("inf")) is None


def test_digits_explained_count_from_the_left() -> None:
    written = Written.parse("0.291027924")
    assert digits_explained(written, 0.291027923905) == 9
    assert digits_explained(written, 0.291027774) == 5
    assert digits_explained(written, 1.0) == 0
    assert digits_explained(written, float("nan")) == 0


def test_the_command_tells_the_answer_and_what_it_rests_on() -> None:
    output = shown("why", "mazur", "E_total=0.291027924", "--after", "1")
    assert "41 combinations tried; one gives this number: the layers are updated from" in output
    assert f"(1) {UPDATE_ORDERS['output_first']} (update_order: output" in output


def test_the_command_admits_what_it_does_not_know() -> None:
    assert "give this number, and the numbers alone don't say which" in shown(
        "why", "mazur", "E_total=0.28", "--after", "1"
    )
    none = shown("why", "mazur", "E_total=0.1", "w5=0.3", "--after", "3")
    assert "none of them gives all 2 numbers" in none
    assert "(1), off by" in none
    stated = shown("why", "mazur", "net_h1=0.3775")
    assert "The conventions as stated give this number." in stated


def test_a_long_training_is_not_tried_with_rounding_and_says_so() -> None:
    assert "Rounding at every step was not tried" in shown(
        "why", "mazur", "E_total=0.5", "--after", "20001"
    )


@pytest.mark.parametrize("rounding", sparing(["8sf", "3dp", "5sf", "6dp"], 1))
def test_rounding_is_found_after_long_trainings_whatever_is_left_out(rounding: str) -> None:
    """Finer and coarser ones that can't fit are left out there."""
    experiment = shipped("mazur")
    (alternative,) = (row for row in roundings() if row.value == rounding)
    variant = alternative.apply(Variant(experiment))
    timeline = NetworkTimeline(variant.experiment, variant.altered)
    numbers = named(timeline.forward(4_000))
    asked = {name: repr(numbers[name]) for name in ("E_total", "w5", "out_o1")}
    assert {"round": rounding} in changes(ask(experiment, asked, after=4_000))


def test_where_nothing_comes_near_finer_rounding_is_left_out() -> None:
    found = ask("mazur", {"E_total": "0.123456"}, after=4_000)
    assert found.matches == ()
    assert found.rounding
    assert found.tried < 64
    near = ask("mazur", {"E_total": "0.000102"}, after=4_000)
    assert near.tried > found.tried


def test_rounding_that_saturates_an_output_is_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "saturated.yaml"
    path.write_text(
        "network: {inputs: 1, layers: [{neurons: 1, activation: sigmoid, weights: 8}]}\n"
        "loss: binary_cross_entropy\ndata: [{inputs: 1, targets: 1}]\n"
        "training: {learning_rate: 0.5, iterations: 3}\n"
    )
    assert "none of them gives this number" in shown("why", path, "E_total=0.0004", "--after", "2")


def test_the_commands_json_is_the_contract() -> None:
    result = run_json("why", "mazur", "E_total=0.291027924", "--after", "1")
    (match,) = result["matches"]
    assert result["tried"] == 41
    assert match["changes"] == {"update_order": "output_first"}
    assert match["values"]["E_total"] == pytest.approx(0.291027923905, abs=1e-12)


@pytest.mark.parametrize("number", ["E_total", "=3", "E_total=three"])
def test_the_command_wants_names_with_values(number: str) -> None:
    assert "bptrace: " in run("why", "mazur", number, code=2).output
