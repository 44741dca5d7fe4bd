"""Recordings written by pyarrow, where it is installed: `make test-parquet`."""

from __future__ import annotations

import csv
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pytest

from support.cli import run
from tracer.config import load
from tracer.diagnose.answers.named import recording_of
from tracer.explain.calculation import timeline_of
from tracer.show.recordings.layouts import layout_of
from tracer.show.recordings.parquet import ParquetRecording

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


@pytest.mark.parametrize("name", ["mazur", "four-equations", "descent-momentum"])
def test_a_file_does_not_depend_on_how_its_blocks_are_cut(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pyarrow import parquet

    monkeypatch.setattr("tracer.show.recordings.parquet._ROWS_A_GROUP", 100)
    path = Path(f"configs/{name}.yaml")
    if name == "four-equations":  # three samples, then two, and again
        text = path.read_text(encoding="utf-8").replace("batch: full", "batch: 3")
        path = tmp_path / "net.yaml"
        path.write_text(text, encoding="utf-8")
    experiment = load(path)
    written = []
    for reached in ((40,), range(1, 41), (7, 8, 31, 40)):
        stream, timeline = BytesIO(), timeline_of(experiment)
        recording = recording_of(timeline, 1)
        writer = ParquetRecording(layout_of(timeline, ()), stream)
        for done in reached:
            for block in recording.blocks(done):
                writer.write(block)
                recording.take(block)
        writer.end()
        written.append(stream.getvalue())
    assert written[0] == written[1] == written[2]
    data = parquet.ParquetFile(BytesIO(written[0])).metadata
    sizes = [data.row_group(k).num_rows for k in range(data.num_row_groups)]
    assert len(sizes) > 1
    assert set(sizes[:-1]) == {100}
