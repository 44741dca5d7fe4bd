"""What the tests in a browser go by notices what it is there for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.conftest import Open
from support.browser import audit, require_browser, sticking_out, violations, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

require_browser()

SOUND = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>A page</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
</head>
<body><main><h1>A page</h1>{}</main></body>
</html>
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "page.html"


def troubles_of(browser: Browser, file: Path, text: str) -> list[str]:
    file.write_text(text, encoding="utf-8")
    context = browser.new_context()
    troubles = watched(context)
    page = context.new_page()
    page.goto(file.as_uri(), wait_until="load")
    page.reload()
    context.close()
    return troubles


def opened(open_page: Open, file: Path, content: str, width: int = 400) -> Page:
    file.write_text(SOUND.format(content), encoding="utf-8")
    return open_page(file, width=width)


def test_a_page_that_is_opened_and_reloaded_is_no_trouble(browser: Browser, file: Path) -> None:
    assert troubles_of(browser, file, SOUND.format("<p>Nothing.</p>")) == []


@pytest.mark.parametrize(
    "loads",
    [
        "<img src='file:///nowhere/a.png' alt='A'>",
        "<link rel='stylesheet' href='https://example.invalid/a.css'>",
        "<iframe src='other.html'></iframe>",
        "<script>fetch('https://example.invalid/').catch(() => 0)</script>",
    ],
)
def test_a_request_is_noticed(browser: Browser, file: Path, loads: str) -> None:
    assert any(t.startswith("request: GET") for t in troubles_of(browser, file, f"<p>{loads}</p>"))


@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("console.error('oh')", "console: oh"),
        ("throw new Error('oh')", "error: oh"),
        ("Promise.reject(new Error('oh'))", "error: oh"),
    ],
)
def test_an_error_is_noticed(browser: Browser, file: Path, script: str, trouble: str) -> None:
    found = troubles_of(browser, file, f"<script>{script}</script>")
    assert any(trouble in line for line in found), found


def test_what_the_policy_forbids_is_noticed(browser: Browser, file: Path) -> None:
    found = troubles_of(browser, file, SOUND.format("<script>alert(1)</script>"))
    assert any("Content Security Policy" in line for line in found), found


def test_the_audit_finds_what_shuts_people_out(open_page: Open, file: Path) -> None:
    page = opened(open_page, file, "<p style='color: #bbb'>Faint</p><input><h4>Deep</h4>")
    found = "\n".join(violations(page))
    for rule in ("color-contrast", "label", "heading-order"):
        assert f"{rule} (" in found
    with pytest.raises(AssertionError, match="color-contrast"):
        audit(page)


def test_the_audit_finds_nothing_in_a_sound_page(open_page: Open, file: Path) -> None:
    audit(opened(open_page, file, "<p>Nothing.</p>"))


def test_what_sticks_out_is_named(open_page: Open, file: Path) -> None:
    wide = "<div id='wide' style='width: 600px'>wide</div>"
    assert sticking_out(opened(open_page, file, wide, 700)) == []
    found = sticking_out(opened(open_page, file, wide, 400))
    assert len(found) == 1
    assert "div#wide" in found[0]
    boxed = f"<div style='overflow-x: auto'>{wide}</div>"
    assert sticking_out(opened(open_page, file, boxed, 400)) == []
