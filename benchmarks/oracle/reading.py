"""What the command says of a configuration, read from its JSON: name → number, by iterations."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

Numbers = dict[str, float]


class RefusedError(Exception):
    """The command ended with an error; its text."""


def command(words: Sequence[str]) -> Any:
    """What `bptrace … --format json` prints.

    Raises RefusedError with what it says on standard error.
    """
    full = [sys.executable, "-m", "tracer", *words, "--format", "json"]
    done = subprocess.run(full, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RefusedError(done.stderr.strip() or done.stdout.strip())
    return json.loads(done.stdout)


def iterations(path: Path, count: int, *, network: bool = True) -> list[Numbers]:
    """All numbers of `run`, by the contract's names, `#` with each sample's own."""
    samples = ["--sample", "all"] if network else []
    said = command(["run", str(path), "--iterations", str(count), *samples])
    return [dict(_numbers(row)) for row in said["iterations"]]


def _numbers(row: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for key, name in (("loss", "loss"), ("learning_rate", "lr"), ("penalty", "penalty")):
        if key in row:
            yield name, row[key]
    for sample in row.get("samples", ()):
        for name, number in sample["quantities"].items():
            yield f"{name}#{sample['sample']}", number
    for name, parameter in row["parameters"].items():
        yield from _parameter(name, parameter, "f" if "graph" in row else "E")
    for name, node in row.get("graph", {}).get("nodes", {}).items():
        yield name, node["value"]


def _parameter(name: str, said: dict[str, Any], loss: str) -> Iterator[tuple[str, float]]:
    """A parameter's numbers, under their names."""
    names = {
        "before": name, "after": f"{name}+", "gradient": f"d{loss}/d{name}",
        "data": f"d{loss}/d{name}:data", "penalty": f"d{loss}/d{name}:penalty",
        "clipped": f"g_{name}", "mhat": f"mhat_{name}", "vhat": f"vhat_{name}",
    }  # fmt: skip
    for key, called in names.items():
        if key in said:
            yield called, said[key]
    for letter, state in said.get("state", {}).items():
        yield f"{letter}_{name}", state["before"]
        yield f"{letter}_{name}+", state["after"]


def explained(path: Path, names: Iterable[str]) -> Numbers:
    """What `explain` gives for each name."""
    return {row["name"]: row["value"] for row in command(["explain", str(path), *names])}
