"""Sets of exercises: difficulty, mistakes told apart, no near-duplicates, files that go with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from support.cli import run
from support.traces import traced
from tracer.cli import pool
from tracer.config import load
from tracer.config.writing import dump
from tracer.diagnose.answers import read_answers
from tracer.diagnose.check import check
from tracer.diagnose.mistakes import MISTAKES, Site
from tracer.errors import BptraceError, UsageError
from tracer.explain.worksheet import to_calculate
from tracer.formula import evaluate
from tracer.model.experiment import Experiment
from tracer.model.network import flatten
from tracer.model.quantity import Kind, Quantity
from tracer.teach.exercise import Wish, draws, exercise
from tracer.teach.sets import ANSWERS_ALIKE, Drawn, drawn, without_near_ones
from tracer.teach.telling import slips

SMALL = Wish((2, 1))


def given_numbers(experiment: Experiment) -> list[float]:
    assert experiment.data is not None
    data = experiment.data
    return [*flatten(experiment.parameters), *data.inputs.flat, *data.targets.flat]


@pytest.mark.parametrize(("digits", "places"), [(3, 1), (4, 2), (5, 2), (6, 2)])
def test_digits_choose_the_given_numbers(digits: int, places: int) -> None:
    made = [exercise(replace(SMALL, digits=digits), seed) for seed in range(4)]
    numbers = [number for each in made for number in given_numbers(each)]
    assert all(round(number, places) == number for number in numbers)
    assert any(round(number, places - 1) != number for number in numbers)


@pytest.mark.parametrize("digits", [3, 5])
def test_digits_choose_how_small_and_how_alike_numbers_may_be(digits: int) -> None:
    for seed in range(3):
        trace = traced(exercise(replace(SMALL, digits=digits), seed))
        unit = 10.0**-digits
        for quantity in trace.quantities():
            if quantity.kind in (Kind.DELTA, Kind.WEIGHT_GRADIENT, Kind.BIAS_GRADIENT):
                assert abs(trace.value(quantity)) >= 10 * unit
        for _, found in slips(trace):
            for values in found.values():
                assert all(abs(v) < 1e-12 or abs(v) >= 1.5 * unit for v in values)


@pytest.mark.parametrize(("batch", "size"), [(1, 1), (2, 2), (None, 4)])
def test_an_iteration_takes_a_batch(batch: int | None, size: int) -> None:
    made = exercise(Wish((2, 1), samples=4, batch=batch, iterations=2), 1)
    assert len(traced(made).rows) == size
    read = load("ex.yaml", dump(made))
    assert isinstance(read, Experiment)
    assert read.training == made.training


def test_batches_and_iterations_are_options_of_the_command() -> None:
    asked = ("new", "--layers", "2,1", "--samples", "3", "--iterations", "2", "--batch")
    assert "batch: 1\n" in run(*asked, "1").output
    assert "batch: 2\n" in run(*asked, "2").output
    assert run(*asked, "online").output == run(*asked, "1").output
    assert "batch: full" in run(*asked, "full").output


@pytest.mark.parametrize(
    "name", ["output_delta_without_slope", "hidden_delta_without_slope", "gradient_added"]
)
def test_a_mistake_that_is_asked_for_is_told_from_all_others(name: str) -> None:
    made = exercise(Wish(apart=(name,)), 4)
    trace, row = traced(made), MISTAKES[name]
    for quantity in trace.quantities():
        formula = trace.formula(quantity)
        if formula is None or quantity.kind not in row.kinds:
            continue
        for variant in row.variants(Site(trace, quantity, formula)):
            text = f"{trace.names.name(quantity)}: {evaluate(variant, trace):.4f}"
            (finding,) = check(made, read_answers(text.encode(), "a.yaml", made, None)).findings
            names = {match.name for match in finding.matches}
            if name in names and names <= {name, *ALIASES.get(name, ())}:
                return
    pytest.fail("no number tells it")


ALIASES = {"output_delta_without_slope": {"cross_entropy_delta_with_squared_error"}}
"""Slips that are the same where the loss is a square."""


def test_an_exercise_that_tells_everything_already_stays_the_same() -> None:
    first = exercise(Wish(), 4)
    asked = exercise(Wish(apart=("bias_left_out",)), 4)
    assert dump(first) == dump(asked)


def test_mistakes_of_later_iterations_are_told_there() -> None:
    made = exercise(Wish((2, 1), optimizer="adam", iterations=2, apart=("betas_swapped",)), 1)
    assert made.training is not None
    assert made.training.iterations == 2


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (
            Wish(apart=("bias_left_ot",)),
            "there is no mistake 'bias_left_ot'; did you mean 'bias_left_",
        ),
        (Wish(apart=("x",)), "there is no mistake 'x'; docs/checking.md lists the mistakes"),
        (
            Wish(apart=("betas_swapped",)),
            "nobody can make the mistake betas_swapped in this exercise",
        ),
        (
            Wish(apart=("output_delta_without_slope", "cross_entropy_delta_with_squared_error")),
            "nobody can tell output_delta_without_slope from cross_entropy_delta_with_squared_error",
        ),
        (Wish(digits=2), "2 decimals; give 3 to 9"),
        (Wish(samples=2, batch=3), "batches of 3 from 2 samples; ask for as many samples"),
    ],
)
def test_wishes_that_cannot_be_met_are_refused(wish: Wish, message: str) -> None:
    with pytest.raises(UsageError) as error:
        exercise(wish, 1)
    assert message in str(error.value)


def test_a_seed_has_more_than_one_exercise() -> None:
    several = draws(SMALL, 3)
    first, second = next(several), next(several)
    assert dump(first) == dump(exercise(SMALL, 3))
    assert given_numbers(first) != given_numbers(second)


def made_set(count: int, wish: Wish = SMALL) -> list[Drawn[Experiment]]:
    firsts = [next(drawn(wish, seed, lambda made: made)) for seed in range(1, count + 1)]
    return list(
        without_near_ones(firsts, lambda seed: drawn(wish, seed, lambda made: made), wish.digits)
    )


def test_no_two_exercises_of_a_set_have_the_same_answers() -> None:
    members = made_set(70)
    redrawn = [member for member in members if member.near is not None]
    assert redrawn  # a network of one neuron has few exercises
    values = []
    for member in members:
        trace = traced(member.made)
        calculated = cast(Iterator[Quantity], to_calculate(trace))
        values.append([trace.value(quantity) for quantity in calculated])
    answers = np.array(values)
    for place, row in enumerate(answers):
        same = (np.abs(answers[:place] - row) <= 1e-4).mean(axis=1)
        assert (same < ANSWERS_ALIKE).all()
    again = made_set(70)
    assert [dump(member.made) for member in again] == [dump(member.made) for member in members]


def test_a_set_that_is_too_large_for_its_network_says_how_many_there_are() -> None:
    wish = Wish((1, 1), digits=3)
    one = next(drawn(wish, 1, lambda made: made))
    with pytest.raises(BptraceError, match="there are no 2 exercises that differ enough"):
        list(without_near_ones([one, one], lambda _: iter([one] * 99), wish.digits))


def test_a_set_goes_into_a_folder_with_its_companions(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    run("new", "--layers", "2,1", "--count", "2", "--with", "sheet,key,answers,page", "-o", folder)
    kinds = (".html", ".yaml", "-answers.yaml", "-key.md", "-sheet.md")
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"ex-{seed}{kind}" for seed in (1, 2) for kind in kinds
    )
    config = folder / "ex-2.yaml"
    assert (folder / "ex-2-sheet.md").read_text() == run("worksheet", config).output
    assert (folder / "ex-2-key.md").read_text() == run("worksheet", config, "--key").output
    assert (folder / "ex-2-answers.yaml").read_text() == run(
        "worksheet", config, "--answers"
    ).output
    page = tmp_path / "page.html"
    run("page", config, "--exercise", "-o", page)
    assert (folder / "ex-2.html").read_text() == page.read_text()


def test_many_exercises_are_made_by_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, many = tmp_path / "one", tmp_path / "many"
    words = ("new", "--layers", "2,1", "--lang", "de", "--count", "4", "--with", "sheet", "-o")
    run(*words, one)
    monkeypatch.setattr(pool, "FEW", 1)
    monkeypatch.setattr(pool, "_processors", lambda: 2)
    run(*words, many)
    told = "nobody can make the mistake betas_swapped"
    assert told in run(*words, tmp_path / "none", "--apart", "betas_swapped", code=2).output
    files = sorted(path.name for path in one.iterdir())
    assert files == sorted(path.name for path in many.iterdir())
    assert "Datum" in (many / "ex-1-sheet.md").read_text(encoding="utf-8")
    assert [(one / f).read_text() for f in files] == [(many / f).read_text() for f in files]


def test_nothing_is_made_where_a_file_exists(tmp_path: Path) -> None:
    (tmp_path / "ex-2-key.md").write_text("mine")
    words = ("new", "--layers", "2,1", "--count", "2", "--with", "key", "-o", tmp_path)
    assert "ex-2-key.md exists already" in run(*words, code=2).output
    assert [path.name for path in tmp_path.iterdir()] == ["ex-2-key.md"]
    run(*words, "--force")
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--with", "sheets", "-o", "a"), "--with sheets: there is none; did you mean 'sheet'?"),
        (("--with", "x", "-o", "a"), "there are sheet, key, answers, page"),
        (("--with", "sheet"), "--with needs files to put things beside"),
        (("--with", "sheet", "-o", "ex.html"), "exercises that end in .yaml"),
        (("--batch", "some"), "--batch some; give full, online, or a number"),
        (("--batch", "0"), "--batch 0"),
        (("--count", "2", "-o", "ex.yaml"), "2 results need 2 files"),
        (("--digits", "2"), "expected 3 or more"),
    ],
)
def test_what_cannot_be_made_is_said(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = " ".join(run("new", *words, code=2).output.split())
    assert message in told
    assert not list(tmp_path.iterdir())
