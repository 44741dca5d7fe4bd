"""`bptrace page` in a browser: it calculates as the engine does, also what people change in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pytest

from browser.conftest import Open
from support.browser import SCHEMES, WIDTHS, audit, require_browser, sticking_out
from support.calculating_page import (
    Calculating,
    Described,
    Expected,
    agree,
    changes,
    disagreements,
    edited,
)
from support.cli import run, run_json
from support.hostile import TITLE, hostile
from support.networks import shipped
from support.paths import EXAMPLES
from support.planting import random_experiment
from tracer.cli.commands import COMMANDS
from tracer.config import load
from tracer.config.writing import dump
from tracer.formula import symbols
from tracer.model.experiment import Experiment

if TYPE_CHECKING:
    from playwright.sync_api import Page

require_browser()
if "page" not in COMMANDS:
    pytest.skip("no `bptrace page` yet", allow_module_level=True)

SMALL = 400
"""Kilobytes of a small example's page at most, and quantities that a sample of such an example has."""
VIEWS = ("forward", "backward", "update")
EXPERIMENTS = {path.stem: load(path) for path in EXAMPLES}
SMALL_ONES = [name for name, e in EXPERIMENTS.items() if len(Expected(e)) < SMALL]
WIDE_ONES = [name for name in EXPERIMENTS if name not in SMALL_ONES]
TRAINED = [name for name in SMALL_ONES if EXPERIMENTS[name].training]
SAMPLES = {
    name: len(e.data or e.predict or ())
    for name, e in EXPERIMENTS.items()
    if isinstance(e, Experiment)
}
FEW_NUMBERS = [
    n for n in SMALL_ONES if sum(1 for _ in Expected(EXPERIMENTS[n]).trace.order()) < SMALL
]
"""The small ones whose batch has few numbers: the run's JSON, in the page, has those of all samples."""
BATCHES = [name for name in SMALL_ONES if SAMPLES.get(name, 1) > 1]


class OpenPage(Protocol):
    """The page of a configuration, opened; keywords are those of `open_page`."""

    def __call__(self, config: str | Path, **window: Any) -> Calculating: ...


Write = Callable[["str | Path"], Path]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Write:
    """Writes the page of a configuration, that of an example once for all processes of the run."""
    own = tmp_path_factory.mktemp("pages")
    shared = own if worker_id == "master" else own.parent.parent / "pages"
    shared.mkdir(exist_ok=True)

    def write(config: str | Path) -> Path:
        path = own / f"page-{Path(config).stem}.html"
        known = shared / path.name
        if isinstance(config, str) and known.exists():
            return known
        run("page", config, "-o", path, "--force")
        return path if isinstance(config, Path) else path.replace(known)

    return write


@pytest.fixture
def calculating(open_page: Open, written: Write) -> OpenPage:
    return lambda config, **window: Calculating(open_page(written(config), **window))


def changed(experiment: Described) -> tuple[dict[str, float], Described]:
    """What is typed in, and the experiment that comes of it."""
    wanted = changes(experiment)
    return wanted, edited(experiment, wanted)


@pytest.mark.parametrize("name", SMALL_ONES)
def test_every_number_is_the_engines_also_after_an_edit(calculating: OpenPage, name: str) -> None:
    page = calculating(name)
    assert page.shown()
    assert disagreements(page, EXPERIMENTS[name]) == []
    wanted, experiment = changed(EXPERIMENTS[name])
    page.edit(wanted)
    assert disagreements(page, experiment) == []
    page.do("reset")
    assert disagreements(page, EXPERIMENTS[name]) == []


@pytest.mark.parametrize("name", WIDE_ONES)
def test_what_a_wide_network_shows_is_the_engines(calculating: OpenPage, name: str) -> None:
    page, expected = calculating(name), Expected(EXPERIMENTS[name])
    assert page.shown()
    assert [n for n, value in page.values().items() if not agree(value, expected[n])] == []


