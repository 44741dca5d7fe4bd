"""`bptrace page --exercise` in a browser: typed answers are judged as `bptrace check` judges them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from benchmarks.page_judge.compare import Said, compared
from benchmarks.page_judge.exercises import Example, bundled
from benchmarks.page_judge.sheets import Texts, sheets_of
from browser.conftest import Open
from support.browser import SCHEMES, WIDTHS, audit, require_browser, sticking_out
from support.cli import run, run_json
from support.hostile import hostile

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

require_browser()

SLIPS = {"net_h1": "0.0275", "out_h1": "0.5069", "net_h2": "0.9", "out_h2": "0.5969"}
"""Of mazur: a bias left out, what follows from it, a wrong number, and a right one."""
SHEETS = {"mazur": 66, "zhou": 33, "xor-thresholds": 33, "sigmoid-graph": 24}
"""So many sheets of these examples are judged in the browser too."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """What a learner does with the page, and what it says."""

    page: Page

    def field(self, name: str) -> Locator:
        return self.page.locator(f'input[data-answer="{name}"]')

    def type(self, answers: Mapping[str, str]) -> None:
        for name, text in answers.items():
            self.field(name).fill(text)
            self.field(name).press("Enter")

    def said(self, name: str) -> Locator:
        return self.page.locator(f'[data-verdict-of="{name}"]')

    def verdict(self, name: str) -> str | None:
        verdict: str | None = self.said(name).get_attribute("data-verdict")
        return verdict

    def show(self, name: str) -> Locator:
        return self.page.locator(f'[data-reveal="{name}"]')

    def points(self) -> str:
        text: str = self.page.locator("#points").inner_text()
        return text

    def yaml(self) -> str:
        return self.page.locator(".mine pre").text_content() or ""

    def check(self, example: Example, sheet: Texts, /) -> tuple[Said, float]:
        """What the page's judge says of a whole sheet, for `compared`."""
        said: Said = self.page.evaluate("sheet => window.bptrace.check(sheet)", sheet)
        return said, 0.0


class OpenExercise(Protocol):
    """The exercise of a configuration, opened; `window` is that of `open_page`."""

    def __call__(self, config: str | Path, *options: str, **window: Any) -> Exercise: ...


@pytest.fixture
def exercise(open_page: Open, tmp_path: Path) -> OpenExercise:
    def written(config: str | Path, *options: str, **window: Any) -> Exercise:
        path = tmp_path / f"exercise-{Path(config).stem}.html"
        run("page", config, "--exercise", *options, "-o", path, "--force")
        return Exercise(open_page(path, **window))

    return written


def test_answers_get_the_verdicts_of_check(exercise: OpenExercise, tmp_path: Path) -> None:
    sheet = exercise("mazur")
    sheet.type(SLIPS)
    answers = tmp_path / "answers.yaml"
    answers.write_text(sheet.yaml(), encoding="utf-8")
    checked = run_json("check", "mazur", answers, code=None)["verdicts"]
    assert {row["name"]: row["given"] for row in checked} == SLIPS
    assert {name: sheet.verdict(name) for name in SLIPS} == {
        r["name"]: r["verdict"] for r in checked
    }
    assert {sheet.verdict(name) for name in SLIPS} == {"mistake", "follows", "wrong", "right"}
    assert sheet.points().startswith("2.5 of 43 points")


def test_a_known_mistake_is_explained_by_its_sentence(exercise: OpenExercise) -> None:
    sheet = exercise("mazur")
    sheet.type({"net_h1": "0.0275"})
    told = sheet.said("net_h1").inner_text()
    assert "Matches bias_left_out. The bias is added to the net input" in told
    assert "0.3775" not in told


def test_what_is_corrected_is_right_from_then_on(exercise: OpenExercise) -> None:
    sheet = exercise("mazur")
    sheet.type({"net_h1": "0.0275"})
    sheet.type({"net_h1": "0.3775"})
    assert sheet.verdict("net_h1") == "right"
    sheet.type({"net_h1": ""})
    assert sheet.verdict("net_h1") is None
    assert sheet.said("net_h1").inner_text() == ""


