"""Running `bptrace`: in this process, and in one of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import pexpect
import pytest
from typer.testing import CliRunner, Result

from tracer.__main__ import main
from tracer.cli import application

app = application()

_STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}
_PATIENCE = 60
"""Seconds after which a terminal that shows nothing new counts as stuck."""


def run(*words: object, input: str | bytes | None = None, code: int | None = 0) -> Result:
    """The result of `bptrace` with these words, which leaves with `code` (None: with any).

    A crash is raised as what it is.
    """
    result = CliRunner().invoke(app, [str(word) for word in words], input=input)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert code is None or result.exit_code == code, result.output
    return result


def built(*words: object, input: str | None = None, code: int = 0) -> str:
    """What a command line prints that is made from the tables as they are now."""
    environment = {"COLUMNS": "", "NO_COLOR": "1"}
    result = CliRunner().invoke(application(), list(map(str, words)), input, env=environment)
    assert result.exit_code == code, result.output
    return result.output


def run_json(*words: object, input: str | bytes | None = None, code: int | None = 0) -> Any:
    """What the command prints with `--format json`; NaN and Infinity are no JSON."""
    result = run(*words, "--format", "json", input=input, code=code)
    return json.loads(result.stdout, parse_constant=pytest.fail)


def shown(*words: object, code: int | None = 0) -> str:
    """What the command prints on lines so wide that nothing is folded."""
    return run(*words, "--width", 200, code=code).output


def process(*words: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """`bptrace` as a process of its own, run to its end; `options` are those of `subprocess.run`."""
    command = [sys.executable, "-m", "tracer", *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False, **options)


def python(code: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter's run of the code; `options` are those of `subprocess.run`."""
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.run(
        [sys.executable, "-c", code], text=True, check=False, **(streams | options)
    )


def terminal(*words: object) -> Any:
    """`bptrace` in a terminal of 100 columns: a process to talk to with `expect` and `send`."""
    return _spawned(words, _heed_signals)


def forked(*words: object) -> Any:
    """The same without an interpreter of its own, which takes longer to start than most talks do."""
    return _spawned(words, partial(_become, [str(word) for word in words]))


@dataclass(frozen=True, slots=True)
class Left:
    """How a process left: its exit code, and what it said on standard error before `prepare`."""

    code: int
    told: str


def left(*words: object, prepare: Callable[[], object]) -> Left:
    """`bptrace` in a process forked for it, which first does `prepare`, to its streams for example."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os.dup2(writing, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        prepare()
        _become([str(word) for word in words])
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as told:
        text = told.read()
    _, status = os.waitpid(child, 0)
    return Left(os.waitstatus_to_exitcode(status), text)


def _spawned(words: Iterable[object], first: Callable[[], object]) -> Any:
    child = pexpect.spawn(
        sys.executable,
        ["-m", "tracer", *map(str, words)],
        env=os.environ | {"TERM": "xterm"},
        encoding="utf-8",
        codec_errors="replace",
        dimensions=(40, 100),
        timeout=_PATIENCE,
        preexec_fn=first,
    )
    child.delaybeforesend = None  # a pause for programs that turn the echo off first; ours doesn't
    return child


def _become(words: list[str]) -> NoReturn:
    """Go on as `bptrace` with these words, in a process that was forked for it, and leave it."""
    code: Any = 1
    try:
        os.closerange(3, 1024)  # pexpect waits at one of them until the program has begun
        os.environ["TERM"] = "xterm"
        _heed_signals()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, (name, mode) in enumerate(_STREAMS.items()):
            with suppress(OSError):  # a closed one
                stream = os.fdopen(number, mode, encoding="utf-8", closefd=False)
                setattr(sys, name, stream)
        sys.argv = ["bptrace", *words]
        main()
    except SystemExit as left:
        code = left.code
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code or 0)


def _heed_signals() -> None:
    """A shell's job in the background passes on that SIGINT is ignored, `nohup` the same of SIGHUP."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def ended(child: Any) -> int:
    """The exit code of a process in a terminal, once it has left; the rest is `child.before`."""
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus)
