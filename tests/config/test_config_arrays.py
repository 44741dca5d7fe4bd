"""Weights, biases and samples from NumPy's files, and weights from CSV."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.configs import file_problems, spoiled
from tracer.config import load
from tracer.config.arrays import ArrayError, ArrayFile
from tracer.errors import ConfigError
from tracer.model.experiment import Experiment
from tracer.model.network import Bias

_W = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
_INLINE = "\n  - {inputs: [1, 2], targets: [0, 1]}\n  - {inputs: [3, 4], targets: [1, 0]}\n"


def _file(folder: Path, *changes: tuple[str, str]) -> Path:
    path = folder / "net.yaml"
    path.write_text(spoiled(*changes))
    return path


def _weights(folder: Path, weights: str, bias: str = "[1, 2, 3]") -> Path:
    return _file(
        folder, ("weights: [[1, 2], [3, 4], [5, 6]]", f"weights: {weights}"), ("[1, 2, 3]", bias)
    )


def _data(folder: Path, data: str) -> Path:
    return _file(folder, (_INLINE, f" {data}\n"))


def _experiment(path: Path) -> Experiment:
    experiment = load(path)
    assert isinstance(experiment, Experiment)
    return experiment


def _first(path: Path) -> list[Any]:
    """The first layer's weights and biases."""
    W, b = _experiment(path).parameters[0]
    return [W.tolist(), b.tolist()]


def test_weights_and_biases_come_from_an_archive(tmp_path: Path) -> None:
    arrays = {"fc1.weight": np.array(_W, dtype=np.float32), "fc1.bias": np.array([7, 8, 9])}
    np.savez(tmp_path / "w.npz", **arrays)  # type: ignore[arg-type]
    bias = "{file: w.npz, array: fc1.bias}"
    path = _weights(tmp_path, "{file: w.npz, array: fc1.weight}", bias)
    assert _first(path) == [_W, [7, 8, 9]]
    assert _experiment(path).network.layers[0].bias is Bias.EACH


def test_a_layout_of_a_column_a_neuron(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "w.npz", W1=np.array(_W, dtype=np.float16).T)
    path = _weights(tmp_path, "{file: w.npz, array: W1, layout: in_out}")
    W, _ = _experiment(path).parameters[0]
    assert W.tolist() == _W
    assert W.flags.c_contiguous


def test_a_single_array_needs_no_name(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.asfortranarray(_W))
    np.savez(tmp_path / "b.npz", b=np.array([[7.0, 8.0, 9.0]]))
    assert _first(_weights(tmp_path, "{file: w.npy}", "{file: b.npz}")) == [_W, [7, 8, 9]]


