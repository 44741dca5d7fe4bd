"""What may never come out, whatever goes in: the judgement of one case, run in this process.

Held is what leaves with 0, 1 (where numbers can disagree), 2 with a message, or 130 when it was
interrupted; prints no control character, warning or broken JSON; ends in time and memory; and
leaves its inputs alone, and no litter beside them.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from benchmarks.fuzz.case import Case

PATIENCE = 5
"""Seconds of calculation until a case is interrupted as by Ctrl-C, and as many again to heed it."""
WAITING = 40
"""Seconds of any kind: on a busy machine, or waiting for what never comes."""
MEMORY = 1_000_000_000
"""Bytes that a case may take, beyond what this process has."""
DISAGREE = ("check", "gradcheck", "compare")
"""Commands that may leave with 1."""

_CONTROLS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
_MARKED = ("html", "svg")
"""Formats for programs that keep a text's direction to itself by their own means."""
_HEEDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE)
"""Signals that the program may treat in its own way, and this one then again in its."""
_ESCAPE = Path("/bptrace-fuzz-escape")


class Stuck(BaseException):
    """The case did not heed an interrupt."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The exit code; what was wrong, by its cause (empty: nothing), with what shows it."""

    code: int | None
    cause: str = ""
    shown: str = ""


def judged(case: Case) -> Verdict:
    """Runs the case in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="bptrace-fuzz-") as top:
        folder = Path(top, *"abcdef")  # deep enough for every ../ in a file
        folder.mkdir(parents=True)
        case.lay(folder)
        before = _contents(folder)
        with chdir(folder), warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            warnings.simplefilter("ignore", ResourceWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            verdict, printed = _run(case)
        verdict = verdict if verdict.cause else _files(case, verdict, before, _contents(folder))
    if verdict.cause or printed is None:
        return verdict
    if warned:
        first = warned[0]
        place = f"{Path(first.filename).name}:{first.lineno}"
        return Verdict(
            verdict.code, f"warning {first.category.__name__} at {place}", str(first.message)
        )
    return _streams(case, verdict, printed)


def _run(case: Case) -> tuple[Verdict, _Printed | None]:
    """The end of the run as the process shows it, and what it printed."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bell = _Bell()
    try:
        with _limited(bell):
            printed = _process(case)
    except Stuck as stuck:
        shown = f"for {PATIENCE} s after an interrupt"
        return Verdict(None, f"stuck in {_last(stuck)}", shown), None
    taken = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) * 1024
    if printed.raised is not None:
        cause = f"{type(printed.raised).__name__} at {_last(printed.raised)}"
        return Verdict(None, cause, str(printed.raised)[:300]), printed
    if taken > MEMORY / 2:
        return Verdict(printed.code, "memory", f"{taken >> 20} MiB"), printed
    return _ended(case, printed, bell), printed


def _ended(case: Case, result: _Printed, bell: _Bell) -> Verdict:
    """Whether it may leave with this code."""
    code = result.code
    if bell.where:
        if code == 130 and case.takes_long():
            return Verdict(code)
        return Verdict(
            code,
            f"slow in {bell.where}" if code == 130 else f"interrupted, but left with {code}",
            bell.where,
        )
    allowed = (0, 1, 2) if case.words[:1] and case.words[0] in DISAGREE else (0, 2)
    if code not in allowed:
        return Verdict(code, f"left with {code}", result.output[-200:])
    if code == 2 and not result.stderr.strip():
        return Verdict(code, "left with 2 without a word", result.output[-200:])
    return Verdict(code)


def _streams(case: Case, verdict: Verdict, printed: _Printed) -> Verdict:
    """What may not stand on standard output and error."""
    form = _format(case)
    for name, text in (("stderr", printed.stderr), ("stdout", printed.stdout)):
        for what, pattern in (("control", _CONTROLS), ("direction", _TURNS)):
            found = pattern.search(text)
            if found and not (what == "direction" and name == "stdout" and form in _MARKED):
                around = text[max(0, found.start() - 60) : found.end() + 40]
                return Verdict(
                    verdict.code,
                    f"{what} character on {name} {_told_by(case, name, form, text)}",
                    ascii(around),
                )
    if "Traceback (most" in printed.output:
        return Verdict(verdict.code, "traceback printed", printed.output[-300:])
    if form == "json" and verdict.code in (0, 1) and printed.stdout:
        return _json(verdict, printed.stdout)
    return verdict


def _told_by(case: Case, name: str, form: str, text: str) -> str:
    """The command and format that print it; of a message, its kind by its last plain words."""
    if name == "stdout":
        return f"by {case.words[0]} as {form}"
    words = re.findall(r"[a-z]{3,}", text[-2000:].split(": ", 1)[-1])
    return "" if not words else f"({' '.join(words[-3:])})"


