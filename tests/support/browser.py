"""Pages in a browser: what they ask the network for, complain of, hide, and shut people out with."""

from __future__ import annotations

import shutil
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

WIDTHS = (360, 400, 1280, 2560)
SCHEMES = ("light", "dark")

_STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = element => element && element !== document.body
    && (getComputedStyle(element).overflowX !== 'visible' || scrolls(element.parentElement));
  const found = [...document.body.querySelectorAll('*')]
    .filter(e => e.getBoundingClientRect().right > width + 0.5 && !scrolls(e.parentElement))
    .map(e => `${e.tagName.toLowerCase()}#${e.id}.${e.getAttribute('class') ?? ''} reaches `
      + `${Math.ceil(e.getBoundingClientRect().right)} of ${width} pixels`);
  return found.length ? found : [`the page is ${document.documentElement.scrollWidth} wide`];
}"""

_AUDIT = "; axe.run().then(found => found.violations)"


def chromium() -> str | None:
    """The path of this machine's Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def require_browser() -> None:
    """Skip the module that is being collected where it can't be run, with one line for all of them."""
    if find_spec("playwright") is None or find_spec("axe_playwright_python") is None:
        pytest.skip("no playwright here: `make test-browser` gets it", allow_module_level=True)
    if chromium() is None:
        pytest.skip("no Chromium here: Debian's package is `chromium`", allow_module_level=True)


def watched(context: BrowserContext) -> list[str]:
    """A list that fills with what the context's pages do wrong.

    Any request but for a file that is opened, or reloaded, as a page; errors on the console, and those
    that nothing has caught.
    """
    troubles: list[str] = []

    def requested(request: Any) -> None:
        page = request.is_navigation_request() and request.frame.parent_frame is None
        if not (page and request.url.startswith("file:")):
            troubles.append(f"request: {request.method} {request.url}")

    def said(message: Any) -> None:
        if message.type == "error":
            troubles.append(f"console: {message.text}")

    context.on("request", requested)
    context.on("console", said)
    context.on("weberror", lambda error: troubles.append(f"error: {error.error}"))
    return troubles


def sticking_out(page: Page) -> list[str]:
    """The elements that make the page wider than its window; none where it needs no sidewise scrolling.

    What scrolls in a box of its own is no trouble.
    """
    found: list[str] = page.evaluate(_STICKING_OUT)
    return found


def violations(page: Page) -> list[str]:
    """What axe-core finds in the page as it is now, a paragraph for each rule that is broken.

    By way of the debugger, which the page's content-security policy doesn't bind.
    """
    axe = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    session = page.context.new_cdp_session(page)
    expression = {"expression": axe + _AUDIT, "awaitPromise": True, "returnByValue": True}
    answer: dict[str, Any] = session.send("Runtime.evaluate", expression)
    session.detach()
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return [_told(rule) for rule in answer["result"]["value"]]


def _told(rule: dict[str, Any]) -> str:
    lines = [f"{rule['id']} ({rule['impact']}): {rule['help']}"]
    for node in rule["nodes"]:
        lines += [f"  {node['html'][:150]}", f"    {node['failureSummary']}"]
    return "\n".join(lines)


def audit(page: Page) -> None:
    """Assert that axe-core finds nothing."""
    found = violations(page)
    assert not found, "\n" + "\n".join(found)
