"""Samples from CSV files."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.configs import file_problems, spoiled
from tracer.config import load
from tracer.model.experiment import Data, Experiment

_INLINE = "  - {inputs: [1, 2], targets: [0, 1]}\n  - {inputs: [3, 4], targets: [1, 0]}\n"
_COLUMNS = "{file: points.csv, inputs: [x1, x2], targets: [t1, t2]}"
_POINTS = "x1,x2,t1,t2,label,who\n1, 2.5,0,1,1,Ann\n\n-3,4e-1,1,0,0,Bob\n"


def _path(folder: Path, columns: str, points: str | bytes | None = _POINTS) -> Path:
    text = spoiled(("data:\n" + _INLINE, f"data: {columns}\n"))
    path = folder / "net.yaml"
    path.write_text(text)
    if points is not None:
        content = points.encode() if isinstance(points, str) else points
        (folder / "points.csv").write_bytes(content)
    return path


def _data(path: Path) -> Data:
    experiment = load(path)
    assert isinstance(experiment, Experiment)
    assert experiment.data is not None
    return experiment.data


def test_columns_become_inputs_and_targets(tmp_path: Path) -> None:
    data = _data(_path(tmp_path, _COLUMNS))
    assert data.inputs.tolist() == [[1, 2.5], [-3, 0.4]]
    assert data.targets.tolist() == [[0, 1], [1, 0]]
    assert data.names == (None, None)


def test_a_column_of_classes_and_a_column_of_names(tmp_path: Path) -> None:
    columns = "{file: points.csv, inputs: [x2, x1], class: label, names: who}"
    data = _data(_path(tmp_path, columns))
    assert data.inputs.tolist() == [[2.5, 1], [0.4, -3]]
    assert data.targets.tolist() == [[0, 1], [1, 0]]
    assert data.names == ("Ann", "Bob")


def test_samples_to_predict_come_from_a_file_too(tmp_path: Path) -> None:
    path = _path(tmp_path, _COLUMNS)
    path.write_text(path.read_text() + "predict: {file: points.csv, inputs: [x1, x2]}\n")
    experiment = load(path)
    assert isinstance(experiment, Experiment)
    assert experiment.predict is not None
    assert experiment.predict.inputs.tolist() == [[1, 2.5], [-3, 0.4]]


def test_text_from_standard_input_looks_for_data_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = _path(tmp_path, _COLUMNS).read_text()
    monkeypatch.chdir(tmp_path)
    experiment = load("-", text)
    assert isinstance(experiment, Experiment)
    assert experiment.data is not None
    assert len(experiment.data) == 2


_FILE_CASES: dict[str, tuple[str | bytes | None, str]] = {
    "missing": (
        None,
        "FILE:14:14: data.file: DIR/points.csv: no such file",
    ),
    "empty": (
        "",
        "FILE:14:14: data.file: DIR/points.csv: the file is empty; a header row comes first",
    ),
    "only a header": (
        "x1,x2,t1,t2\n",
        "FILE:14:14: data.file: DIR/points.csv: the file has a header and no rows",
    ),
    "a missing column": (
        "x1,x_2,t1,t2\n1,2,0,1\n1,2,0,1\n",
        "FILE:14:39: data.inputs[1]: no column 'x2' in DIR/points.csv; did you mean 'x_2'?",
    ),
    "a column that stands twice": (
        "x1,x2,t1,t2,x1\n1,2,0,1,2\n",
        "FILE:14:35: data.inputs[0]: 2 columns of DIR/points.csv are called 'x1'",
    ),
    "an empty cell": (
        "x1,x2,t1,t2\n1,2,0,1\n1, ,0,1\n",
        "DIR/points.csv:3:2: x2: the cell is empty, expected a number",
    ),
    "text": (
        "x1,x2,t1,t2\n1,2,0,1\n1,2,0,one\n",
        "DIR/points.csv:3:4: t2: found 'one', expected a number",
    ),
    "infinity": (
        "x1,x2,t1,t2\n1,2,0,1\n1e999,2,0,1\n",
        "DIR/points.csv:3:1: x1: found 1e999, expected a finite number",
    ),
    "a short row": (
        "x1,x2,t1,t2\n1,2,0,1\n1,2,0\n",
        "DIR/points.csv:3:4: t2: the row has 3 cells, the header has 4",
    ),
    "a long row": (
        "x1,x2,t1,t2\n1,2,0,1\n1,2,0,1,5\n",
        "DIR/points.csv:3:5: the row has 5 cells, the header has 4",
    ),
    "not UTF-8": (
        b"x1,x2,t1,t2\n1,2,0,\xff\n",
        "DIR/points.csv:2:7: not UTF-8: byte 18 is 0xff; save the file with the encoding UTF-8",
    ),
    "a quote in the middle": (
        'x1,x2,t1,t2\n1,2,0,1\n1,"2"3,0,1\n',
        "DIR/points.csv:3:1: not a CSV file: ',' expected after '\"'",
    ),
}


@pytest.mark.parametrize(("points", "problem"), _FILE_CASES.values(), ids=list(_FILE_CASES))
def test_problems_of_a_data_file(tmp_path: Path, points: str | bytes | None, problem: str) -> None:
    assert file_problems(_path(tmp_path, _COLUMNS, points)) == [problem]


_COLUMN_CASES = {
    "too many inputs": (
        "{file: points.csv, inputs: [x1, x2, label], targets: [t1, t2]}",
        "FILE:14:34: data.inputs: 3 columns; the network has 2 inputs",
    ),
    "too few targets": (
        "{file: points.csv, inputs: [x1, x2], targets: [t1]}",
        "FILE:14:53: data.targets: 1 column; the network has 2 outputs",
    ),
    "no targets": (
        "{file: points.csv, inputs: [x1, x2]}",
        "FILE:14:7: data: no column with targets; add targets: [...], or class:",
    ),
    "targets and class": (
        "{file: points.csv, inputs: [x1, x2], targets: [t1, t2], class: label}",
        "FILE:14:7: data: both targets and class; leave one of them out",
    ),
    "no file": (
        "{inputs: [x1, x2], targets: [t1, t2]}",
        "FILE:14:7: data: missing key 'file'; the CSV file, relative to this file",
    ),
    "a class that is a fraction": (
        "{file: points.csv, inputs: [x1, t1], class: x2}",
        "DIR/points.csv:2:2: x2: found '2.5', expected a class; classes are counted from 0",
    ),
    "a missing column of names": (
        "{file: points.csv, inputs: [x1, x2], class: label, names: zzz}",
        "FILE:14:65: data.names: no column 'zzz' in DIR/points.csv; "
        "its columns are x1, x2, t1, t2, label, who",
    ),
}


@pytest.mark.parametrize(("columns", "problem"), _COLUMN_CASES.values(), ids=list(_COLUMN_CASES))
def test_problems_with_the_choice_of_columns(tmp_path: Path, columns: str, problem: str) -> None:
    assert problem in file_problems(_path(tmp_path, columns))


def test_a_class_out_of_range_is_told_with_its_row(tmp_path: Path) -> None:
    columns = "{file: points.csv, inputs: [x1, x2], class: label}"
    points = "x1,x2,label\n1,2,0\n1,2,2\n"
    assert file_problems(_path(tmp_path, columns, points)) == [
        "DIR/points.csv:3:3: label: class 2; with 2 outputs the classes are 0 to 1"
    ]


def test_a_target_that_the_loss_can_not_take_is_told_with_its_row(tmp_path: Path) -> None:
    path = _path(tmp_path, _COLUMNS, "x1,x2,t1,t2\n1,2,0,1\n1,2,0,1.5\n")
    path.write_text(path.read_text().replace("half_squared_error", "binary_cross_entropy"))
    assert file_problems(path) == [
        "DIR/points.csv:3:4: t2: target 1.5; binary_cross_entropy needs targets between 0 and 1"
    ]


def test_targets_in_a_file_to_predict(tmp_path: Path) -> None:
    path = _path(tmp_path, _COLUMNS)
    path.write_text(path.read_text() + f"predict: {_COLUMNS}\n")
    assert file_problems(path) == [
        "FILE:17:10: predict: samples to predict have no targets; leave the columns out"
    ]


def test_a_file_full_of_text_is_not_read_to_its_end(tmp_path: Path) -> None:
    found = file_problems(_path(tmp_path, _COLUMNS, "x1,x2,t1,t2\n" + "a,1,1,1\n" * 1000))
    assert len(found) == 21
    assert found[-1] == (
        "DIR/points.csv:22:1: x1: not read any further; mend the problems before this line"
    )