@pytest.mark.parametrize("name", TRAINED)
def test_updates_are_the_engines_also_after_an_edit(calculating: OpenPage, name: str) -> None:
    page = calculating(name)
    wanted, experiment = changed(EXPERIMENTS[name])
    page.edit(wanted)
    page.do("update")
    assert disagreements(page, experiment, 2) == []
    page.do("ten")
    assert disagreements(page, experiment, 12) == []
    for iteration in (1, 5):
        page.slide(iteration)
        assert disagreements(page, experiment, iteration) == []


@pytest.mark.parametrize("name", BATCHES)
def test_each_sample_can_be_looked_at(calculating: OpenPage, name: str) -> None:
    """One that isn't in the batch is looked for in those that follow."""
    page = calculating(name)
    for sample in (2, SAMPLES[name], 1):
        page.choose_sample(sample)
        assert page.sample() == sample
        assert disagreements(page, EXPERIMENTS[name], page.iteration()) == []


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_are_calculated_as_by_the_engine(
    calculating: OpenPage, tmp_path: Path, seed: int
) -> None:
    experiment = random_experiment(np.random.default_rng(seed))
    config = tmp_path / "random.yaml"
    config.write_text(dump(experiment), encoding="utf-8")
    page = calculating(config)
    assert disagreements(page, experiment) == []
    wanted, other = changed(experiment)
    page.edit(wanted)
    page.do("update", 3)
    assert disagreements(page, other, 4) == []


@pytest.mark.parametrize("order", ["output_first", "simultaneous"])
def test_the_update_order_can_be_switched(calculating: OpenPage, order: str) -> None:
    own = "mazur" if order == "output_first" else "mazur-as-published"
    experiment = shipped(own)
    assert experiment.training
    other = replace(experiment, training=replace(experiment.training, update_order=order))
    page = calculating(own)
    page.switch("update_order", order)
    assert disagreements(page, other) == []
    page.do("update")
    assert disagreements(page, other, 2) == []


def test_what_is_clicked_is_explained_and_leads_on(calculating: OpenPage) -> None:
    page, trace = calculating("mazur"), Expected(shipped("mazur")).trace
    page.page.locator('[data-quantity="dE/dw5"]:visible').first.click()
    for name in ("dE/dw5", "delta_o1", "dE/dout_o1"):
        wanted = {trace.names.bare(key) for key in symbols(trace.formula(trace.find(name)))}
        assert wanted <= page.explained_with() | {name}
        following = {"dE/dw5": "delta_o1", "delta_o1": "dE/dout_o1"}.get(name)
        if following:
            page.page.locator(f'#explanation [data-quantity="{following}"]').first.click()


def test_arrow_keys_and_buttons_go_through_the_calculation(calculating: OpenPage) -> None:
    page = calculating("mazur")
    page.do("next")
    seen = [page.explanation()]
    for _ in range(4):
        page.page.locator("body").press("ArrowRight")
        seen.append(page.explanation())
    assert len(set(seen)) == len(seen)
    page.page.locator("body").press("ArrowLeft")
    assert page.explanation() == seen[-2]
    page.do("previous", 2)
    assert page.explanation() == seen[-4]


def test_keys_typed_into_a_field_stay_in_it(calculating: OpenPage) -> None:
    page = calculating("mazur")
    page.do("next")
    before = page.explanation()
    page.page.locator('input[data-edit="w5"]').first.press("ArrowRight")
    assert page.explanation() == before


@pytest.mark.parametrize("text", ["", "-", "1e", "nonsense", "1e999"])
def test_what_is_no_number_changes_nothing_else(calculating: OpenPage, text: str) -> None:
    page = calculating("mazur")
    page.page.locator('input[data-edit="w5"]').first.evaluate(
        "(field, text) => { field.value = text;"
        " for (const kind of ['input', 'change'])"
        "   field.dispatchEvent(new Event(kind, {bubbles: true})); }",
        text,
    )
    values = page.values()
    assert all(isinstance(value, int | float) and abs(value) < 1e6 for value in values.values())
    page.edit({"w5": 0.4})
    assert disagreements(page, shipped("mazur")) == []


