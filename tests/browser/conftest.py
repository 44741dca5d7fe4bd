"""A browser, and pages opened in it that ask for nothing and complain of nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from support.browser import chromium, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_MEASURED = "measured in a browser"


class Open(Protocol):
    """Opens a file in a window of its own; a test fails whose pages request or complain."""

    def __call__(
        self, path: Path, *, width: int = 1280, height: int = 800, scheme: str = "light"
    ) -> Page: ...


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, for the modules that `require_browser`."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    sandbox = os.name != "posix" or os.geteuid() != 0
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, chromium_sandbox=sandbox)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    contexts, troubles = [], []

    def open_file(
        path: Path, *, width: int = 1280, height: int = 800, scheme: str = "light"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        contexts.append(context)
        troubles.append(watched(context))
        page = context.new_page()
        page.goto(path.resolve().as_uri())
        return page

    yield open_file
    for context in contexts:
        context.close()
    found = "\n".join(chain.from_iterable(troubles))
    assert not found, found


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for pictures to be looked at; `--basetemp DIR` puts it into DIR."""
    folder = tmp_path_factory.getbasetemp() / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def photograph(screenshots: Path) -> Callable[[Page, str], Path]:
    """Keeps what a page looks like, in whole, under a name."""

    def keep(page: Page, name: str) -> Path:
        path = screenshots / f"{name}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    return keep


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str, float], None]:
    """Has a number of milliseconds told at the end of the run; whether it is good is no matter."""
    return lambda what, milliseconds: record_property(_MEASURED, f"{what}: {milliseconds:.1f} ms")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = terminalreporter.stats.get("passed", [])
    told = [text for r in reports for name, text in r.user_properties if name == _MEASURED]
    if told:
        terminalreporter.section(_MEASURED)
    for text in told:
        terminalreporter.line(str(text))
