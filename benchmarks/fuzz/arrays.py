"""Arrays as NumPy, other programs and attackers save them: `.npz` and `.npy`."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import numpy as np
from hypothesis import strategies as st

from benchmarks.fuzz.texts import ODD_TEXTS, among, rarely

_TYPES = (
    "<f8",
    "<f4",
    "<f2",
    ">f8",
    "<i8",
    "|i1",
    "<u8",
    "|b1",
    "<c16",
    "<U4",
    "|S4",
    "<M8[s]",
    "|V8",
    "|O",
)
_SHAPES = (
    (),
    (1,),
    (2,),
    (2, 2),
    (1, 2),
    (2, 1),
    (3, 2),
    (0,),
    (2, 0),
    (4,),
    (2, 2, 2),
    (50_000,),
    (1,) * 20,
)
_NAMES = (
    "W1", "b1", "W2", "b2", "dW1", "db1", "delta1", "net1", "out1", "W1+", "inputs", "targets",
    "X", "y", "w", "b",
    "W[1]", "net[1]", "out[2]", "delta[1]@2", "fc1.weight", "arr_0", "W1@2", "W99", "loss",
    "W" + "9" * 4500,
)  # fmt: skip
_SHAPES_SAID = ("(2,)", "(2, 2)", "(-1,)", "(10**12,)", "(1000000000000,)",
    "(99999999, 99999999, 99999999)", "(0,)",
                "2", "(2.5,)", "(True,)", "([],)", "(" * 200, "('a',)", "(2,)" * 3000,
                    "(" + "9" * 5000 + ",)")  # fmt: skip
_DESCRIBED = (
    "'<f8'",
    "'|O'",
    "'<f2'",
    "'x'",
    "''",
    "[('a', '<f8')]",
    "None",
    "'<U" + "9" * 30 + "'",
    "'<f8'*9",
)


@st.composite
def _array(draw: st.DrawFn) -> bytes:
    """A file `.npy` as NumPy writes it."""
    shape = among(draw, ((2, 2), (2, 2), (2,), *_SHAPES))
    size = int(np.prod(shape, dtype=int))
    fill = among(
        draw, (0.3775,) * 9 + (0.0, 1.0, -1.0, 1e300, float("nan"), float("inf"), 5e-324, 255.0)
    )
    with np.errstate(all="ignore"):
        kind = among(draw, ("<f8",) * 9 + _TYPES)
        number = np.full(shape, fill) if size else np.zeros(shape)
        array = number.astype(object) if kind == "|O" else _cast(number, kind)
    written = io.BytesIO()
    np.save(written, np.asfortranarray(array) if draw(st.booleans()) else array, allow_pickle=True)
    return written.getvalue()


def _cast(number: Any, kind: str) -> Any:
    if kind.startswith(("<M", "|V")):
        return np.zeros(number.shape, kind)
    if number.dtype.kind == "f" and kind[1] in "iu":
        return np.nan_to_num(number, posinf=1, neginf=-1).clip(-100, 100).astype(kind)
    return number.astype(kind)


@st.composite
def _headed(draw: st.DrawFn) -> bytes:
    """A file `.npy` whose header says what it likes."""
    order = among(draw, ("False", "True", "0", "'x'"))
    kind, shape = among(draw, _DESCRIBED), among(draw, _SHAPES_SAID)
    head = f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}"
    head = among(
        draw, (head,) * 4 + (head[:-3], "", "\0", "[1]", "{}", "1if", "9" * 5000, "(" * 5000)
    )
    text = head.encode("latin-1") + b"\n"
    version = among(draw, (b"\x01\x00", b"\x02\x00", b"\x03\x00", b"\x09\x00", b"\x00\x00"))
    size = struct.pack("<H" if version == b"\x01\x00" else "<I", len(text) & 0xFFFF)
    return b"\x93NUMPY" + version + size + text + bytes(among(draw, (0, 8, 16, 32, 1000)))


_keys = st.lists(
    rarely(st.sampled_from(_NAMES), st.sampled_from(ODD_TEXTS), 9), max_size=4, unique=True
) | st.just(["X", "y", "W1"])
npy = rarely(_array(), _headed(), 8)


@st.composite
def npz(draw: st.DrawFn) -> bytes:
    """An archive of them, or of something else."""
    written = io.BytesIO()
    squeezed = among(
        draw, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    )
    with zipfile.ZipFile(written, "w", squeezed) as archive:
        for name in draw(_keys):
            content = draw(npy) if draw(st.integers(0, 15)) else draw(st.binary(max_size=20))
            archive.writestr(f"{name[:60_000]}{among(draw, ('.npy',) * 25 + ('', '.npy.npy', '/'))}"
                             .encode("utf-8", "replace").decode(), content)  # fmt: skip
    return draw(broken(written.getvalue()))


@st.composite
def broken(draw: st.DrawFn, content: bytes) -> bytes:
    """The file as it is, or cut off, or with a few other bytes."""
    done = among(draw, ("whole",) * 15 + ("cut", "flip", "joined"))
    if done == "whole" or not content:
        return content
    place = draw(st.integers(0, len(content) - 1))
    if done == "cut":
        return content[:place]
    if done == "joined":
        return content[:place] + content
    return content[:place] + draw(st.binary(min_size=1, max_size=4)) + content[place + 1 :]


arrays = st.one_of(npz(), npz(), npz(), npy.flatmap(broken), npy, st.binary(max_size=30))
"""The bytes of a file of arrays."""
