"""Sheets and programs of every optimiser: right ones blame nothing, few numbers show a hidden slip."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from support.cli import built, run_json
from support.descents import OPTIMIZERS, descents
from support.networks import shipped
from support.planting import answers, asked
from support.sparing import sparing
from tracer.diagnose.answers import read_answers
from tracer.diagnose.answers.arrays import named_arrays
from tracer.diagnose.carried import Carried, Rewriting
from tracer.diagnose.check import CheckedAnswers, check
from tracer.diagnose.mistakes import MISTAKES, Site
from tracer.diagnose.mistakes.around import CORRECTED, KEPT, NEW
from tracer.explain.calculation import Calculation, calculations
from tracer.formula import EvaluationError, Expression
from tracer.model.clipping import Clip
from tracer.model.experiment import Experiment, Training
from tracer.model.optimizers import Adam, AdamW, Momentum, Optimizer
from tracer.model.penalties import Penalty
from tracer.model.quantity import Identity, Kind, Quantity
from tracer.model.schedules import Exponential

PARTS: dict[str, Collection[Kind]] = {
    "complete": frozenset(Kind),
    "states": KEPT,
    "without corrected moments": frozenset(Kind) - CORRECTED,
    "new parameters": NEW,
}


def sheets(
    experiment: Experiment, kinds: Collection[Kind], *, by_steps: bool
) -> Iterator[tuple[Identity, str]]:
    """Numbers of two iterations to 4 decimals; `by_steps`: each is made of those before it."""
    own: dict[Identity, float] = {}
    for exact in calculations(experiment, [1, 2]).values():
        carried = Carried(exact, own)
        for identity in asked(exact):
            if isinstance(identity, Quantity) and identity.kind in kinds:
                text = f"{carried.recalculated(identity):.4f}"
                yield identity, text
                if by_steps:
                    own[identity] = float(text)
                    carried = Carried(exact, own)


def described(
    optimizer: Optimizer, penalty: Penalty | None = None, clip: Clip | None = None
) -> Experiment:
    """The classic example with a learning rate that falls."""
    training = Training(0.5, optimizer=optimizer, clip=clip, schedule=Exponential(rate=0.5))
    return replace(shipped("mazur"), training=training, penalty=penalty, expected=())


def slip(exact: Calculation, name: str) -> Rewriting:
    """The mistake, in its first way wherever it can be made."""

    def rewriting(identity: Identity, formula: Expression) -> Expression | None:
        if not isinstance(identity, Quantity) or identity.kind not in MISTAKES[name].kinds:
            return None
        variants = MISTAKES[name].variants(Site(exact.at(identity.iteration), identity, formula))
        return variants[0] if variants else None

    return rewriting


def small(experiment: Experiment) -> Experiment:
    """The classic example, descending as another one does."""
    assert experiment.training is not None
    training = replace(experiment.training, frozen=frozenset())
    penalty = experiment.penalty
    return replace(shipped("mazur"), training=training, penalty=penalty, expected=())


EXPERIMENTS = tuple(map(small, descents(len(OPTIMIZERS), seed=1)))


SHEETS = [
    (number, part)
    for number in range(len(OPTIMIZERS))
    for place, part in enumerate(PARTS)
    if part == "complete" or number % (len(PARTS) - 1) == place - 1
]
"""Parts of sheets: of every third optimiser."""


@pytest.mark.parametrize(("number", "part"), sparing(SHEETS, SHEETS[::3]))
def test_a_right_sheet_blames_nothing(number: int, part: str) -> None:
    for by_steps in (False, True):
        try:
            texts = dict(sheets(EXPERIMENTS[number], PARTS[part], by_steps=by_steps))
        except EvaluationError:  # an output that was rounded to 1 has no logarithm
            continue
        report = check(EXPERIMENTS[number], answers(texts))
        assert not [finding.identity for finding in report.findings if finding.tainted]


ADAM = Adam(0.8, 0.9, epsilon=0.02)
HIDDEN = [
    ("bias_correction_left_out", 1, described(ADAM)),
    ("betas_swapped", 2, described(ADAM)),
    ("update_counted_from_2", 1, described(ADAM)),
    ("update_counted_from_0", 2, described(ADAM)),
    ("square_forgotten", 2, described(replace(ADAM, bias_correction=False))),
    ("root_forgotten", 1, described(ADAM)),
    ("epsilon_inside_root", 1, described(ADAM)),
    ("decay_coupled", 1, described(AdamW(0.8, 0.9, epsilon=0.02, weight_decay=0.2))),
    ("momentum_coefficient_swapped", 2, described(Momentum(0.8))),
    ("averaged_for_summed", 1, described(Momentum(0.8))),
    ("biases_penalised", 1, described(Momentum(0.8), Penalty(0.1))),
    ("penalty_factor", 1, described(Momentum(0.8), Penalty(0.1))),
    ("clipped_before_penalty", 1, described(Momentum(0.8), Penalty(0.2), Clip("norm", 0.05))),
    ("initial_learning_rate", 2, described(Momentum(0.8))),
    ("gradients_not_zeroed", 2, described(Momentum(0.8))),
]


@pytest.mark.parametrize(("name", "iteration", "experiment"), HIDDEN)
def test_a_slip_in_steps_that_were_left_out_is_found_from_a_new_parameter(
    name: str, iteration: int, experiment: Experiment
) -> None:
    exact = calculations(experiment, [iteration])[iteration]
    identity = exact.find("b2+" if name == "biases_penalised" else "w5+")
    wrong = Carried(exact, {}, rewriting=slip(exact, name))[identity]
    (finding,) = check(experiment, answers({identity: f"{wrong:.8f}"})).findings
    assert finding.verdict == "mistake"
    assert name in [match.name for match in finding.matches]


def test_the_next_iteration_follows_from_a_learners_own_states() -> None:
    experiment = described(Momentum(0.8))
    first, second = calculations(experiment, [1, 2]).values()
    v, w = first.find("v_w5+"), first.find("w5+")
    own: dict[Identity, float] = {v: round(first.value(v) * 0.2, 7)}
    own[w] = round(Carried(first, own).recalculated(w), 7)
    later = [second.find("v_w5+"), second.find("w5+")]
    for identity in later:
        own[identity] = round(Carried(second, own).recalculated(identity), 7)
    found = check(experiment, answers({key: f"{value:.7f}" for key, value in own.items()}))
    verdicts = {finding.identity: finding.verdict for finding in found.findings}
    assert verdicts == {v: "mistake", w: "follows", **dict.fromkeys(later, "follows")}
    assert "averaged_for_summed" in [match.name for match in found.findings[0].matches]


def test_a_penalty_that_is_missing_is_not_excused_by_the_samples_own_parts() -> None:
    experiment = replace(shipped("xor"), penalty=Penalty(0.5), expected=())
    (exact,) = calculations(experiment, [1]).values()
    rows = range(1, len(exact.trace.rows) + 1)
    texts = {exact.find(f"dE/dw1#{row}"): "" for row in rows}
    texts = {part: f"{exact.value(part):.8f}" for part in texts}
    whole = exact.find("dE/dw1")
    texts[whole] = f"{exact.value(exact.find('dE/dw1:data')):.8f}"
    found = check(experiment, answers(texts)).findings[-1]
    assert (found.identity, found.verdict) == (whole, "mistake")
    assert [match.name for match in found.matches][:1] == ["penalty_missing_in_gradient"]


def arrays_of(experiment: Experiment) -> dict[str, np.ndarray]:
    """Those of two iterations, under the names that `run --save-arrays` gives them."""
    found = calculations(experiment, [1, 2]).values()
    return {name: array for exact in found for name, array in named_arrays(exact.trace)}


def checked(experiment: Experiment, arrays: dict[str, np.ndarray], form: str) -> CheckedAnswers:
    stream = io.BytesIO()
    if form == "json":
        stream.write(json.dumps({name: a.tolist() for name, a in arrays.items()}).encode())
    else:
        np.savez(stream, **arrays)  # type: ignore[arg-type]
    return check(experiment, read_answers(stream.getvalue(), f"a.{form}", experiment))


@pytest.mark.parametrize("form", ["npz", "json"])
@pytest.mark.parametrize("number", range(0, len(OPTIMIZERS), 3))
def test_a_right_programs_states_are_right(number: int, form: str) -> None:
    experiment = EXPERIMENTS[number]
    arrays = arrays_of(experiment)
    slots = experiment.training.optimizer.slots if experiment.training else {}
    assert all(f"{slot}_W1+@2" in arrays for slot in slots)
    report = checked(experiment, arrays, form)
    assert report.all_right
    assert report.supplied == sum(array.size for array in arrays.values())


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("m_W1+", "mW1+"), ("m_W1+", "mdW1+"), ("m_W1+", "exp_avg_W1_new"),
        ("v_W2+", "exp_avg_sq_W2+"), ("v_b1+", "vb1+"), ("mhat_W2", "mhatW2"), ("g_W1", "gW1"),
        ("m_b2@2", "mB2@2"),
    ],
)  # fmt: skip
def test_a_state_has_many_names(name: str, given: str) -> None:
    experiment = described(ADAM, Penalty(0.1), Clip("norm", 0.05))
    array = arrays_of(experiment)[name]
    report = checked(experiment, {given: array}, "npz")
    assert (report.supplied, report.all_right) == (array.size, True)


def test_a_programs_slip_in_its_states_is_told() -> None:
    experiment = described(ADAM)
    arrays = arrays_of(experiment)
    swapped = {"m_W1+": 0.1 * arrays["dW1"], "v_W1+": 0.2 * arrays["dW1"] ** 2}
    report = checked(experiment, {"dW1": arrays["dW1"], **swapped}, "npz")
    found = {f.answer.name: [m.name for m in f.matches] for f in report.array_findings}
    assert "betas_swapped" in found["m_W1+"]
    assert "betas_swapped" in found["v_W1+"]


def test_a_programs_old_learning_rate_is_told() -> None:
    experiment = described(Momentum(0.8))
    arrays = arrays_of(experiment)
    wrong = {"W2@2": arrays["W2@2"], "v_W2+@2": arrays["v_W2+@2"]}
    wrong["W2+@2"] = arrays["W2@2"] - 0.5 * arrays["v_W2+@2"]
    report = checked(experiment, wrong, "npz")
    (finding,) = (f for f in report.array_findings if f.blamed)
    assert "initial_learning_rate" in [match.name for match in finding.matches]


_TWO = """\
network:
  inputs: [i1, i2]
  layers:
    - {neurons: [h1, h2], activation: sigmoid, weights: [[0.15, 0.2], [0.25, 0.3]], bias: 0.35}
    - {neurons: [o1], activation: sigmoid, weights: [[0.4, 0.45]], bias: 0.6}
