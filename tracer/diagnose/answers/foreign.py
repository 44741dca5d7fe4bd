"""Files that people hand in, and that hold no answers to read: what they are, and what to do instead.

Told by their first bytes, or by what is in an archive; a name's ending says nothing for certain.
"""

from __future__ import annotations

from collections.abc import Sequence

from tracer.immutable import immutable

_TEXT = (
    "hand in text, a line each such as net_h1: 0.3775 (.yaml or .txt), or CSV; "
    "`bptrace worksheet CONFIG --answers` makes the file to fill in"
)
_TABLE = "save it as CSV"
_STATE = (
    "save the numbers: numpy.savez(FILE, **{k: v.numpy() for k, v in model.state_dict().items()})"
)


@immutable
class Foreign:
    """A kind of file. `begins`: its bytes from `offset` on; `starts`, `ends`: names in an archive."""

    what: str
    hint: str = _TEXT
    begins: tuple[bytes, ...] = ()
    offset: int = 0
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What is said of it."""
        return f"this is {self.what}, no file of answers"


_FILES = (
    Foreign("a PDF", begins=(b"%PDF-",)),
    Foreign("a picture", begins=(b"\x89PNG\r\n\0", b"\x89PNG\r\n\x1a", b"\xff\xd8\xff", b"GIF8",
        b"II*\0", b"MM\0*")),
    Foreign("a picture", begins=(b"WEBP",), offset=8),
    Foreign("a picture", begins=(b"ftyphei", b"ftypmif", b"ftypavif"), offset=4),
    Foreign("a document of Word or Excel", begins=(b"\xd0\xcf\x11\xe0",)),
    Foreign("a document in RTF", begins=(b"{\\rtf",)),
    Foreign("a web page", begins=(b"<!doctype html", b"<!DOCTYPE html", b"<html", b"<HTML")),
    Foreign("an archive", "pack it as .zip", begins=(b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b")),
)  # fmt: skip
_ARCHIVES = (
    Foreign("a spreadsheet", _TABLE, starts=("xl/",)),
    Foreign("a Word document", starts=("word/",)),
    Foreign("a presentation", starts=("ppt/",)),
    Foreign("a document of Pages or Numbers", starts=("Index/", "Index.zip")),
    Foreign("a file of torch.save, which holds pickled objects", _STATE, ends=("data.pkl",)),
    Foreign(
        "a model of Keras",
        "save its arrays: numpy.savez(FILE, *model.get_weights())",
        ends=("model.weights.h5",),
    ),
    Foreign("an OpenDocument file", f"a spreadsheet as CSV, or {_TEXT}", starts=("content.xml",)),
)  # fmt: skip


def foreign_file(content: bytes) -> Foreign | None:
    """What the file is by its first bytes; None where it may be answers."""
    start = content[:64].lstrip() if content[:1].isspace() else content[:64]
    return next((row for row in _FILES if start[row.offset :].startswith(row.begins)), None)


def foreign_archive(members: Sequence[str]) -> Foreign | None:
    """What an archive without arrays is, by the names in it."""
    for row in _ARCHIVES:
        for name in members:
            if (row.starts and name.startswith(row.starts)) or (
                row.ends and name.endswith(row.ends)
            ):
                return row
    return None