def test_everything_is_done_by_keyboard(calculating: OpenPage) -> None:
    page = calculating("mazur")
    for what in ("update", "ten", "reset", "next"):
        button = page.page.locator(f'button[data-do="{what}"]').first
        button.focus()
        assert button.evaluate("element => element === document.activeElement")
        page.page.keyboard.press("Enter")
    page.page.locator('[data-quantity="dE/dw5"]:visible').first.focus()
    assert page.page.evaluate("document.activeElement.dataset.quantity") == "dE/dw5"
    page.page.keyboard.press("Enter")
    assert "delta_o1" in page.explained_with()


@pytest.mark.parametrize("name", FEW_NUMBERS)
def test_the_page_of_a_small_example_is_small_and_loads_nothing(written: Write, name: str) -> None:
    file = written(name)
    assert file.stat().st_size < SMALL * 1000
    text = file.read_text(encoding="utf-8")
    assert "default-src 'none'" in text


@pytest.mark.parametrize("name", ["mazur", "xor", "apples-oranges"])
def test_the_runs_json_stands_in_the_page(calculating: OpenPage, name: str) -> None:
    text = calculating(name).page.locator("#bptrace-data").text_content()
    assert json.loads(text or "") == run_json("run", name)


def test_what_people_wrote_is_text(calculating: OpenPage, tmp_path: Path) -> None:
    config = tmp_path / "hostile.yaml"
    config.write_text(hostile(), encoding="utf-8")
    experiment = load(config)
    page = calculating(config)
    assert disagreements(page, experiment) == []
    page.choose_sample(2)
    page.choose_sample(1)
    for name in sorted({name for name, *_ in page.shown()}):
        found = page.page.locator(f"[data-quantity={json.dumps(name)}]:visible")
        if found.count():
            found.first.dispatch_event("click")  # lines that cross others can be hit elsewhere
    page.do("update")
    assert disagreements(page, experiment, 2) == []
    assert page.page.evaluate("window.caught") is None
    assert page.page.locator("img, svg[onload], a[href^='javascript']").count() == 0
    assert page.page.title().startswith("</title></style>")
    assert TITLE.split("\u202e", maxsplit=1)[0].strip() in str(page.page.text_content("body"))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["mazur", "xor", "zhou-neuron", "lstm-two-steps", WIDE_ONES[0]])
def test_every_view_fits_every_window_and_shuts_nobody_out(
    calculating: OpenPage, photograph: Callable[[Page, str], Path], name: str, scheme: str
) -> None:
    page = calculating(name, scheme=scheme)
    page.do("next", 2)
    audit(page.page)
    for view in [v for v in VIEWS if page.view(v).is_visible()] or ["alone"]:
        if view != "alone":
            page.view(view).click()
        for width in WIDTHS:
            page.page.set_viewport_size({"width": width, "height": 800})
            assert sticking_out(page.page) == [], f"{view}, {width} pixels"
            if width in (400, 1280):
                photograph(page.page, f"{name}-{view}-{width}-{scheme}")


_PAINTED = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntriesByName('first-contentful-paint')[0].startTime))
  .observe({type: 'paint', buffered: true}))"""

_EDITED = """field => new Promise(done => {
  const start = performance.now();
  field.value = '0.41';
  field.dispatchEvent(new Event('input', {bubbles: true}));
  field.dispatchEvent(new Event('change', {bubbles: true}));
  document.body.getBoundingClientRect();
  const calculated = performance.now() - start;
  requestAnimationFrame(() => setTimeout(() => done([calculated, performance.now() - start])));
})"""


@pytest.mark.parametrize("name", ["mazur", "xor", "two-layer-net", *WIDE_ONES])
def test_how_long_the_first_view_and_an_edit_take(
    calculating: OpenPage, measured: Callable[[str, float], None], name: str
) -> None:
    page = calculating(name).page
    first = page.evaluate(_PAINTED)
    assert first > 0
    measured(f"{name}: first view", first)
    field = page.locator('input[data-edit="w5"]').first
    if field.count():
        calculated, painted = field.evaluate(_EDITED)
        measured(f"{name}: an edit, calculated and laid out", calculated)
        measured(f"{name}: an edit, on the screen", painted)
