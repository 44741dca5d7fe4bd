"""`bptrace check`: exit codes, formats, and what it says."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.cli import run, run_json
from support.networks import experiments
from support.planting import answers, asked, exact_of, written
from tracer import bundled
from tracer.diagnose.check import check
from tracer.digits.numbers import NumberFormat
from tracer.model.experiment import UPDATE_ORDERS, Experiment
from tracer.model.names import Names
from tracer.show.formats import render
from tracer.show.notation.notation import QuantityNotation
from tracer.show.reports.check import check_document
from tracer.show.reports.check_objects import check_json

SHEET = {
    "net_h1": "0.3775",
    "out_h1": "0.5933",
    "dE/dout_h1": "0.03635",
    "delta_h1": "0.03635",
    "dE/dw1": "0.001818",
    "out_h2": "0.6123",
}


def said(*words: str, text: str | None = None) -> str:
    return run("check", *words, input=text, code=None).stdout


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text("".join(f"{name}: {text}\n" for name, text in SHEET.items()), encoding="utf-8")
    return str(path)


def checked(*words: str) -> Any:
    return run_json("check", *words, code=None)


def test_nothing_wrong_is_exit_code_0_and_something_wrong_1(sheet: str) -> None:
    run("check", "mazur", sheet, code=1)
    run("check", "zhou")
    run("check", "mazur", "-", input="{out_h1: 0.59, out_h2: 0.60, net_o1: 1.1040}")


def test_json_has_the_contract_s_keys(sheet: str) -> None:
    found = checked("mazur", sheet)
    assert (found["supplied"], found["known"], found["first_wrong"]) == (6, 43, "out_h2")
    (delta,) = [v for v in found["verdicts"] if v["name"] == "delta_h1"]
    assert delta["exact"] == pytest.approx(0.008771354689)
    assert delta["carried"] == pytest.approx(0.03635 * 0.5933 * 0.4067)
    del delta["exact"], delta["carried"]
    assert delta == {
        "name": "delta_h1",
        "given": "0.03635",
        "verdict": "mistake",
        "mistakes": ["hidden_delta_without_slope"],
    }
    assert [v["verdict"] for v in found["verdicts"]][-1] == "follows"


def test_json_says_when_and_why() -> None:
    found = checked("mazur")
    late = [v for v in found["verdicts"] if v.get("after") == 10000]
    assert [v["name"] for v in late] == ["out_o1", "out_o2", "E_total"]
    assert [w["matches"][0]["changes"] for w in found["why"]] == [
        {"update_order": "output_first"},
        {"update_order": "output_first"},
    ]


def test_right_values_stay_hidden_without_reveal(sheet: str) -> None:
    hidden = json.dumps(checked("mazur", sheet, "--no-reveal"))
    assert "exact" not in hidden
    assert "carried" not in hidden
    shown = said("mazur", sheet, "--no-reveal")
    assert "matches hidden_delta_without_slope" in shown
    for number in ("0.596884378", "0.008771", "0.593269992"):
        assert number in said("mazur", sheet)
        assert number not in shown


def test_a_match_shows_the_mistaken_formula_next_to_the_right_one(sheet: str) -> None:
    shown = said("mazur", sheet)
    first, second = shown.index("δ_h1 = ∂E/∂out_h1\n"), shown.index("δ_h1 = ∂E/∂out_h1 · ∂out/∂net")
    assert 0 < first < second
    assert "you did" not in shown
    assert "Off by a factor of 1.025" in shown


def test_the_calculation_is_carried_to_the_end(sheet: str) -> None:
    carried = checked("mazur", sheet, "--carry")["carried"][0]["values"]
    assert len(carried) == 43
    assert carried["w1+"] == pytest.approx(0.15 - 0.5 * 0.001818)
    assert "Your calculation, carried to the end" in said("mazur", sheet, "--carry")


def test_markdown_and_csv_have_a_row_a_number(sheet: str) -> None:
    markdown = said("mazur", sheet, "--format", "markdown")
    assert sum(line.startswith("| `") for line in markdown.splitlines()) == len(SHEET)
    rows = list(csv.DictReader(io.StringIO(said("mazur", sheet, "--format", "csv"))))
    assert {row["quantity"]: row["given"] for row in rows} == SHEET


@pytest.mark.long  # docs/checking.md shows it
def test_the_story_of_the_classic_example_is_told() -> None:
    shown = said("mazur")
    assert "31 of 76 supplied; 26 right, 1 right within rounding, 1 follows, 3 wrong" in shown
    assert shown.count(UPDATE_ORDERS["output_first"]) == 2


def test_long_tables_leave_right_numbers_out(tmp_path: Path) -> None:
    first = run_json("run", "cubes")
    samples = first["iterations"][0]["samples"]
    lines = [f"E_total#{s['sample']},{s['quantities']['E_total']!r}\n" for s in samples]
    path = tmp_path / "a.csv"
    path.write_text("".join(lines) + "loss,0.5\n", encoding="utf-8")
    shown = said("cubes", str(path))
    assert f"{len(samples)} right numbers are left out" in shown
    assert len(shown.splitlines()) < 60
    assert len(said("cubes", str(path), "--all-rows").splitlines()) > len(samples)


@settings(max_examples=5, deadline=None)
@given(experiment=experiments(), seed=st.integers(0, 2**32 - 1))
def test_any_numbers_of_any_network_get_a_report(experiment: Experiment, seed: int) -> None:
    rng = np.random.default_rng(seed)
    exact = exact_of(experiment)
    texts = {
        identity: written(
            exact.value(identity) * rng.choice([1, -1, 0, 1.5, 1e6]), int(rng.integers(1, 9))
        )
        for identity in asked(exact)
        if rng.random() < 0.4
    }
    report = check(experiment, answers(texts))
    notation = QuantityNotation(Names(experiment.network))
    for reveal in (True, False):
        document = check_document(report, NumberFormat(), reveal=reveal, carry=True)
        assert f"{len(texts)} of" in render(document, notation, "table")
        result = json.loads(json.dumps(check_json(report, reveal=reveal, carry=True)))
        assert result["supplied"] == len(texts)


@pytest.mark.parametrize("style", ["net-out", "z-a"])
def test_a_worksheet_s_answers_are_read_in_either_letters(style: str) -> None:
    blank = run("worksheet", "mazur", "--answers", "--notation", style).stdout
    assert ("\nz_h1:\n" in blank, "\nnet_h1:\n" in blank) == (style == "z-a", style != "z-a")
    refused = run("check", "mazur", "-", input=blank, code=2)
    assert "<stdin>: there are no numbers in it" in refused.stderr
    filled = blank.replace(":\n", ": 0.12345\n")
    verdicts = run_json("check", "mazur", "-", input=filled, code=1)["verdicts"]
    assert len(verdicts) == blank.count(":\n") == 43
    assert "net_h1" in {verdict["name"] for verdict in verdicts}


def test_a_worksheet_on_paper_s_tables_are_read_where_they_are_filled_in() -> None:
    key = run("worksheet", "mazur", "--key", "--notation", "z-a").stdout
    assert "43 of 43 supplied; 43 right." in run("check", "mazur", "-", input=key).stdout
    sheet = run("worksheet", "mazur").stdout
    assert "there are no numbers in it" in run("check", "mazur", "-", input=sheet, code=2).stderr


def test_answers_with_another_exercise_s_heading_are_remarked_on() -> None:
    blank = run("worksheet", "mazur", "--answers").stdout
    begun = blank.replace("\nnet_h1:", "\nnet_h1: 0.3775")
    other = run("check", "mazur-free-biases", "-", input=begun)
    assert "<stdin> begins with '# Answers: A step by step" in other.stderr
    assert run("check", "mazur", "-", input=begun).stderr == ""


def test_answers_and_configuration_that_changed_places_are_put_right(sheet: str) -> None:
    for first, second in ((sheet, "mazur"), (sheet, str(bundled.find("mazur")))):
        result = run("check", first, second, code=2)
        assert "changed places" in result.stderr
        assert f"bptrace check {second} {first}" in result.stderr
    assert "changed places" not in run("check", sheet, sheet, code=None).stderr


@pytest.mark.parametrize(
    ("words", "text", "told"),
    [
        (["mazur", "nowhere.yaml"], None, "nowhere.yaml: no such file"),
        (["mazur", "-"], "x: 3", "<stdin>:1:1: x: there is no quantity 'x'"),
        (["mazur", "-"], "{a: [", "<stdin>"),
        (["mazur", "-"], "", "empty"),
        (["mazur", "."], None, "this is a folder"),
        (["nowhere.yaml", "mazur"], None, "there is no file or bundled example 'nowhere.yaml'"),
        (["mazur", "xor"], None, "xor is a configuration; ANSWERS is a file of numbers"),
        (["mazur", str(bundled.find("xor"))], None, "this is a configuration, not answers"),
        (["-", "-"], "", "only one of them"),
        (["xor"], None, "no `expected:` numbers"),
        (["mazur", "--tolerance", "x"], None, "--tolerance x"),
        (["zhou", "-"], "[{after: 1, values: {w1: 2}}, {iteration: 2, values: {w9: 1}}]", "w9"),
    ],
)
def test_what_can_t_be_checked_is_exit_code_2(
    words: list[str], text: str | None, told: str
) -> None:
    assert told in run("check", *words, input=text, code=2).stderr