loss: half_squared_error
data: [{inputs: [0.05, 0.1], targets: [0.01]}]
"""


def test_a_convention_that_knows_less_than_the_sheet_is_not_adopted(tmp_path: Path) -> None:
    text = _TWO + "training: {learning_rate: 0.1, optimizer: OPTIMIZER}\n"
    other = tmp_path / "uncorrected.yaml"
    other.write_text(text.replace("OPTIMIZER", "{name: adam, bias_correction: false}"))
    parameters = run_json("run", other)["iterations"][0]["parameters"]
    sheet = {f"{name}+": numbers["after"] for name, numbers in parameters.items()}
    sheet |= {
        f"mhat_{name}": numbers["state"]["m"]["after"] for name, numbers in parameters.items()
    }
    config, mine = tmp_path / "net.yaml", tmp_path / "mine.yaml"
    config.write_text(text.replace("OPTIMIZER", "adam"))
    mine.write_text("".join(f"{name}: {value:.9g}\n" for name, value in sheet.items()))
    said = built("check", str(config), str(mine), code=1)
    assert "bias_correction_left_out" in said


def test_a_single_number_follows_from_the_arrays_of_the_iteration_before(tmp_path: Path) -> None:
    config, mine = tmp_path / "net.yaml", tmp_path / "mine.json"
    config.write_text(
        f"{_TWO}regularization: {{strength: 0.1}}\ntraining: {{learning_rate: 0.1}}\n"
    )
    first = run_json("run", config)["iterations"][0]["parameters"]
    after = {name: 2 * numbers["after"] for name, numbers in first.items() if name[0] == "w"}
    sheet = {
        "W1+": [[after["w1"], after["w2"]], [after["w3"], after["w4"]]],
        "W2+": [[after["w5"], after["w6"]]],
        "penalty@2": 0.05 * sum(w * w for w in after.values()),
    }
    mine.write_text(json.dumps(sheet))
    found = json.loads(built("check", str(config), str(mine), "--format", "json", code=1))
    (penalty,) = (row for row in found["verdicts"] if row["name"] == "penalty")
    assert penalty["verdict"] == "follows"


PENALISED = described(ADAM, Penalty(0.1), Clip("norm", 0.05))


def test_a_program_that_leaves_the_penalty_out_does_not_decouple_it() -> None:
    arrays = arrays_of(replace(PENALISED, penalty=None))
    report = checked(PENALISED, arrays, "npz")
    assert not report.sheet_conventions
    found = {f.answer.name: [m.name for m in f.matches] for f in report.array_findings}
    assert "penalty_missing_in_gradient" in found["dW1"]


def test_a_program_that_decouples_the_penalty_is_told_so() -> None:
    assert PENALISED.penalty is not None
    decoupled = replace(PENALISED, penalty=replace(PENALISED.penalty, enters="step"))
    report = checked(PENALISED, arrays_of(decoupled), "npz")
    assert [convention.name for convention in report.sheet_conventions] == ["penalty_enters_step"]
    assert report.all_right


def test_a_convention_by_which_a_graph_has_no_value_is_passed_over(tmp_path: Path) -> None:
    sheet = tmp_path / "answers.yaml"
    sheet.write_text("m_theta+: 0.7\ntheta+: 0.31\n", encoding="utf-8")
    checked = run_json("check", "adam-by-hand", str(sheet), code=1)
    assert checked["first_wrong"] == "m_theta+"
