"""The least program with this stack, to compare a start with: it does nothing that is ours.

Typer with sixteen options, NumPy, a YAML file, one pydantic model, one table by rich.
`python -m benchmarks.least FILE`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

_OPTION = Annotated[str | None, typer.Option(help="An option.")]


def least(  # noqa: PLR0913, PLR0917 - that many options are the point
    path: Path,
    a: _OPTION = None,
    b: _OPTION = None,
    c: _OPTION = None,
    d: _OPTION = None,
    e: _OPTION = None,
    f: _OPTION = None,
    g: _OPTION = None,
    h: _OPTION = None,
    i: _OPTION = None,
    j: _OPTION = None,
    k: _OPTION = None,
    m: _OPTION = None,
    n: _OPTION = None,
    p: _OPTION = None,
    q: _OPTION = None,
    r: _OPTION = None,
) -> None:
    """Read a file, check it, calculate with it, print a table."""
    import numpy as np
    import yaml
    from pydantic import BaseModel
    from rich.console import Console
    from rich.table import Table

    class Model(BaseModel):
        title: str
        network: dict[str, Any]

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    model = Model(**yaml.load(path.read_text(encoding="utf-8"), loader))
    weights = np.array(model.network["layers"][0]["weights"])
    table = Table("row", "sum", title=model.title)
    for number, total in enumerate(weights.sum(axis=1)):
        table.add_row(str(number), f"{total:.9f}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(least)
