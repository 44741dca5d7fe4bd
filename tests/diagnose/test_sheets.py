"""Conventions that a whole sheet follows are told as such, and not as wrong numbers."""

from __future__ import annotations

import pytest

from support.cli import run, run_json
from support.networks import shipped
from support.planting import answers, exact_of
from tracer.diagnose.check import CheckedAnswers, check

TEXTBOOK = {
    "dE/dout_o5": "-0.5097",
    "delta_o5": "-0.1274",
    "delta_h3": "0.0381",
    "delta_h4": "-0.0147",
    "w5+": "-1.2067",
    "theta_o5+": "0.3127",
}
"""The XOR of the courses as its source prints it."""


def checked(sheet: dict[str, str]) -> CheckedAnswers:
    experiment = shipped("xor-thresholds")
    exact = exact_of(experiment)
    return check(experiment, answers({exact.find(name): text for name, text in sheet.items()}))


def conventions(sheet: dict[str, str]) -> list[str]:
    return [row.name for row in checked(sheet).sheet_conventions]


def test_delta_of_the_other_sign_throughout_is_a_convention() -> None:
    found = checked(TEXTBOOK)
    assert [row.name for row in found.sheet_conventions] == ["delta_negated"]
    assert [finding.verdict for finding in found.findings] == ["right"] * len(TEXTBOOK)


def test_the_text_stays_as_it_was_supplied_and_the_report_says_why() -> None:
    sheet = "".join(f"{name}: {text}\n" for name, text in TEXTBOOK.items())
    shown = run("check", "xor-thresholds", "-", "--width", 200, input=sheet).stdout
    assert "error = −delta = −∂E/∂net" in shown
    (row,) = (line for line in shown.splitlines() if line.split()[:1] == ["δ_o5"])
    assert row.split()[1:3] == ["-0.1274", "0.127382854"]
    found = run_json("check", "xor-thresholds", "-", input=sheet)
    assert found["sheet_conventions"] == ["delta_negated"]
    given = {verdict["name"]: verdict["given"] for verdict in found["verdicts"]}
    assert given["delta_o5"] == "-0.1274"


@pytest.mark.parametrize(
    "sheet",
    [
        {"delta_o5": "-0.1274"},
        {"delta_o5": "-0.1274", "delta_h3": "-0.0381"},
        {"delta_o5": "0.1274", "delta_h3": "-0.0381", "delta_h4": "0.0147"},
        {"delta_o5": "-0.3", "delta_h3": "0.2"},
    ],
)
def test_one_delta_or_some_or_wrong_ones_make_no_convention(sheet: dict[str, str]) -> None:
    assert conventions(sheet) == []


def test_a_flipped_error_that_goes_on_into_the_update_is_a_mistake() -> None:
    sheet = {
        "dE/dout_o5": "-0.5097",
        "delta_o5": "-0.1274",
        "delta_h3": "0.0381",
        "w5+": "-1.1933",
        "w6+": "1.1112",
    }
    found = checked(sheet)
    assert found.sheet_conventions == ()
    assert found.first_wrong is not None
    assert "error_sign_flipped" in [match.name for match in found.first_wrong.matches]


def test_a_wrong_delta_in_a_sheet_of_the_other_sign_is_still_wrong() -> None:
    found = checked(TEXTBOOK | {"delta_h4": "-0.0987"})
    assert [row.name for row in found.sheet_conventions] == ["delta_negated"]
    assert [f.verdict for f in found.findings if f.blamed] != []
