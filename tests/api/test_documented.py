"""Every public name is documented, with examples that run."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import tracer.api

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [found.name for found in pkgutil.iter_modules(tracer.api.__path__, "tracer.api.")]


@pytest.mark.parametrize("module", ["tracer.api", *MODULES])
def test_the_examples_in_docstrings_come_out(module: str) -> None:
    results = doctest.testmod(import_module(module), optionflags=FLAGS)
    assert results.failed == 0
