"""Which conventions give a number: each is found when planted, and none is made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from support.cli import run, run_json, shown
from support.networks import build, experiments, random_parameters, shipped
from support.traces import traced
from tracer.diagnose.conventions import CONVENTIONS, Variant
from tracer.diagnose.why import Explanation, why
from tracer.digits.agreement import Agreement, agreement, digits_explained
from tracer.digits.numbers import Written
from tracer.engine.passes import Rule, loss_of
from tracer.engine.training import train
from tracer.errors import UnknownNameError, UsageError
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias


def ask(
    name: str | Experiment,
    numbers: dict[str, str],
    after: int | None = None,
    iteration: int | None = None,
) -> Explanation:
    experiment = shipped(name) if isinstance(name, str) else name
    wanted = {key: Written.parse(text) for key, text in numbers.items()}
    return why(experiment, wanted, after, iteration)


def changes(explanation: Explanation) -> list[dict[str, str | int]]:
    return [dict(match.changes) for match in explanation.matches]


def test_the_published_total_comes_from_updated_output_weights() -> None:
    explanation = ask("mazur", {"E_total": "0.291027924"}, after=1)
    (match,) = explanation.matches
    assert match.changes == {"update_order": "output_first"}
    assert match.words == "hidden deltas from already updated output weights"
    assert match.values["E_total"] == pytest.approx(0.291027923905, abs=1e-12)
    assert match.digits == 9
    assert explanation.stated["E_total"] == pytest.approx(0.291027773694, abs=1e-12)


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
    trace = traced(experiment)
    mean = trace["dE/db1"] / 2
    found = ask(experiment, {"dE/db1": f"{mean:.10f}"})
    assert changes(found) == [{"biases": "shared_mean"}]
    after = trace["b1"] - 0.5 * mean
    assert changes(ask(experiment, {"b1+": f"{after:.10f}"})) == [{"biases": "shared_mean"}]


def planted(**settings: object) -> str:
    """A loss after two updates under another convention, calculated without this search."""
    experiment = replace(shipped("relu-bce"), **settings)  # type: ignore[arg-type]
    run = train(experiment, 2)
    data = experiment.data
    assert data is not None
    rule = Rule.of(experiment)
    loss = loss_of(experiment.network, rule, run.parameters, data.inputs, data.targets)
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


def test_rounding_at_every_step_is_found() -> None:
    (match,) = ask("mazur", {"dE/dout_h1:o2": "-0.019049119"}).matches
    assert match.changes == {"round": "9dp"}
    assert {"round": "4dp"} in changes(ask("mazur", {"dE/dout_h1:o2": "-0.0191"}))


def test_the_conventions_as_stated_need_no_others() -> None:
    explanation = ask("mazur", {"net_h1": "0.3775", "delta_o1": "0.138498562"})
    assert changes(explanation) == [{}]
    assert explanation.tried == 1


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
    explanation = ask("mazur", {"E_total": "0.2910271"}, after=1)
    assert explanation.matches == ()
    assert explanation.rounding
    assert len(explanation.nearest) == 3
    off = [abs(match.values["E_total"] - 0.2910271) for match in explanation.nearest]
    assert off == sorted(off)
    assert off[0] < 1e-5


def test_names_are_read_in_the_numbering_of_each_combination() -> None:
    experiment = shipped("mazur-free-biases")
    trace = traced(experiment)
    found = changes(ask("mazur", {"b4+": f"{trace['b4+']:.9f}"}))
    assert found == [{"biases": "each"}]


def test_another_iteration_and_sample_are_named_by_suffix() -> None:
    experiment = shipped("zhou-training")
    trace = traced(experiment, 3)
    found = ask(experiment, {"out_h1@3#3": f"{trace['out_h1#3']:.12f}"})
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


def offered(experiment: Experiment) -> dict[str, list[str | int]]:
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
    assert set(offered(single)) == {"biases", "loss", "delta", "iteration_offset"}
    assert (offered(single)["biases"], offered(single)["loss"]) == (
        ["fixed"],
        ["half_squared_error"],
    )


@settings(deadline=None, max_examples=30)
@given(experiments())
def test_every_alternative_makes_a_calculation_that_can_be_done(experiment: Experiment) -> None:
    for convention in CONVENTIONS:
        for alternative in convention.alternatives(experiment):
            changed = alternative.apply(Variant(experiment)).experiment
            trace = traced(changed)
            for layer, (_, b) in zip(changed.network.layers, trace.before, strict=True):
                assert (b is None) == (layer.bias is Bias.NONE)
                assert b is None or len(b) == layer.bias_count


@settings(deadline=None, max_examples=15)
@given(experiments())
def test_right_numbers_are_never_explained_away(experiment: Experiment) -> None:
    trace = traced(experiment)
    numbers = {name: repr(value) for name, value in trace.items() if np.isfinite(value)}
    assert changes(ask(experiment, numbers)) == [{}]


def test_agreement_is_to_the_digits_written() -> None:
    written = Written.parse("0.3850")
    assert agreement(written, 0.38504) is Agreement.ROUNDED
    assert agreement(written, 0.38496) is Agreement.ROUNDED
    assert agreement(written, 0.38505) is Agreement.ROUNDED
    assert agreement(written, 0.38509) is Agreement.TRUNCATED
    assert agreement(written, 0.3849) is None
    assert agreement(Written.parse("-0.385"), -0.3859) is Agreement.TRUNCATED
    assert agreement(Written.parse("0.000"), 0.0009) is None
    assert agreement(written, float("inf")) is None


def test_digits_explained_count_from_the_left() -> None:
    written = Written.parse("0.291027924")
    assert digits_explained(written, 0.291027923905) == 9
    assert digits_explained(written, 0.291027774) == 5
    assert digits_explained(written, 1.0) == 0
    assert digits_explained(written, float("nan")) == 0


def test_the_command_tells_the_answer_and_what_it_rests_on() -> None:
    output = shown("why", "mazur", "E_total=0.291027924", "--after", "1")
    assert "41 combinations tried; one gives this number: hidden deltas from" in output
    assert "(1) hidden deltas from already updated output weights (update_order: output" in output


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
        "why", "mazur", "E_total=0.5", "--after", "30000"
    )


def test_the_commands_json_is_the_contract() -> None:
    result = run_json("why", "mazur", "E_total=0.291027924", "--after", "1")
    (match,) = result["matches"]
    assert result["tried"] == 41
    assert match["changes"] == {"update_order": "output_first"}
    assert match["values"]["E_total"] == pytest.approx(0.291027923905, abs=1e-12)


@pytest.mark.parametrize("number", ["E_total", "=3", "E_total=three"])
def test_the_command_wants_names_with_values(number: str) -> None:
    assert "bptrace: " in run("why", "mazur", number, code=2).output
