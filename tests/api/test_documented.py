"""Every public name is documented, with examples that run."""

from __future__ import annotations

import doctest
import pkgutil
import re
from importlib import import_module

import pytest

import tracer
import tracer.api
from support.cli import python
from support.paths import DOCS

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = [found.name for found in pkgutil.iter_modules(tracer.api.__path__, "tracer.api.")]


@pytest.mark.parametrize("module", ["tracer.api", *MODULES])
def test_the_examples_in_docstrings_come_out(module: str) -> None:
    results = doctest.testmod(import_module(module), optionflags=FLAGS)
    assert results.failed == 0


def test_the_examples_of_the_page_come_out() -> None:
    page = str(DOCS / "python.md")
    assert doctest.testfile(page, module_relative=False, optionflags=FLAGS).failed == 0


def test_every_public_name_is_documented_and_hides_no_module() -> None:
    assert sorted((*tracer.api.__all__, "__version__", "load_ipython_extension")) == tracer.__all__
    assert set(tracer.__all__) <= set(dir(tracer))
    words = set(re.findall(r"\w+", (DOCS / "python.md").read_text(encoding="utf-8")))
    modules = {found.name for found in pkgutil.iter_modules(tracer.__path__)}
    for name in tracer.__all__:
        assert name in words, name
        assert name not in modules
        assert name == "__version__" or getattr(tracer, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'tracer'"):
        tracer.tracer  # type: ignore[attr-defined]  # noqa: B018


def test_every_attribute_of_a_result_stands_on_the_page() -> None:
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    for name in tracer.api.__all__:
        public = getattr(tracer, name)
        if isinstance(public, type) and public.__module__.startswith("tracer.api"):
            for attribute in vars(public):
                private = attribute.startswith("_")
                assert private or f".{attribute}" in page or f"`{attribute}" in page, (
                    name,
                    attribute,
                )


def test_importing_tracer_is_light() -> None:
    program = (
        "import sys, tracer\n"
        "dir(tracer), tracer.__version__, hasattr(tracer, 'nothing')\n"
        "slow = {'numpy', 'rich', 'yaml', 'pydantic', 'typer'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)\n"
    )
    done = python(program)
    assert done.returncode == 0, done.stderr
