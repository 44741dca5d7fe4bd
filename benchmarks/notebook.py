"""The notebook of docs: run in a kernel, its outputs kept as light as they can be shown.

Of the ways in which a result shows itself, a picture or Markdown goes before HTML: those can be read
in the file, and GitHub shows them. Frames of live pages are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

_LIGHTEST = ("image/svg+xml", "text/markdown", "text/html")
_FRAME = "<iframe"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a notebook and write its outputs into it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.notebook", description=__doc__)
    parser.add_argument("notebook", type=Path)
    path = parser.parse_args(arguments).notebook
    notebook = executed(path)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if "data" in output:
                output["data"] = lightest(output["data"])
    nbformat.write(notebook, path)


def executed(path: Path) -> Any:
    """The notebook with the outputs of its cells, run in a kernel of its own in the file's folder."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, resources=resources, record_timing=False).execute()
    return notebook


def lightest(data: Mapping[str, Any]) -> dict[str, Any]:
    """Text, and one other way to show it."""
    ways = [way for way in _LIGHTEST if way in data and _FRAME not in data[way]][:1]
    return {way: data[way] for way in (*ways, "text/plain")}


if __name__ == "__main__":
    main()