def test_rounding_counts_as_right_and_is_told(exercise: OpenExercise) -> None:
    sheet = exercise("mazur")
    sheet.type({"net_h1": "0.37", "net_h2": "0.39", "out_h1": "0.59", "out_h2": "0.59"})
    assert "Cut off after 2 decimals" in sheet.points()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1,234", "may be 1.234 or 1234"),
        ("nonsense", "'nonsense' is not a number"),
        ("<img src=x onerror=alert(1)>", "is not a number"),
    ],
)
def test_what_is_no_number_is_told_and_not_judged(
    exercise: OpenExercise, text: str, told: str
) -> None:
    sheet = exercise("zhou")
    name = sheet.page.locator("[data-answer]").first.get_attribute("data-answer") or ""
    sheet.type({name: text})
    assert told in sheet.said(name).inner_text()
    assert sheet.verdict(name) is None
    assert sheet.field(name).get_attribute("aria-invalid") == "true"
    assert sheet.page.locator("img").count() == 0


def test_numbers_may_be_called_as_every_object_s_own_things(
    exercise: OpenExercise, open_page: Open, tmp_path: Path
) -> None:
    config = tmp_path / "odd.yaml"
    config.write_text(
        "graph: {inputs: {toString: 2, valueOf: 3},"
        " nodes: {constructor: toString*valueOf, hasOwnProperty: constructor + toString}}\n"
    )
    sheet = exercise(config)
    assert sheet.verdict("constructor") is None
    sheet.type({"constructor": "6", "hasOwnProperty": "9"})
    assert (sheet.verdict("constructor"), sheet.verdict("hasOwnProperty")) == ("right", "wrong")
    run("page", config, "-o", tmp_path / "odd.html")
    page = open_page(tmp_path / "odd.html")
    page.locator('.q[data-quantity="constructor"]').click()
    assert "native code" not in page.locator("#explanation").inner_text()
    assert page.evaluate("bptrace.values().constructor") == 6


def test_enter_goes_on_to_the_next_field(exercise: OpenExercise) -> None:
    sheet = exercise("mazur")
    fields = sheet.page.locator("[data-answer]")
    names = fields.evaluate_all("all => all.map(field => field.dataset.answer)")
    sheet.field(names[0]).focus()
    for name in names[:4]:
        assert sheet.page.evaluate("document.activeElement.dataset.answer") == name
        sheet.page.keyboard.type("0.5")
        sheet.page.keyboard.press("Enter")
    assert all(sheet.verdict(name) for name in names[:4])
    sheet.field(names[-1]).press("Enter")
    assert sheet.page.evaluate("document.activeElement === document.body")


def test_only_what_is_asked_for_is_asked(exercise: OpenExercise) -> None:
    sheet = exercise("mazur", "--ask", "E_total,delta_h1")
    fields = sheet.page.locator("[data-answer]")
    assert fields.evaluate_all("all => all.map(f => f.dataset.answer)") == ["E_total", "delta_h1"]
    sheet.type({"E_total": "0.298371"})
    assert sheet.verdict("E_total") in ("right", "rounding")
    assert " of 2 points" in sheet.points()


def test_answers_are_kept_until_they_are_cleared(exercise: OpenExercise) -> None:
    sheet = exercise("mazur")
    sheet.type(SLIPS)
    points = sheet.points()
    sheet.page.reload()
    assert {name: sheet.field(name).input_value() for name in SLIPS} == SLIPS
    assert sheet.verdict("net_h1") == "mistake"
    assert sheet.points() == points
    sheet.page.locator("[data-clear]").click()
    assert sheet.verdict("net_h1") is None
    sheet.page.reload()
    assert [sheet.field(name).input_value() for name in SLIPS] == ["", "", "", ""]
    assert sheet.points().startswith("0 of 43")


