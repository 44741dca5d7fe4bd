"""The pages of `--format html`: they fit every window, shut nobody out and ask for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from browser.conftest import Open
from support.browser import SCHEMES, WIDTHS, audit, require_browser, sticking_out
from support.cli import run
from support.hostile import TITLE, hostile
from tracer.show.formats import FORMATS

require_browser()
if "html" not in FORMATS:
    pytest.skip("no --format html yet", allow_module_level=True)

COMMANDS = (
    "run mazur",
    "run xor --sample all",
    "run mazur --view matrix",
    "run two-layer-net --view layers",
    "explain mazur dE/dw5 w5+ delta_h1",
    "explain mazur",
    "step mazur --iterations 10",
    "check mazur-free-biases",
    "why mazur w5+=0.35891648",
    "gradcheck mazur",
    "compare mazur mazur-free-biases",
    "graph apples-oranges",
    "worksheet mazur --key --formulas",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_fits_every_window_and_shuts_nobody_out(
    open_page: Open, file: Path, command: str
) -> None:
    run(*command.split(), "--format", "html", "-o", file, code=None)
    page = open_page(file)
    assert page.title()
    for scheme in SCHEMES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert sticking_out(page) == [], f"{scheme}, {width} pixels"
        audit(page)


def test_a_page_is_dark_where_people_want_it_dark(open_page: Open, file: Path) -> None:
    run("run", "mazur", "--format", "html", "-o", file)
    colours = {
        open_page(file, scheme=scheme).evaluate(
            "getComputedStyle(document.documentElement).backgroundColor"
            " + getComputedStyle(document.body).backgroundColor"
            " + getComputedStyle(document.body).color"
        )
        for scheme in SCHEMES
    }
    assert len(colours) == 2


@pytest.mark.parametrize("command", ["run", "explain", "step", "graph", "worksheet"])
def test_what_people_wrote_is_text(
    open_page: Open, file: Path, tmp_path: Path, command: str
) -> None:
    config = tmp_path / "hostile.yaml"
    config.write_text(hostile(), encoding="utf-8")
    run(command, config, "--format", "html", "-o", file)
    page = open_page(file)
    assert page.evaluate("window.caught") is None
    assert page.locator("img, svg[onload], a[href^='javascript']").count() == 0
    assert TITLE.split("\u202e", maxsplit=1)[0].strip() in str(page.text_content("body"))
    assert page.title().startswith("</title></style>")
