"""Calculations of small exercises stay at hand, and only for an exercise that is the same."""

from __future__ import annotations

from dataclasses import replace

from support.paths import CONFIGS
from tracer.config import load
from tracer.diagnose.answers.moments import Moment, outline, traced
from tracer.model.experiment import Experiment
from tracer.model.quantity import Kind, Quantity, Stage

FIRST = Moment()
NEW = Quantity(Stage(Kind.NEW_WEIGHT, 1), (0, 0))


def mazur() -> Experiment:
    experiment = load("mazur.yaml", (CONFIGS / "mazur.yaml").read_text(encoding="utf-8"))
    assert isinstance(experiment, Experiment)
    return experiment


def test_an_exercise_that_was_loaded_again_has_its_calculation_at_hand() -> None:
    assert traced(mazur(), [FIRST])[FIRST] is traced(mazur(), [FIRST])[FIRST]
    assert outline(mazur(), FIRST) is outline(mazur(), FIRST)


def test_other_moments_and_outlines_are_other_calculations() -> None:
    second = Moment(2)
    both = traced(mazur(), [FIRST, second])
    assert both[second].value(replace(NEW, iteration=2)) != both[FIRST].value(NEW)
    assert outline(mazur(), FIRST) is not both[FIRST]


def test_an_exercise_with_another_number_is_calculated_anew() -> None:
    experiment = mazur()
    assert experiment.training is not None
    before = traced(experiment, [FIRST])[FIRST].value(NEW)
    slower = replace(experiment, training=replace(experiment.training, learning_rate=0.25))
    assert traced(slower, [FIRST])[FIRST].value(NEW) != before
    (W, b), rest = experiment.parameters
    moved = replace(experiment, parameters=((W + 0.5, b), rest))
    assert traced(moved, [FIRST])[FIRST].value(NEW) != before
    assert traced(experiment, [FIRST])[FIRST].value(NEW) == before
