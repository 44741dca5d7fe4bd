"""The layers of the house: who may import whom."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from support.cli import python
from support.paths import PACKAGE

ROOMS = (
    "immutable", "visible", "spared", "signals", "errors", "bundled", "language", "digits", "formula",
    "arrays", "model", "engine", "graph", "config", "explain", "diagnose", "teach", "show", "page",
    "translation", "torch", "code", "api", "cli", "__main__",
)  # fmt: skip
"""From the ground up; a module imports from its own room and those below it."""

ONLY = {
    "rich": {"show/formats/terminal.py", "cli/"},
    "yaml": {"config/"},
    "typer": {"cli/"},
    "pydantic": {"config/"},
    "matplotlib": {"show/pictures/plot_matplotlib.py"},
    "pyarrow": {"show/recordings/parquet.py"},
    "torch": {"torch/"},
    "pandas": {"api/frames.py"},
    "IPython": {"api/notebook.py"},
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


@cache
def imported(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"tracer.{alias.name}" for alias in node.names if alias.name != "__version__"]
            names += inner if node.module == "tracer" else [node.module]
    return names


def floor(module: str) -> int:
    """The floor of the room that a module belongs to: its first name, inside `tracer`."""
    return ROOMS.index(module.split(".", maxsplit=1)[0])


@pytest.mark.parametrize("package", sorted(ONLY))
def test_a_package_is_imported_only_where_it_belongs(package: str) -> None:
    for path in modules():
        relative = path.relative_to(PACKAGE).as_posix()
        uses = any(name.split(".")[0] == package for name in imported(path))
        assert not uses or any(relative.startswith(place) for place in ONLY[package]), relative


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_lower_modules_never_import_higher_ones(path: Path) -> None:
    own = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for name in imported(path):
        if name.startswith("tracer."):
            assert floor(name.removeprefix("tracer.")) <= floor(own), f"tracer.{own} imports {name}"


KNOWS = {
    "show/document.py": ("formula", "model.quantity"),
    "show/symbols.py": ("visible",),
    "show/spoken.py": ("language", "show.document"),
    "show/formats": (
        "digits.whole",
        "errors",
        "language",
        "show.document",
        "show.formats",
        "show.pictures",
        "show.spoken",
        "show.symbols",
        "visible",
    ),
    "show/notation": (
        "digits",
        "errors",
        "formula",
        "graph.names",
        "language",
        "model",
        "show.notation",
        "show.symbols",
    ),
}
"""A format knows documents and objects, not the reports that make them, and no network or graph."""


@pytest.mark.parametrize("place", KNOWS)
def test_what_writes_knows_nothing_of_what_is_written_about(place: str) -> None:
    for path in modules():
        if path.relative_to(PACKAGE).as_posix().startswith(place):
            for name in imported(path):
                known = tuple(f"tracer.{room}" for room in ("immutable", *KNOWS[place]))
                assert name.startswith(known) or not name.startswith("tracer"), f"{path}: {name}"


def test_reports_and_formats_do_not_know_each_other() -> None:
    for path in sorted((PACKAGE / "show" / "reports").glob("*.py")):
        assert not any(name.startswith("tracer.show.formats") for name in imported(path)), path


def test_help_needs_neither_numpy_nor_rich_nor_yaml() -> None:
    program = (
        "import sys\n"
        "from tracer.cli import application\n"
        "try: application()(['--help'])\n"
        "except SystemExit: pass\n"
        "slow = {'numpy', 'rich', 'yaml', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)\n"
    )
    done = python(program)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
