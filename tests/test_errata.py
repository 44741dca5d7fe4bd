"""docs/errata.md is what `check` and `why` find in the bundled examples, and says what is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.errata import __main__ as command
from benchmarks.errata.found import Erratum, Example, errata, found
from benchmarks.errata.page import page
from support.networks import shipped
from support.paths import DOCS
from test_examples import PUBLISHED, WRONG
from tracer.diagnose.answers import read_answers
from tracer.diagnose.check import check, with_reasons
from tracer.digits.agreement import Agreement, agreement

PAGE = DOCS / "errata.md"


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(found())


def of(text: str) -> Example:
    """The classic example, in which these numbers were published."""
    experiment = shipped("mazur")
    checked = with_reasons(check(experiment, read_answers(text.encode(), "-", experiment)))
    return Example("mine", "Mine", "Somebody, 2020", checked)


def only(text: str) -> Erratum:
    (one,) = errata(of(text).checked)
    return one


def told(text: str) -> str:
    return " ".join(page([of(text)]).split())


def test_the_page_is_what_is_found_today(
    examples: list[Example], request: pytest.FixtureRequest
) -> None:
    text = page(examples)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "make errata writes it anew"


def test_every_number_that_isnt_right_stands_there_with_the_right_one() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").split("\n")]
    cells = {(row[0].removeprefix("| "), row[1], row[2].strip("`")) for row in rows if len(row) > 2}
    for (name, iteration, after, quantity), right in WRONG.items():
        (written,) = (
            block.values[quantity]
            for example, _, block in PUBLISHED
            if (example, block.iteration, block.after) == (name, iteration, after)
            and quantity in block.values
        )
        assert (written.text, f"{right:.{written.decimals}f}", quantity) in cells


def test_no_number_of_the_page_is_right_to_its_digits(examples: list[Example]) -> None:
    every = [each for example in examples for each in errata(example.checked)]
    assert len(every) > len(WRONG)
    for each in every:
        assert agreement(each.finding.answer.written, each.exact) is not Agreement.ROUNDED
        assert float(each.right) != float(each.published)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{dE/dw5: 0.08217, w5+: 0.4411}", "mistake"),
        ("{net_h1: 0.4321}", "slip"),
        ("{out_h1: 0.5932}", "cut"),
        ("{out_h1: 0.59, out_h2: 0.60, net_o1: 1.1040}", "rounded"),
        ("[{after: 1, values: {E_total: 0.291027924}}]", "conventions"),
    ],
)
def test_the_kinds_of_reasons(text: str, kind: str) -> None:
    assert only(text).kind == kind


def test_the_kinds_of_reasons_in_what_was_published(examples: list[Example]) -> None:
    kinds = {
        (example.name, each.published): each.kind
        for example in examples
        for each in errata(example.checked)
    }
    assert kinds["mazur", "-0.019049119"] == "rounded"
    assert kinds["mazur", "0.291027924"] == "conventions"
    assert kinds["mazur", "0.0000351085"] == "update"
    assert kinds["mazur", "0.000035085"] == "conventions"
    assert kinds["recurrent-two-steps", "0.7790"] == "slip"
    assert kinds["recurrent-two-steps", "1.558"] == "follows"
    assert kinds["lstm-two-steps", "0.78572"] == "stepwise"
    assert kinds["appendix-b", "0.1311"] == "rounded"
    assert kinds["zhou", "0.0214"] == "rounded"
    assert kinds["adam-by-hand", "4.7003"] == "rounded"
    assert kinds["adam-by-hand", "0.28790"] == "cut"


def test_a_known_mistake_is_named_with_its_formula() -> None:
    shown = told("{dE/dw5: 0.08217, w5+: 0.4411}")
    assert "a slip: gradient\\_added" in shown
    assert "It should be 0.3589 (0.358916479718). Matches gradient\\_added." in shown


def test_a_number_of_the_update_before_is_told_as_such() -> None:
    one, two = "0.291027774", "0.283547133"
    text = f"[{{after: 1, values: {{E_total: {one}}}}}, {{after: 2, values: {{E_total: {{}}}}}}]"
    first, second = errata(of(text.replace("{}", "0.291027774")).checked)
    assert (first.kind, first.right) == ("update", two)
    assert second.published == one
    assert not list(errata(of(text.replace("{}", two)).checked))


def test_numbers_too_coarse_to_tell_are_no_errata() -> None:
    assert not list(errata(of("{net_h1: 0.3775, dE/dw1: 0.00}").checked))


def test_the_command_writes_the_page(
    tmp_path: Path,
    examples: list[Example],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "found", lambda: examples)
    command.main([str(tmp_path / "page.md")])
    command.main([])
    written = (tmp_path / "page.md").read_text(encoding="utf-8")
    assert written == capsys.readouterr().out == page(examples)
