"""Golden files: `tests/golden/CASE.*` holds what a command prints; --update-golden rewrites them."""

from __future__ import annotations

import gc
import os
import re
import signal
import sys
from functools import cache
from typing import Protocol

import pytest
import typer.main
import typer.testing
from hypothesis import settings
from hypothesis.internal.conjecture import providers

from support.paths import GOLDEN

FULL_PRECISION = {".csv", ".json"}
NUMBER = re.compile(r"(?<![\w#@+])(-?\d+\.\d+(?:e[-+]?\d+)?)")


class CompareGolden(Protocol):
    """Asserts that the text is what the golden file of this name holds."""

    def __call__(self, text: str, name: str) -> None: ...


# Nobody's own language: what is printed is English, in processes that tests start too.
os.environ["LC_ALL"] = "C.UTF-8"
os.environ.pop("LANGUAGE", None)

# Who runs the tests in the background (`make test &`) passes on that SIGINT is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The same few examples every time: a build must not fail by chance, nor take long.
# HYPOTHESIS_PROFILE=explore draws new ones, and many.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=30)
settings.register_profile("explore", deadline=None, max_examples=300)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "steady")
settings.load_profile(PROFILE)
if PROFILE == "steady":
    # Nor by what else has run: Hypothesis takes numbers from the sources that happen to be loaded.
    providers._get_local_constants = lambda: providers._local_constants


# Building the commands would take half of the time of most tests that run one.
typer.testing._get_command = cache(typer.main.get_command)  # type: ignore[attr-defined]


# There is much to look through and little to collect: the default would take a tenth of the time.
gc.set_threshold(50_000, 20, 50)


def pytest_configure(config: pytest.Config) -> None:
    """Keep bytecode in pytest's cache where it is to be kept out of the sources.

    Without any, each process of `bptrace` would compile the whole package anew.
    """
    cache = getattr(config, "cache", None)
    if sys.dont_write_bytecode and cache is not None:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(cache.mkdir("bytecode"))
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage in Hypothesis' tests: it takes three times as long, and adds no line."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is printed depends on the width and colours of nobody's terminal."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> CompareGolden:
    update: bool = request.config.getoption("--update-golden")

    def compare(text: str, name: str) -> None:
        path = GOLDEN / name
        if update:
            path.write_text(text, encoding="utf-8", newline="")
        expected = path.read_text(encoding="utf-8")
        if path.suffix in FULL_PRECISION:  # the last digits depend on the machine
            words, wanted = NUMBER.split(text), NUMBER.split(expected)
            assert words[::2] == wanted[::2]
            numbers = [float(number) for number in wanted[1::2]]
            assert [float(number) for number in words[1::2]] == pytest.approx(numbers, rel=1e-9)
        else:
            assert text == expected

    return compare