def test_weights_and_biases_come_from_csv(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("1, 2\n3, 4\n\n5, 6e0\n")
    (tmp_path / "b.csv").write_text("7\n8\n9\n")
    assert _first(_weights(tmp_path, "{file: w.csv}", "{file: b.csv}")) == [_W, [7, 8, 9]]


_ARRAYS = {
    "W1": np.array(_W),
    "W2": np.array(_W).T,
    "b": np.zeros(2),
    "cube": np.zeros((2, 3, 4)),
    "nan": np.array([[0, 1], [np.nan, 0], [0, 0]]),
    "truths": np.zeros((3, 2), dtype=bool),
    "objects": np.array([[None, {}]]),
    "complex": np.zeros((3, 2), dtype=complex),
    "text": np.array([["a", "b"]]),
    "record": np.zeros(3, dtype=[("a", float)]),
    "long": np.zeros((3, 2), dtype=np.longdouble),
}
_NAMES = ", ".join(_ARRAYS)
_NUMBERS = "expected numbers (float16 to float64, or whole numbers); save it with astype(float)"
_WEIGHT_CASES = {
    "{file: none.npz}": "FILE:7:23: PATH.file: DIR/none.npz: no such file; did you mean 'w.npz'?",
    "{file: w.np}": "FILE:7:23: PATH.file: DIR/w.np: no such file; did you mean 'w.npz' or 'w.npy'?",
    "{file: net.yaml}": "FILE:7:23: PATH.file: FILE: neither an .npz nor an .npy file; "
    "write it with numpy.savez or numpy.save",
    "{array: W1}": "FILE:7:16: PATH: missing key 'file'; "
    "the file, relative to this one: .npz, .npy or .csv",
    "{file: w.npz}": "FILE:7:23: PATH.file: DIR/w.npz: which of its arrays is meant isn't said; "
    f"there are {_NAMES}",
    "{file: w.npz, array: W11}": "FILE:7:37: PATH.array: DIR/w.npz: no array 'W11'; "
    "did you mean 'W1'?",
    "{file: w.npz, array: 1}": "FILE:7:37: PATH.array: found 1, expected text; put it in quotes",
    "{file: w.npz, array: W2}": "FILE:7:16: PATH: 2 rows of 3; expected 3 rows of 2: transposed?; "
    "write layout: in_out",
    "{file: w.npz, array: W1, layout: in_out}": "FILE:7:16: PATH: 2 rows of 3; "
    "expected 3 rows of 2: transposed?; write layout: out_in",
    "{file: w.npz, array: W1, layout: oi}": "FILE:7:49: PATH.layout: unknown layout 'oi'; "
    "there are out_in, in_out",
    "{file: w.npz, array: b}": "FILE:7:16: PATH: an array of 2; expected 3 rows of 2",
    "{file: w.npz, array: cube}": "FILE:7:16: PATH: an array of 2×3×4; expected 3 rows of 2",
    "{file: w.npz, array: nan}": "FILE:7:37: PATH.array: nan in DIR/w.npz: found nan at [1, 0], "
    "expected finite numbers",
    "{file: w.npz, array: truths}": "FILE:7:37: PATH.array: truths in DIR/w.npz: "
    f"the array holds truth values, {_NUMBERS}",
    "{file: w.npz, array: objects}": "FILE:7:37: PATH.array: objects in DIR/w.npz: "
    f"the array holds objects, {_NUMBERS}",
    "{file: w.npz, array: complex}": "FILE:7:37: PATH.array: complex in DIR/w.npz: "
    f"the array holds complex numbers, {_NUMBERS}",
    "{file: w.npz, array: text}": "FILE:7:37: PATH.array: text in DIR/w.npz: "
    f"the array holds text, {_NUMBERS}",
    "{file: w.npy, array: W1}": "FILE:7:37: PATH.array: DIR/w.npy: "
    "the array of an .npy file has no name; leave it out",
    "{file: w.csv, array: W1}": "FILE:7:37: PATH.array: DIR/w.csv: "
    "a CSV file has no arrays; leave it out",
    "{file: w.csv}": "DIR/w.csv:1:1: found 'x1', expected a number; "
    "a file of weights or biases has no header",
    "{file: ragged.csv}": "DIR/ragged.csv:2:1: the row has 1 cells, the first has 2",
    "{file: empty.csv}": "FILE:7:23: PATH.file: DIR/empty.csv: the file is empty; "
    "write a row of numbers a line",
    "w.npz": "FILE:7:16: PATH: found 'w.npz', expected a row of numbers for each neuron, one number "
    "for all, or {init: ...}; write {file: w.npz}",
}


@pytest.mark.parametrize(("weights", "problem"), _WEIGHT_CASES.items(), ids=list(_WEIGHT_CASES))
def test_problems_with_a_file_of_weights(tmp_path: Path, weights: str, problem: str) -> None:
    np.savez(tmp_path / "w.npz", **_ARRAYS)  # type: ignore[arg-type]
    np.save(tmp_path / "w.npy", np.array(_W))
    (tmp_path / "w.csv").write_text("x1,2\n1,2\n3,4\n")
    (tmp_path / "ragged.csv").write_text("1,2\n1\n")
    (tmp_path / "empty.csv").write_text("\n")
    expected = problem.replace("PATH", "network.layers[0].weights")
    assert file_problems(_weights(tmp_path, weights)) == [expected]


def test_problems_with_a_file_of_biases(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", **_ARRAYS)  # type: ignore[arg-type]
    for array, problem in {
        "b": "2 biases; expected 3; "
        "one for each neuron, or a number without brackets for one that the layer shares",
        "W1": "an array of 3×2; expected one bias for each neuron",
    }.items():
        path = _weights(tmp_path, "0.5", f"{{file: w.npz, array: {array}}}")
        assert file_problems(path) == [f"FILE:8:13: network.layers[0].bias: {problem}"]


def test_samples_come_from_an_archive(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", X=[[1, 2], [3, 4]], y=[[0, 1], [1, 0]], labels=[1, 0])
    for targets in ("targets: y", "targets: [y]", "class: labels"):
        data = _experiment(_data(tmp_path, f"{{file: d.npz, inputs: X, {targets}}}")).data
        assert data is not None
        assert data.inputs.tolist() == [[1, 2], [3, 4]]
        assert data.targets.tolist() == [[0, 1], [1, 0]]


def test_samples_of_a_single_array_are_inputs_and_then_targets(tmp_path: Path) -> None:
    np.save(tmp_path / "d.npy", [[1, 2, 0, 1], [3, 4, 1, 0]])
    data = _experiment(_data(tmp_path, "{file: d.npy}")).data
    assert data is not None
    assert (data.inputs.tolist(), data.targets.tolist()) == ([[1, 2], [3, 4]], [[0, 1], [1, 0]])


def test_samples_to_predict_come_from_arrays_too(tmp_path: Path) -> None:
    np.save(tmp_path / "p.npy", [[1, 2]])
    np.savez(tmp_path / "p.npz", X=[[1, 2]])
    for predict in ("{file: p.npy}", "{file: p.npz, inputs: X}"):
        path = _file(tmp_path, ("training:", f"predict: {predict}\ntraining:"))
        found = _experiment(path).predict
        assert found is not None
        assert (found.inputs.tolist(), found.targets.shape) == ([[1, 2]], (1, 0))


_DATA_CASES = {
    "{file: d.npz, targets: y}": "FILE:14:7: data: missing key 'inputs'; a column for each input",
    "{file: d.npz, inputs: X}": "FILE:14:7: data: no column with targets; "
    "add targets: [...], or class:",
    "{file: d.npz, inputs: x, targets: y}": "FILE:14:29: data.inputs: DIR/d.npz: no array 'x'; "
    "did you mean 'X'?",
    "{file: d.npz, inputs: [X, y], targets: y}": "FILE:14:29: data.inputs: 2 arrays; "
    "name one with a row for each sample: inputs: X",
    "{file: d.npz, inputs: X, targets: wide}": "FILE:14:41: data.targets: 3 columns; "
    "the network has 2 outputs",
    "{file: d.npz, inputs: X, targets: few}": "FILE:14:41: data.targets: 1 row; "
    "the inputs have 2; a row is a sample",
    "{file: d.npz, inputs: cube, targets: y}": "FILE:14:29: data.inputs: "
    "found an array of 2×1×2, expected a row for each sample; reshape it to (samples, columns)",
    "{file: d.npz, inputs: X, class: y}": "FILE:14:39: data.class: found an array of 2×2, expected "
    "a class for each sample; with a row of targets for each sample, write targets:",
    "{file: d.npz, inputs: X, class: half}": "FILE:14:39: data.class: sample 2: found 0.5, "
    "expected a class; classes are counted from 0",
    "{file: d.npz, inputs: X, class: two}": "FILE:14:39: data.class: sample 2: class 2; "
    "with 2 outputs the classes are 0 to 1",
    "{file: d.npz, inputs: X, targets: y, names: n}": "FILE:14:51: data.names: "
    "names come from CSV files; leave them out",
    "{file: d.npz, inputs: X, targets: 5}": "FILE:14:41: data.targets: found 5, expected a list "
    "of columns, a range such as x1..x9, or the name of an array; put it in quotes",
    "{file: d.npy, inputs: X}": "FILE:14:21: data.inputs: an .npy file has a single array; "
    "its columns are the inputs, then the targets; arrays have names in .npz files",
    "{file: zipped.npy}": "FILE:14:14: data.file: zipped.npy: an archive, whose arrays have names; "
    "call it .npz, and say which are meant: inputs: X",
    "{file: d.npy}": "FILE:14:14: data.file: 3 columns, expected 2 of inputs and 2 of targets",
}


@pytest.mark.parametrize(("data", "problem"), _DATA_CASES.items(), ids=list(_DATA_CASES))
def test_problems_with_an_archive_of_samples(tmp_path: Path, data: str, problem: str) -> None:
    arrays: dict[str, Any] = {"X": [[1, 2], [3, 4]], "y": [[0, 1], [1, 0]], "wide": np.ones((2, 3))}
    arrays |= {"few": [[0, 1]], "cube": np.ones((2, 1, 2)), "half": [0, 0.5], "two": [0, 2]}
    np.savez(tmp_path / "d.npz", **arrays)
    np.save(tmp_path / "d.npy", np.ones((2, 3)))
    (tmp_path / "zipped.npy").write_bytes((tmp_path / "d.npz").read_bytes())
    assert file_problems(_data(tmp_path, data)) == [problem]


def test_a_loss_checks_the_targets_of_an_archive(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", X=np.ones((100, 2)), y=np.full((100, 2), 1.5))
    path = _data(tmp_path, "{file: d.npz, inputs: X, targets: y}")
    path.write_text(path.read_text().replace("half_squared_error", "binary_cross_entropy"))
    found = file_problems(path)
    assert found[0] == (
        "FILE:14:41: data.targets: sample 1: target 1.5; "
        "binary_cross_entropy needs targets between 0 and 1"
    )
    assert len(found) < 30


def _npy(shape: str, dtype: str = "<f8", data: bytes = b"") -> bytes:
    """An `.npy` file with the header that is asked for, whatever the data."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_npy("(100000, 100000)"), "the array of 100000×100000 numbers would take more than "),
        (_npy("(3, 2)", data=b"12345678"), "the array is cut short"),
        (_npy("(-3, 2)"), "the array's shape is negative"),
        (_npy("(3"), "the array can't be read"),
        (_npy("[3]"), "the array can't be read"),
        (_npy("(3,)", dtype="zzz"), "the array can't be read"),
        (_npy("(3,)", dtype="|O"), "the array holds objects"),
        (b"\x93NUMPY", "the array can't be read"),
        (b"\x93NUMPY\x09\x00", "the array can't be read"),
    ],
)
def test_a_header_is_checked_before_the_data_is_read(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "a.npy").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("a.npy", content)
    for file, name in (("a.npy", ""), ("a.npz", "a")):
        with (tmp_path / file).open("rb") as stream, pytest.raises(ArrayError, match=message):
            ArrayFile.open(stream).read(name)


_UNREAD: dict[str, tuple[Callable[[Path, str], Path], str, str]] = {
    "weights of another shape": (
        _weights,
        "{file: big.npz, array: W}",
        "weights: 16000 rows of 16000; expected 3 rows of 2; a row of the file is a neuron",
    ),
    "inputs of another width": (
        _data,
        "{file: big.npz, inputs: W, targets: X}",
        "data.inputs: 16000 columns; the network has 2 inputs",
    ),
    "targets of more samples": (
        _data,
        "{file: big.npz, inputs: X, targets: long}",
        "data.targets: 20000 rows; the inputs have 2; a row is a sample",
    ),
    "classes in a table": (
        _data,
        "{file: big.npz, inputs: X, class: pairs}",
        "data.class: found an array of 2×2, expected a class for each sample; with a row of "
        "targets for each sample, write targets:",
    ),
    "a single array of another width": (
        _data,
        "{file: big.npy}",
        "data.file: 16000 columns, expected 2 of inputs and 2 of targets",
    ),
}


@pytest.mark.parametrize("case", _UNREAD)
def test_data_of_a_wrong_shape_are_not_read(tmp_path: Path, case: str) -> None:
    """There are none: who reads them says that the array is cut short."""
    write, value, problem = _UNREAD[case]
    shapes = {"W": "(16000, 16000)", "long": "(20000, 2)", "pairs": "(2, 2)"}
    with zipfile.ZipFile(tmp_path / "big.npz", "w") as archive:
        for name, shape in shapes.items():
            archive.writestr(f"{name}.npy", _npy(shape))
        archive.writestr("X.npy", _npy("(2, 2)", data=bytes(32)))
    (tmp_path / "big.npy").write_bytes(_npy("(16000, 16000)"))
    (found,) = file_problems(write(tmp_path, value))
    assert found.endswith(problem)


def test_biases_of_a_wrong_number_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "b.npy").write_bytes(_npy("(20000,)"))
    (found,) = file_problems(_weights(tmp_path, "0.5", "{file: b.npy}"))
    assert "20000 biases; expected 3" in found


def test_an_array_that_memory_has_no_room_for_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(tmp_path / "d.npz", X=np.ones((200_000, 2)), y=np.ones((200_000, 2)))
    path = _data(tmp_path, "{file: d.npz, inputs: X, targets: y}")
    monkeypatch.setattr("tracer.config.memory.available", lambda: 9_000_000)
    assert file_problems(path)[0] == (
        "FILE:14:29: data.inputs: X in DIR/d.npz: the array of 200000×2 numbers would take more "
        "than 2.9 MiB; save only the part that is needed"
    )


def test_a_header_like_faulty_source_gives_no_warning() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(ArrayError, match="can't be read"):
            ArrayFile.open(io.BytesIO(_npy("(1if"))).header()
    assert not told


def test_a_header_tells_shape_and_type(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", W=np.zeros((3, 2), dtype=np.int16))
    with (tmp_path / "w.npz").open("rb") as stream:
        opened = ArrayFile.open(stream)
        assert opened.names == ("W",)
        header = opened.header("W")
        assert (header.shape, header.count, header.dtype.name) == ((3, 2), 6, "int16")


def test_a_spoiled_archive_is_a_problem_wherever_it_is_spoiled(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "w.npz", W=np.array(_W))
    whole = (tmp_path / "w.npz").read_bytes()
    path = _weights(tmp_path, "{file: w.npz, array: W}")
    for place in range(0, len(whole), 3):
        (tmp_path / "w.npz").write_bytes(
            whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :]
        )
        with suppress(ConfigError):  # and nothing else
            load(path)


def test_an_archive_cut_short_is_a_problem(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", W=np.array(_W))
    whole = (tmp_path / "w.npz").read_bytes()
    (tmp_path / "w.npz").write_bytes(whole[:-30])
    assert file_problems(_weights(tmp_path, "{file: w.npz, array: W}")) == [
        "FILE:7:23: network.layers[0].weights.file: DIR/w.npz: the archive is broken; "
        "write it anew with numpy.savez"
    ]
