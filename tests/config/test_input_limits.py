"""What is read is a file of a sensible size, or standard input; anything else is refused at once."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from support.cli import run
from support.configs import SOUND, file_problems, spoiled
from tracer.config import files, load, reader
from tracer.errors import MOST_TOLD

_INLINE = SOUND[SOUND.index("data:") : SOUND.index("training:")]


def _with_data(folder: Path, name: str) -> Path:
    path = folder / "net.yaml"
    data = f"data: {{file: {name}, inputs: [a, b], targets: [c, d]}}\n"
    path.write_text(spoiled((_INLINE, data)), encoding="utf-8")
    return path


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    return path


def test_a_pipe_or_a_device_is_not_read(tmp_path: Path, pipe: Path) -> None:
    assert file_problems(pipe) == ["FILE: this is a pipe; copy what comes from it into a file"]
    assert "this is a device" in run("run", "/dev/zero", code=2).stderr
    assert "this is a pipe" in run("check", "mazur", pipe, code=2).stderr
    for name, what in (("pipe.csv", "a pipe"), ("/dev/zero", "a device")):
        told = run("run", _with_data(tmp_path, name), code=2).stderr
        assert "net.yaml:14:14: data.file: " in told
        assert f"this is {what}" in told


def test_of_a_file_without_a_size_nothing_is_read() -> None:
    """Like `/proc/kmsg`, which few may open, and whose next line may never come."""
    path = Path("/proc/version")
    if not path.is_file() or path.stat().st_size:
        pytest.skip("this system has no such file")
    assert "the file is empty" in run("run", path, code=2).stderr
    assert "the file is empty" in run("check", "mazur", path, code=2).stderr


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    data = tmp_path / "large.csv"
    data.touch()
    os.truncate(data, files.MOST_DATA + 1)  # a hole: it takes no room
    told = run("run", _with_data(tmp_path, "large.csv"), code=2).stderr
    assert "more than 4.0 GiB; many numbers belong into .npz files" in told
    os.truncate(data, files.MOST_TEXT + 1)
    assert file_problems(data) == ["FILE: more than 64.0 MiB; many numbers belong into .npz files"]
    assert "a line of more than 64.0 MiB" in run("run", tmp_path / "net.yaml", code=2).stderr


def test_standard_input_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_TEXT", 4096)
    for words in (("run", "-"), ("check", "mazur", "-")):
        told = run(*words, input="# " * 2049, code=2).stderr
        assert told.startswith("<stdin>: more than 4.0 KiB;")


def test_a_configuration_has_so_many_values(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reader, "MOST_VALUES", 20)
    path = tmp_path / "net.yaml"
    path.write_text(SOUND, encoding="utf-8")
    (told,) = file_problems(path)
    assert told.endswith("more than 20 values; put matrices and samples into .npz files")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("".join(f"k{k}: 1\n" for k in range(3000)), "unknown key 'k0'"),
        ("predict:\n" + "  - {inputs: [a, b]}\n" * 1500, "predict[0].inputs[0]: found 'a'"),
    ],
)
def test_of_very_many_problems_the_first_are_told(more: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(spoiled() + more, encoding="utf-8")
    lines = run("run", path, code=2).stderr.splitlines()
    assert len(lines) == MOST_TOLD + 1
    assert problem in lines[0]
    assert lines[-1] == f"{path}: {3000 - MOST_TOLD:,} more problems"


def test_of_very_many_wrong_answers_the_first_are_told() -> None:
    answers = "".join(f"no_such_{k}: 1\n" for k in range(3000))
    lines = run("check", "mazur", "-", input=answers, code=2).stderr.splitlines()
    assert len(lines) == MOST_TOLD + 1
    assert lines[-1] == "<stdin>: 2,961 more problems"  # and one that they are another exercise's


def test_a_data_file_is_read_as_it_streams(tmp_path: Path) -> None:
    rows = 10_000
    line = ",".join(["0.123456789012"] * 4)
    (tmp_path / "data.csv").write_text("a,b,c,d\n" + f"{line}\n" * rows)
    path = _with_data(tmp_path, "data.csv")
    load(path)
    tracemalloc.start()
    data = load(path).data  # type: ignore[union-attr]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert data is not None
    assert len(data) == rows
    assert most < 2 * rows * len(line)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xef\xbb\xbfa,b,c,d\n1,2,3,\xff\n", "data.csv:2:7: not UTF-8: byte 17 is 0xff"),
        (b"\xef\xbb\xbfa,b,\xffc,d\n", "data.csv:1:5: not UTF-8: byte 7 is 0xff"),
    ],
)
def test_a_wrong_byte_has_its_place_behind_a_byte_order_mark(
    content: bytes, told: str, tmp_path: Path
) -> None:
    (tmp_path / "data.csv").write_bytes(content)
    assert told in run("run", _with_data(tmp_path, "data.csv"), code=2).stderr
