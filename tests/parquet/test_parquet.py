"""Recordings written by pyarrow, where it is installed: `make test-parquet`."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from pathlib import Path

import pytest

from support.cli import run

if find_spec("pyarrow") is None:
    pytest.skip("pyarrow is not installed: make test-parquet", allow_module_level=True)


@pytest.mark.parametrize("name", ["mazur", "four-equations", "descent-momentum"])
def test_parquet_has_the_rows_of_the_csv(name: str, tmp_path: Path) -> None:
    from pyarrow import parquet

    for ending in ("csv", "parquet"):
        run("step", name, "-n", 3, "--record", tmp_path / f"a.{ending}")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    found = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    told = [{k: "" if x is None else str(x) for k, x in row.items()} for row in found]
    assert told == expected


def test_an_empty_recording_is_a_file_too(tmp_path: Path) -> None:
    from pyarrow import parquet

    run("step", "mazur", "-n", 0, "--record", tmp_path / "a.parquet")
    assert parquet.read_table(tmp_path / "a.parquet").num_rows == 0