def test_right_values_are_never_shown_if_so_wanted(exercise: OpenExercise) -> None:
    sheet = exercise("mazur", "--reveal", "never")
    sheet.type(SLIPS)
    assert sheet.page.locator("[data-reveal]").count() == 0
    assert "0.3775" not in sheet.page.locator("main").inner_text()


def test_right_values_are_shown_after_a_try(exercise: OpenExercise) -> None:
    sheet = exercise("mazur")
    assert sheet.page.locator("[data-reveal]:visible").count() == 0
    sheet.type({"net_h1": "0.9"})
    assert sheet.show("net_h1").is_visible()
    assert not sheet.show("net_h2").is_visible()
    sheet.show("net_h1").click()
    assert float(sheet.field("net_h1").input_value()) == pytest.approx(0.3775)
    assert sheet.verdict("net_h1") in ("right", "rounding")
    assert sheet.points().startswith("0 of 43")
    assert not sheet.show("net_h1").is_visible()


def test_what_was_shown_earns_nothing_when_it_is_typed_again(exercise: OpenExercise) -> None:
    sheet = exercise("mazur", "--reveal", "always")
    assert sheet.show("net_h2").is_visible()
    sheet.show("net_h1").click()
    sheet.type({"net_h1": "0.38"})
    sheet.type({"net_h1": "0.3775"})
    assert sheet.verdict("net_h1") == "right"
    assert sheet.points().startswith("0 of 43")


def test_copied_answers_are_what_check_reads(exercise: OpenExercise, tmp_path: Path) -> None:
    sheet = exercise("mazur")
    sheet.type(SLIPS | {"dE/dw5": " +8.2e-2 "})
    sheet.page.locator("[data-copy]").click()
    assert sheet.page.locator(".mine pre").is_visible()
    answers = tmp_path / "answers.yaml"
    answers.write_text(sheet.yaml(), encoding="utf-8")
    checked = run_json("check", "mazur", answers, code=None)["verdicts"]
    assert {r["name"]: r["verdict"] for r in checked} == {
        name: sheet.verdict(name) for name in [*SLIPS, "dE/dw5"]
    }


def test_names_that_look_like_markup_are_asked_for(exercise: OpenExercise, tmp_path: Path) -> None:
    config = tmp_path / "hostile.yaml"
    config.write_text(hostile(), encoding="utf-8")
    page = exercise(config).page
    fields = page.locator("[data-answer]")
    assert fields.count() > 20
    for number in range(3):
        fields.nth(number).fill("0.5")
        fields.nth(number).press("Enter")
    assert page.locator("[data-verdict-of][data-verdict]").count() == 3
    assert page.evaluate("window.caught") is None


@pytest.mark.parametrize("name", SHEETS)
def test_whole_sheets_are_judged_as_check_judges_them(exercise: OpenExercise, name: str) -> None:
    judge = exercise(name)
    for sheet in sheets_of(bundled(name), Random(f"browser {name}"), SHEETS[name]):
        found = compared(sheet, judge)
        assert found.agrees, (sheet.kind, found.whole, list(found.differences), sheet.texts)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["mazur", "xor"])
def test_the_exercise_fits_every_window_and_shuts_nobody_out(
    exercise: OpenExercise, photograph: Callable[[Page, str], Path], name: str, scheme: str
) -> None:
    sheet = exercise(name, scheme=scheme)
    first = sheet.page.locator("[data-answer]").first.get_attribute("data-answer") or ""
    sheet.type({first: "0.9"} | (SLIPS if name == "mazur" else {}))
    audit(sheet.page)
    for width in WIDTHS:
        sheet.page.set_viewport_size({"width": width, "height": 800})
        assert sticking_out(sheet.page) == [], f"{width} pixels"
        if width in (400, 1280):
            photograph(sheet.page, f"exercise-{name}-{width}-{scheme}")
