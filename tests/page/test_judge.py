"""The judge in the page says what `bptrace check` says, in words that a learner gets to read."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import pytest

from benchmarks.page_judge.__main__ import main
from benchmarks.page_judge.compare import Page, compared
from benchmarks.page_judge.exercises import Example, bundled
from benchmarks.page_judge.sheets import Texts, sheets_of
from support.node import needs_node, run_javascript
from support.sparing import sparing
from tracer.explain.worksheet import to_calculate
from tracer.language import in_force, in_language
from tracer.page.exercise import exercise_data, judge_script

pytestmark = [needs_node, pytest.mark.no_cover]

OF_EACH_KIND = {
    "mazur": 11, "appendix-b": 11, "zhou": 11, "xor-thresholds": 11, "sigmoid-graph": 6,
    "recurrent-two-steps": 6, "descent-momentum": 6, "descent-rmsprop": 6,
}  # fmt: skip
"""Of each kind of sheet one."""
SHEETS = {
    "mazur": 66, "appendix-b": 33, "zhou": 33, "xor-thresholds": 33, "sigmoid-graph": 24,
    "recurrent-two-steps": 12, "descent-momentum": 24, "descent-rmsprop": 18,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "count"), sparing([*OF_EACH_KIND.items(), *SHEETS.items()], len(OF_EACH_KIND))
)
def test_sheets_are_judged_as_check_judges_them(name: str, count: int) -> None:
    with Page() as page:
        for sheet in sheets_of(bundled(name), Random(f"test {name}"), count):
            found = compared(sheet, page)
            assert found.agrees, (sheet.kind, found.whole, list(found.differences), sheet.texts)


def test_sheets_of_an_optimiser_are_judged_as_check_judges_them() -> None:
    plain = bundled("mazur").configuration
    rule = "  optimizer: {name: momentum, momentum: 0.9}"
    example = Example("momentum", plain.replace("training:", f"training:\n{rule}"))
    with Page() as page:
        for sheet in sheets_of(example, Random("test momentum"), 6):
            found = compared(sheet, page)
            assert found.agrees, (sheet.kind, found.whole, list(found.differences), sheet.texts)


@pytest.mark.parametrize(
    "name",
    sparing(["mazur", "adam-by-hand", "xor", "relu-bce", "lstm-two-steps", "cs231n-adam"], 2),
)
def test_the_right_values_are_the_engines(name: str) -> None:
    exact = bundled(name).exact
    found = judge(name, "return judge.asked.map((name) => [name, judge.right(name)]);")
    assert [name for name, _ in found] == [exact.names.name(i) for i in to_calculate(exact.trace)]
    for said, value in found:
        assert value == pytest.approx(exact.value(exact.trace.find(said)), rel=1e-12, abs=1e-15)


@cache
def data_of(name: str, language: str) -> dict[str, Any]:
    with in_language(language):
        return exercise_data(bundled(name).experiment)


def judge(name: str, source: str, given: Any = None) -> Any:
    parts = {
        "script": f"{judge_script()} return bptraceJudge;",  # too long for a command line
        "data": data_of(name, in_force()),
        "given": given,
    }
    made = "const judge = new Function(given.script)()(given.data); given = given.given;"
    return run_javascript(f"const all = given; {{ let given = all; {made} {source} }}", parts)


def said(sheet: Texts, name: str = "mazur") -> dict[str, Any]:
    found: dict[str, Any] = judge(name, "return judge.check(given);", sheet)
    return found


def test_a_known_mistake_is_told_by_name_with_its_sentence() -> None:
    verdict = said({"net_h1": "0.0275"})["verdicts"]["net_h1"]
    assert verdict["verdict"] == "mistake"
    assert verdict["mistakes"][0]["name"] == "bias_left_out"
    assert verdict["sentences"] == [
        "Matches bias_left_out. The bias is added to the net input, once for each neuron."
    ]
    assert verdict["reason"] == "matches bias_left_out"


def test_what_follows_from_a_slip_gets_all_points_and_a_known_mistake_half() -> None:
    found = said({"net_h1": "0.0275", "out_h1": "0.5069", "net_h2": "0.9", "out_h2": "0.5969"})
    verdicts = found["verdicts"]
    assert verdicts["out_h1"]["verdict"] == "follows"
    assert verdicts["out_h1"]["follows"] == ["net_h1"]
    assert {name: row["points"] for name, row in verdicts.items()} == {
        "net_h1": 0.5, "out_h1": 1, "net_h2": 0, "out_h2": 1,
    }  # fmt: skip
    assert (found["points"], found["pointsPossible"]) == (2.5, 43)
    assert found["firstWrong"] == "net_h1"


def test_what_is_no_number_is_a_problem_and_no_verdict() -> None:
    found = said({"net_h1": "1,234", "net_h2": "0,3,7", "out_h1": " ", "nonsense": "1"})
    assert found["verdicts"] == {}
    assert found["problems"] == {
        "net_h1": "'1,234' may be 1.234 or 1234; write a point, not a comma",
        "net_h2": "'0,3,7' is not a number; write a point, not a comma",
        "nonsense": "there is no number called nonsense",
    }


def test_a_decimal_comma_is_read_as_check_reads_it() -> None:
    verdict = said({"net_h1": "0,3775"})["verdicts"]["net_h1"]
    assert (verdict["verdict"], verdict["given"]) == ("right", "0.3775")


def test_the_judge_speaks_the_language_in_which_the_page_is_made() -> None:
    with in_language("de"):
        found = said({"net_h1": "0,0275", "net_o1": "1,106", "net_h2": "x"})
    mistake = found["verdicts"]["net_h1"]
    assert mistake["sentences"] == [
        "Passt zu bias_left_out. Der Bias wird zur Nettoeingabe addiert, einmal für jedes Neuron."
    ]
    assert mistake["mistakes"][0]["name"] == "bias_left_out"
    assert mistake["words"] == "falsch"
    assert found["verdicts"]["net_o1"]["given"] == "1.106"
    assert found["problems"] == {"net_h2": "'x' ist keine Zahl"}


def test_the_rounding_that_a_sheet_keeps_to_is_told() -> None:
    found = said({"net_h1": "0.37", "net_h2": "0.39", "out_h1": "0.59", "out_h2": "0.59"})
    assert found["rounding"] == "Cut off after 2 decimals"


def test_the_answers_that_were_typed_can_be_carried_on() -> None:
    source = "return judge.derivation('net_o1', given);"
    found = judge("mazur", source, {"out_h1": "0.5"})
    inputs = {row["name"]: row["value"] for row in found["inputs"]}
    assert inputs["out_h1"] == 0.5
    assert found["value"] == pytest.approx(0.4 * 0.5 + 0.45 * inputs["out_h2"] + 0.6)


def test_what_was_not_asked_for_stays_hidden() -> None:
    sheet = {"dE/dw5": "0.0822", "w5+": "0.4411", "w6+": "0.4913"}
    source = "return [true, false].map((reveal) => judge.check(given, {reveal}).verdicts);"
    open_, hidden = judge("mazur", source, sheet)
    made = [rows["w5+"]["mistakes"][0]["made"][0] for rows in (open_, hidden)]
    assert made[0] == made[1]  # of given numbers and the learner's own
    assert [row["value"] for row in made[1]["inputs"]] == [0.4, 0.5, 0.0822]
    assert open_["w6+"]["carried"] == pytest.approx(0.40866618608)
    assert hidden["w6+"]["carried"] is hidden["w6+"]["derivation"]["value"] is None
    inputs = hidden["w6+"]["mistakes"][0]["made"][0]["inputs"]
    assert {row["name"]: row["value"] for row in inputs} == {"w6": 0.45, "lr": 0.5, "dE/dw6": None}


def test_texts_with_markup_come_back_as_text() -> None:
    found = said({"<script>alert(1)</script>": "1", "net_h1": "</script>"})
    assert found["problems"]["net_h1"] == "'</script>' is not a number"


def test_the_comparison_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--only", "zhou-training", "--sheets", "11", "--random", "0"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].split()[:3] == ["all", "11", "11"]
