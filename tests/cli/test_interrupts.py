"""Ctrl-C and other signals: at once, with what was done, 128 + the signal's number."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any, NoReturn

import pytest

from support.cli import ended, forked, run, run_json
from tracer.config import load
from tracer.engine.timeline import NetworkTimeline

ENDLESS = 10**12


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_prints_and_saves_what_was_done(number: int, code: int, tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    child = forked("step", "mazur", "-n", ENDLESS, "--save", state)
    child.expect(r"training.*/s")  # the progress bar with its rate: the work has begun
    child.kill(number)
    assert ended(child) == code
    assert f"of {ENDLESS}." in child.before
    assert "bptrace: interrupted" in child.before
    assert "Traceback" not in child.before
    assert load(state).training.resume.iterations > 0  # type: ignore[union-attr]
    assert [path.name for path in tmp_path.iterdir()] == ["state.yaml"]


@pytest.mark.parametrize(
    "words",
    [
        ("step", "mazur", "-n", ENDLESS, "--every", 1),
        ("run", "mazur", "-n", ENDLESS),
        ("compare", "mazur", "mazur", "-n", ENDLESS),
    ],
    ids=lambda words: str(words[0]),
)
def test_whoever_waits_for_no_end_gets_what_there_is(
    words: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    advance, blocks = NetworkTimeline.advance, 0

    def impatient(*given: Any) -> Any:
        nonlocal blocks
        blocks += 1
        if blocks == 30:
            raise KeyboardInterrupt
        return advance(*given)

    monkeypatch.setattr(NetworkTimeline, "advance", impatient)
    result = run(*words, code=130)
    told = result.stderr.splitlines()
    assert told[-1] == "bptrace: interrupted"
    follows = r"bptrace: interrupted; \d+ iterations follow, and Ctrl-C ends that too"
    assert [bool(re.fullmatch(follows, line)) for line in told[:-1]] == [True] * (words[0] == "run")
    assert "0.298371" in result.stdout


def test_comparing_stops_with_the_run_that_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = 0

    def interrupted(*_: Any) -> NoReturn:
        nonlocal trained
        trained += 1
        raise KeyboardInterrupt

    monkeypatch.setattr(NetworkTimeline, "advance", interrupted)
    found = run_json("compare", "mazur", "xor", "mazur", "-n", ENDLESS, code=130)
    assert trained == 1
    assert [one["ended"] for one in found["runs"]] == ["interrupted"] * 3


def test_an_answer_that_training_would_have_come_to_is_not_out_of_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: Any) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(NetworkTimeline, "advance", interrupted)
    result = run("check", "mazur", "-", input=f"net_h1@{ENDLESS}: 0.3\n", code=130)
    assert result.stderr == "bptrace: interrupted\n"


def test_memory_that_is_not_there_is_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: Any) -> NoReturn:
        raise MemoryError

    monkeypatch.setattr(NetworkTimeline, "advance", exhausted)
    told = run("step", "mazur", code=2).stderr
    assert told.startswith("bptrace: there is not enough memory;")


def test_what_is_held_at_once_has_a_limit() -> None:
    for words in (("run", "apples"), ("run", "mazur", "--round", "4dp")):
        told = run(*words, "-n", ENDLESS, code=2).stderr
        assert "`bptrace step` makes as many as you like" in told
