"""The hunt: cases of a kind until the time is up, each cause of a failure made small once.

The hunt runs in a process of its own, which writes down each case before it runs: a process that
dies, or hears no signal, has a case to show.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.errors import HypothesisException, HypothesisWarning

from benchmarks.fuzz.case import Case
from benchmarks.fuzz.judge import WAITING, Verdict, judged
from benchmarks.fuzz.kinds import KINDS

_BYTES = 20_000
"""Of which a case is drawn: more than any needs."""
_SHRINKING = 8
"""Seconds that making a failure small may take."""
_DEAF = 2 * WAITING


class _Failed(Exception):  # noqa: N818
    """Tells Hypothesis what to make small."""


@dataclass(slots=True)
class Found:
    """What came of the cases of a kind: exit codes, and the failures by their causes."""

    tried: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    smallest: dict[str, tuple[Case, Verdict]] = field(default_factory=dict)

    def take(self, case: Case, verdict: Verdict) -> None:
        """Count a case."""
        self.tried += 1
        if not verdict.cause:
            self.codes[str(verdict.code)] += 1
            return
        self.failed[verdict.cause] += 1
        self.smallest.setdefault(verdict.cause, (case, verdict))

    def add(self, other: Found) -> None:
        """Count what another process has found."""
        self.tried += other.tried
        self.codes.update(other.codes)
        self.failed.update(other.failed)
        self.smallest = other.smallest | self.smallest


def hunt(kind: str, first: int, seconds: float) -> Found:
    """What is found in so many seconds, from this seed on."""
    found, start, number = Found(), time.monotonic(), first * 1_000_000
    while (left := start + seconds - time.monotonic()) > 0:
        known = set(found.smallest)
        found.add(apart(kind, number, left, known))
        number += 1000
    return found


def apart(kind: str, number: int, seconds: float, known: set[str]) -> Found:
    """What a process of its own finds, until its time is up or it dies."""
    here, there = multiprocessing.Pipe(duplex=False)
    with tempfile.NamedTemporaryFile() as written:
        last = Path(written.name)
        work = multiprocessing.get_context("fork").Process(
            target=_work, args=(there, last, kind, number, seconds, known)
        )
        work.start()
        there.close()
        found = Found()
        try:
            while not here.poll(1):
                if time.time() - last.stat().st_mtime > _DEAF:
                    work.kill()
            found = here.recv()
        except EOFError:
            work.join()
            cause = (
                "hears no signal"
                if work.exitcode == -signal.SIGKILL
                else f"died with {work.exitcode}"
            )
            found.take(pickle.loads(last.read_bytes()), Verdict(None, cause))
        work.join()
    return found


def _work(
    answer: Connection, last: Path, kind: str, number: int, seconds: float, known: set[str]
) -> None:
    warnings.simplefilter("ignore", HypothesisWarning)  # of the sizes of what is handed in here
    found, end = Found(), time.monotonic() + seconds
    while time.monotonic() < end and found.tried < 5000:  # a fresh process now and then
        batch(found, last, kind, number, end, known)
        number += 1
    answer.send(found)


def batch(found: Found, last: Path, kind: str, number: int, end: float, known: set[str]) -> None:
    """Cases from one seed up to the first with a new cause, which is made small."""
    shrunk, until = "", end

    @settings(database=InMemoryExampleDatabase(), deadline=None, report_multiple_bugs=False,
        print_blob=False,
              phases=(Phase.reuse, Phase.shrink),
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(KINDS[kind])
    def attempt(case: Case) -> None:
        nonlocal shrunk, until
        if time.monotonic() > until:
            return
        last.write_bytes(pickle.dumps(case))
        verdict = judged(case)
        if shrunk:
            if verdict.cause == shrunk:
                found.smallest[shrunk] = (case, verdict)
                raise _Failed
            return
        new = (
            bool(verdict.cause)
            and verdict.cause not in found.smallest
            and verdict.cause not in known
        )
        found.take(case, verdict)
        if new:
            slow = verdict.cause.startswith(("slow", "stuck", "memory", "interrupted"))
            shrunk, until = verdict.cause, time.monotonic() + (0 if slow else _SHRINKING)
            raise _Failed

    once: Callable[[bytes], object] = attempt.hypothesis.fuzz_one_input  # type: ignore[attr-defined]
    drawn = Random(f"{kind} {number}")
    while not shrunk and time.monotonic() < end:
        with suppress(_Failed):
            once(drawn.randbytes(_BYTES))
    if shrunk:
        with suppress(_Failed, HypothesisException):
            attempt()  # the failure, from the database, and what is smaller
