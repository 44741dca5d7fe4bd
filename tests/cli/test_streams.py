"""Streams that are closed, full or abandoned: a message and an exit code, and never a traceback."""

from __future__ import annotations

import os
from functools import partial

import pytest

from support.cli import Left, ended, forked, left

_WORDS = [
    ("--help",),
    ("--version",),
    ("examples",),
    ("examples", "mazur"),
    ("run", "mazur"),
    ("help",),
]


def _to(path: str, number: int) -> None:
    os.dup2(os.open(path, os.O_WRONLY), number)


def _abandoned() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    os.dup2(writing, 1)


@pytest.mark.parametrize("words", _WORDS, ids=" ".join)
def test_output_that_goes_nowhere_is_told_and_an_abandoned_one_is_not(
    words: tuple[str, ...],
) -> None:
    assert left(*words, prepare=_abandoned) == Left(0, "")
    where = "bptrace: can't write to standard output: "
    assert left(*words, prepare=partial(os.close, 1)) == Left(2, f"{where}it is closed\n")
    full = left(*words, prepare=partial(_to, "/dev/full", 1))
    assert full == Left(2, f"{where}No space left on device\n")


def test_messages_that_nobody_hears_change_no_exit_code() -> None:
    for words in (("run", "nothing"), ("run", "mazur", "--nothing")):
        assert left(*words, prepare=partial(os.close, 2)) == Left(2, "")
        assert left(*words, prepare=partial(_to, "/dev/full", 2)) == Left(2, "")
    assert left("run", "mazur", prepare=partial(os.close, 2)).code == 0


def test_a_closed_standard_input_is_told() -> None:
    closed = partial(os.close, 0)
    assert left("run", "-", prepare=closed) == Left(2, "<stdin>: it is closed\n")
    assert left("check", "mazur", "-", prepare=closed) == Left(2, "<stdin>: it is closed\n")
    assert left("run", "mazur", prepare=closed).code == 0
    assert "walk needs a terminal" in left("walk", "mazur", prepare=closed).told


def test_no_file_becomes_a_closed_stream() -> None:
    everything = partial(os.closerange, 0, 3)
    assert left("run", "mazur", prepare=everything) == Left(2, "")


def test_a_byte_that_is_not_utf_8_is_no_key_of_a_walk() -> None:
    child = forked("walk", "mazur")
    child.expect("> ")
    os.write(child.child_fd, b"\xff\xfe\n")
    child.expect_exact(r"no such key: \xff\xfe")
    child.expect("> ")
    child.sendline("q")
    assert ended(child) == 0