def _format(case: Case) -> str:
    for word, after in zip(case.words, (*case.words[1:], ""), strict=True):
        if word.startswith("--format="):
            return word.partition("=")[2]
        if word == "--format":
            return after
    return "table"


def _json(verdict: Verdict, text: str) -> Verdict:
    def refused(constant: str) -> NoReturn:
        raise ValueError(constant)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError(f"a key stands twice among {[key for key, _ in pairs][:9]}")
        return found

    try:
        json.loads(text, parse_constant=refused, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        return Verdict(verdict.code, "broken JSON", f"{error}: {text[:200]}")
    return verdict


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _files(
    case: Case, verdict: Verdict, before: dict[str, bytes], after: dict[str, bytes]
) -> Verdict:
    """Whether the inputs are as they were, and nothing lies about that nobody asked for."""
    harmed = [name for name, content in before.items() if after.get(name) != content]
    if harmed and "--force" not in case.words:
        return Verdict(verdict.code, "an input was changed", harmed[0])
    litter = [
        name
        for name in after.keys() - before.keys()
        if Path(name).name.startswith(".") or name.endswith(".tmp")
    ]
    if litter:
        return Verdict(verdict.code, "litter", litter[0])
    if _ESCAPE.exists():
        return Verdict(verdict.code, "wrote outside of the folder", str(_ESCAPE))
    return verdict


@dataclass(slots=True)
class _Printed:
    """What came out, and the exit code; what was raised, if it was no leaving."""

    code: int = 0
    stdout: str = ""
    stderr: str = ""
    raised: BaseException | None = None

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


def _process(case: Case) -> _Printed:
    """The whole program, as a process would run it, with streams of its own."""
    main = import_module("tracer.__main__").main
    names = ("stdin", "stdout", "stderr")
    contents = (io.BytesIO(case.typed), io.BytesIO(), io.BytesIO())
    faults = ("strict", "strict", "backslashreplace")
    streams = [_Stream(*both) for both in zip(contents, faults, strict=True)]
    kept = (sys.argv, *(getattr(sys, name) for name in names))
    handlers = {number: signal.getsignal(number) for number in _HEEDED}
    environment = os.environ.copy()
    printed = _Printed()
    for name in ("COLUMNS", "LANGUAGE"):
        os.environ.pop(name, None)
    os.environ.update({"NO_COLOR": "1", "LC_ALL": "C.UTF-8"} | dict(case.environment))
    sys.argv, sys.stdin, sys.stdout, sys.stderr = ["bptrace", *case.words], *streams
    for stream in streams:
        stream.terminal = case.words[:1] == ("walk",)
    try:
        main()
    except SystemExit as left:
        printed.code = left.code if isinstance(left.code, int) else int(left.code is not None)
    except (KeyboardInterrupt, Exception) as error:
        printed.raised = error
    finally:
        for stream in streams[1:]:
            with suppress(ValueError):  # closed
                stream.flush()
        sys.argv, sys.stdin, sys.stdout, sys.stderr = kept
        for number, handler in handlers.items():
            signal.signal(number, handler)
        os.environ.clear()
        os.environ.update(environment)
    printed.stdout, printed.stderr = (
        each.getvalue().decode("utf-8", "replace") for each in contents[1:]
    )
    return printed


class _Stream(io.TextIOWrapper):
    """A standard stream in UTF-8, before which somebody may seem to sit."""

    terminal = False

    def __init__(self, content: io.BytesIO, errors: str) -> None:
        super().__init__(content, encoding="utf-8", errors=errors, newline=None)

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self.terminal


class _Bell:
    """What rings when a case takes too long: an interrupt first, and then no more patience."""

    def __init__(self) -> None:
        self.where = ""

    def ring(self, _number: int, frame: FrameType | None) -> NoReturn:
        if self.where:
            raise Stuck
        self.where = _place(traceback.extract_stack(frame))
        raise KeyboardInterrupt


@contextmanager
def _limited(bell: _Bell) -> Iterator[None]:
    """Time and memory of one case."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, bell.ring)
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, hard))
    signal.setitimer(signal.ITIMER_PROF, PATIENCE, PATIENCE)
    signal.setitimer(signal.ITIMER_REAL, WAITING, WAITING)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _last(error: BaseException) -> str:
    return _place(traceback.extract_tb(error.__traceback__))


def _place(frames: traceback.StackSummary) -> str:
    """The innermost line of the program itself."""
    own = [frame for frame in frames if f"{os.sep}tracer{os.sep}" in frame.filename] or list(frames)
    if not own:
        return "nowhere"
    last = own[-1]
    _, inside, file = last.filename.rpartition(f"{os.sep}tracer{os.sep}")
    return f"{file if inside else Path(last.filename).name}:{last.lineno} {last.name}"
