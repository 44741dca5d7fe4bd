"""The conventions in which optimisers, schedules, penalties and clipping differ.

Where an optimiser or a schedule is a row with options, its other ways follow from them
(`tracer.model.options.ways_of`), and so do their words; the rest stands here, a row each. Networks and
graphs train alike, so each row is for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tracer.diagnose.variant import Alternative, AnyExperiment, Convention, Variant
from tracer.engine.batches import Batches
from tracer.language import message, say
from tracer.model.clipping import Clip
from tracer.model.experiment import Experiment
from tracer.model.optimizer import Optimizer
from tracer.model.options import ways_of
from tracer.model.penalties import COVERED, ENTERS, FACTORS, NORMS, Penalty


def descent_conventions(experiment: AnyExperiment) -> Iterator[Convention]:
    """The rows for that training: those of its optimiser's and schedule's options, and the others."""
    training = experiment.training
    if training is not None:
        for name in ways_of(training.optimizer):
            yield Convention(name, partial(_of_optimizer, name=name), of_descent=True)
        if training.schedule.varies:
            for name in ways_of(training.schedule):
                yield Convention(name, partial(_of_schedule, name=name), of_descent=True)
    yield from DESCENT_CONVENTIONS


def _training_alternative(value: Any, words: str, **settings: Any) -> Alternative:
    def change(variant: Variant[Any]) -> Variant[Any]:
        experiment = variant.experiment
        training = replace(experiment.training, **settings)
        return replace(variant, experiment=replace(experiment, training=training))

    return Alternative(value, words, change)


def _of_optimizer(experiment: AnyExperiment, name: str) -> Iterator[Alternative]:
    """The other values of one option, those that go together with some value of the others."""
    assert experiment.training is not None
    optimizer = experiment.training.optimizer
    for value, words in ways_of(optimizer)[name].items():
        if _makes_sense(optimizer, name, value):
            yield Alternative(value, words, partial(_with_option, name=name, value=value))


def _makes_sense(optimizer: Optimizer, name: str, value: Any) -> bool:
    """Whether the option may have the value, and isn't about an ε of 0."""
    fields: dict[str, Any] = {name: value}
    no_epsilon = getattr(optimizer, "epsilon", None) == 0.0 and "epsilon" in name
    return replace(optimizer, **fields).problem() is None and not no_epsilon


def _with_option(variant: Variant[Any], name: str, value: Any) -> Variant[Any]:
    training = variant.experiment.training
    training = replace(training, optimizer=training.optimizer.otherwise(name, value))
    return replace(variant, experiment=replace(variant.experiment, training=training))


def _of_schedule(experiment: AnyExperiment, name: str) -> Iterator[Alternative]:
    assert experiment.training is not None
    for value, words in ways_of(experiment.training.schedule)[name].items():
        yield Alternative(value, words, partial(_with_schedule, fields={name: value}))


def _with_schedule(variant: Variant[Any], fields: Mapping[str, Any]) -> Variant[Any]:
    training = variant.experiment.training
    training = replace(training, schedule=replace(training.schedule, **fields))
    return replace(variant, experiment=replace(variant.experiment, training=training))


def _schedule_counts(experiment: AnyExperiment) -> Iterator[Alternative]:
    """Epochs or iterations, where they aren't the same."""
    training = experiment.training
    if not isinstance(experiment, Experiment) or training is None or not training.schedule.varies:
        return
    per_epoch = Batches(len(experiment.data or ()), experiment.training).per_epoch
    if per_epoch > 1:
        words = message("the schedule's k counts epochs, not iterations")
        change = partial(_with_schedule, fields={"updates_a_step": per_epoch})
        yield Alternative("epochs", words, change)


_COVERED = {
    "weights": message("the penalty is of the weights alone, not of the biases"),
    "parameters": message("the penalty is of all parameters, the biases too"),
}


def _penalty_alternatives(
    experiment: AnyExperiment, name: str, ways: Callable[[Experiment, Penalty], Mapping[str, str]]
) -> Iterator[Alternative]:
    if not isinstance(experiment, Experiment) or experiment.penalty is None:
        return
    for value, words in ways(experiment, experiment.penalty).items():
        if value != getattr(experiment.penalty, name):
            change = partial(_with_penalty, fields={name: value})
            rival = _without_penalty if name == "enters" else None
            yield Alternative(value, words, change, rival=rival)


def _without_penalty(variant: Variant[Any]) -> Variant[Any]:
    return replace(variant, experiment=replace(variant.experiment, penalty=None))


def _with_penalty(variant: Variant[Any], fields: Mapping[str, Any]) -> Variant[Any]:
    experiment = variant.experiment
    penalty = replace(experiment.penalty, **fields)
    return replace(variant, experiment=replace(experiment, penalty=penalty))


def _forms(experiment: Experiment, penalty: Penalty) -> Mapping[str, str]:
    """The factors in use; with one sample λ/(2m) is the half."""
    single = Batches(len(experiment.data or ()), experiment.training).size <= 1
    same = {"half", "per_sample"} if single and penalty.form in ("half", "per_sample") else set()
    forms = [form for form in NORMS[penalty.kind].forms if form not in same]
    if single and not same:
        forms = [form for form in forms if form != "per_sample"]
    return {form: say("the penalty is {penalty}", penalty=FACTORS[form].words) for form in forms}


def _covered(experiment: Experiment, penalty: Penalty) -> Mapping[str, str]:
    """Weights or all parameters, where there are biases."""
    del penalty
    biased = any(layer.bias_count for layer in experiment.network.layers)
    return {of: _COVERED[of] for of in COVERED} if biased else {}


def _entering(experiment: Experiment, penalty: Penalty) -> Mapping[str, str]:
    """Where the slope comes in, and whether loss and gradient are written with it.

    With plain descent it is the same whether the optimiser sees it, without clipping whether it comes
    after that.
    """
    del penalty
    training = experiment.training
    if training is None:
        return {}
    left_out = {"clipped"} if training.clip is None else {"update"}
    left_out |= set() if training.optimizer.slots or training.clip else {"step"}
    return {place: words for place, words in ENTERS.items() if place not in left_out}


def _clip_norm(experiment: AnyExperiment) -> Iterator[Alternative]:
    """Of all gradients together, or of each array's; a graph's inputs are one array."""
    training = experiment.training
    clip = training.clip if training is not None else None
    if clip is not None and clip.waits and isinstance(experiment, Experiment):
        words = message("the norm is taken of each array of gradients by itself")
        yield _training_alternative("each", words, clip=Clip("norm", clip.limit, each=True))


def _penalty_row(
    name: str, field: str, ways: Callable[[Experiment, Penalty], Mapping[str, str]]
) -> Convention:
    return Convention(name, partial(_penalty_alternatives, name=field, ways=ways), of_descent=True)


DESCENT_CONVENTIONS = (
    Convention("k_counts", _schedule_counts, of_descent=True),
    _penalty_row("penalty_form", "form", _forms),
    _penalty_row("penalty_of", "of", _covered),
    _penalty_row("penalty_enters", "enters", _entering),
    Convention("clip_norm", _clip_norm, of_descent=True),
)
"""Those that no optimiser or schedule says of itself."""
