"""Archives that no honest program writes: each is told in a line, and none fills the memory."""

from __future__ import annotations

import io
import struct
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

from support.cli import run
from support.networks import shipped
from tracer.diagnose.answers import read_answers
from tracer.errors import ConfigError

MAZUR = shipped("mazur")
ZEROS = b"\0" * 32


def member(shape: str = "(2, 2)", descr: str = "'<f8'", data: bytes = ZEROS) -> bytes:
    """An array as NumPy writes it, or nearly."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (64 - (len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED, flags: int = 0) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as file:
        warnings.simplefilter("ignore")
        for name, content in members:
            file.writestr(name, content)
    changed = bytearray(stream.getvalue())
    if flags:
        changed[changed.rfind(b"PK\x01\x02") + 8] |= flags
    return bytes(changed)


def relabelled(content: bytes, method: int) -> bytes:
    """The archive, the way in which its one member is compressed said to be another."""
    changed = bytearray(content)
    for place in (8, content.rfind(b"PK\x01\x02") + 10):
        changed[place : place + 2] = struct.pack("<H", method)
    return bytes(changed)


ONE = archive(("W1.npy", member()))
LONG = b"\x93NUMPY\x02\x00" + struct.pack("<I", 20_000_000) + b"(" * 20_000_000
ATTACKS = {
    "nothing": (archive(), "a.npz: there are no arrays in it; write it with numpy.savez"),
    "no array": (archive(("readme.txt", b"hi")), "there are no arrays in it"),
    "torch": (archive(("m/data.pkl", b"")), "torch.save, which holds pickled objects, no file of"),
    "keras": (archive(("model.weights.h5", b"")), "this is a model of Keras"),
    "end only": (b"PK\x05\x06", "the archive is broken"),
    "cut": (ONE[:-30], "the archive is broken"),
    "two of a name": (archive(*[("W1.npy", member())] * 2), "W1: there are two arrays of this"),
    "control": (archive(("W\x1b[31m.npy", member())), r"can't be shown: 'W\\x1b\[31m'; give"),
    "long name": (archive(("W" * 60_000 + ".npy", member())), "an array's name has 60,000 char"),
    "encrypted": (archive(("W1.npy", member()), flags=1), "W1: the array is encrypted"),
    "bzip2": (archive(("W1.npy", member()), method=12), "W1: the array is compressed by bzip2"),
    "lzma": (archive(("W1.npy", member()), method=14), "W1: the array is compressed by lzma"),
    "deflate64": (relabelled(ONE, 9), "W1: the array is compressed by deflate64; save it with"),
    "method 77": (relabelled(ONE, 77), "W1: the array is compressed by method 77"),
    "text": (archive(("W1.npy", member(descr="'<U2'"))), "W1: the array holds text"),
    "objects": (archive(("W1.npy", member(descr="'|O'"))), "W1: the array holds objects"),
    "records": (archive(("W1.npy", member(descr="[('a', '<f8')]"))), "the array holds records"),
    "complex": (archive(("W1.npy", member(descr="'<c16'"))), "the array holds complex numbers"),
    "truths": (archive(("W1.npy", member(descr="'|b1'"))), "the array holds truth values"),
    "negative": (archive(("W1.npy", member("(-2, -2)"))), "W1: the array's shape is negative"),
    "fraction": (archive(("W1.npy", member("(2.0, 2)"))), "W1: the array can't be read"),
    "no end": (archive(("W1.npy", member("(1,) * 99999"))), "W1: the array can't be read"),
    "axes": (archive(("W1.npy", member(str((1,) * 60 + (9,))))), "the shape is 1×1×…×9, expected"),
    "overflow": (archive(("W1.npy", member(f"({2**63}, 2)"))), f"W1: the shape is {2**63}×2"),
    "none": (archive(("W1.npy", member("(0, 2)"))), "the shape is 0×2, expected 2×2"),
    "short": (archive(("W1.npy", member(data=b""))), "W1: the array is cut short"),
    "header": (archive(("W1.npy", LONG), method=8), "W1: the array can't be read"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_wrong_with_an_archive_is_told(attack: str) -> None:
    content, told = ATTACKS[attack]
    with pytest.raises(ConfigError, match=told) as caught:
        read_answers(content, "a.npz", MAZUR)
    assert len(caught.value.problems) == 1
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["W1", "nobody", "loss"])
def test_zeros_that_unpack_to_megabytes_are_never_unpacked(name: str) -> None:
    stream = io.BytesIO()
    np.savez_compressed(stream, **{name: np.zeros(2_000_000)})  # type: ignore[arg-type]
    content = stream.getvalue()
    assert len(content) < 20_000
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError):
            read_answers(content, "a.npz", MAZUR)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_arrays_without_number_are_refused_before_they_are_looked_at() -> None:
    many = archive(*((f"{k}.npy", b"") for k in range(10_001)))
    with pytest.raises(ConfigError, match=r"more than 10,000 arrays"):
        read_answers(many, "a.npz", MAZUR)
    end = struct.pack("<4s4HLLH", b"PK\x05\x06", 0, 0, 9, 9, 2**30, 0, 0)
    with pytest.raises(ConfigError, match=r"more than 10,000 arrays"):
        read_answers(b"PK\x03\x04" + end, "a.npz", MAZUR)


def test_what_else_lies_in_an_archive_beside_the_arrays_is_passed_over() -> None:
    right = member(data=np.array([0.15, 0.2, 0.25, 0.3]).tobytes())
    beside = [("readme.txt", b"mine"), ("__MACOSX/._W1.npy", b"\0\5\x16\7"), ("run/", b"")]
    (found,) = read_answers(archive(*beside, ("W1.npy", right)), "a.npz", MAZUR)
    assert found.moment.iteration == 1


def test_a_broken_archive_is_no_difference_but_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(ATTACKS["encrypted"][0])
    result = run("check", "mazur", str(tmp_path / "a.npz"), code=2)
    assert "W1: the array is encrypted" in result.stderr
