"""The fuzzer's judge blames what nobody may see, and nothing else."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from hypothesis import strategies as st

from benchmarks.fuzz import __main__ as command
from benchmarks.fuzz import hunt, judge
from benchmarks.fuzz.case import Case
from benchmarks.fuzz.kinds import KINDS
from tracer import __main__ as main

pytestmark = pytest.mark.no_cover


def crash() -> None:
    raise KeyError("x")


def leave_wordless() -> None:
    raise typer.Exit(2)


def leave_with_three() -> None:
    raise typer.Exit(3)


def escape() -> None:
    typer.echo("title \x1b]0;owned\a", err=True)


def turn() -> None:
    typer.echo("title \u202eevil")


def warn() -> None:
    warnings.warn("overflow encountered", RuntimeWarning, stacklevel=1)


def change() -> None:
    Path("net.yaml").write_text("mine")


def litter() -> None:
    Path(".net.yaml.tmp").write_text("x")


def hang() -> None:
    while True:
        pass


def hang_on() -> None:
    while True:
        try:
            hang()
        except KeyboardInterrupt:
            continue


def interrupted() -> None:
    try:
        hang()
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def fill() -> None:
    bytearray(2 * judge.MEMORY)


def break_json() -> None:
    typer.echo('{"loss": NaN}')


def repeat_a_key() -> None:
    typer.echo('{"loss": 1, "loss": 2}')


def verdict_on(act: Callable[[], None], monkeypatch: pytest.MonkeyPatch, **case: bytes) -> str:
    """The cause that the judge finds in a program that does this."""
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
    def _act() -> None:
        act()

    monkeypatch.setattr(main, "main", app)
    monkeypatch.setattr(judge, "PATIENCE", 0.2)
    return judge.judged(Case(("run", "--format", "json"), {"net.yaml": b"theirs", **case})).cause


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        (crash, "KeyError at test_judge.py"),
        (leave_wordless, "left with 2 without a word"),
        (leave_with_three, "left with 3"),
        (escape, "control character on stderr"),
        (turn, "direction character on stdout by run as json"),
        (warn, "warning RuntimeWarning at test_judge.py"),
        (change, "an input was changed"),
        (litter, "litter"),
        (hang, "slow in"),
        (hang_on, "stuck in"),
        (interrupted, "slow in"),
        (fill, "MemoryError at test_judge.py"),
        (break_json, "broken JSON"),
        (repeat_a_key, "broken JSON"),
    ],
)
def test_what_nobody_may_see_is_blamed(
    act: Callable[[], None], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verdict_on(act, monkeypatch).startswith(cause)


def test_work_that_was_asked_for_may_be_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not verdict_on(interrupted, monkeypatch, large=b"iterations: 1000000000000")


def test_a_good_program_is_not_blamed() -> None:
    sheet = Case(("check", "mazur", "answers"), {"answers": b"net_h1: 0.5"})
    assert judge.judged(sheet) == judge.Verdict(1)
    assert judge.judged(Case(("run", "none.yaml"))) == judge.Verdict(2)


def test_a_failure_is_made_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(case: Case) -> judge.Verdict:
        return judge.Verdict(0, "an a" if "a" in case.words[0] else "")

    words = st.text(st.sampled_from("abc"), max_size=30).map(lambda word: Case((word,)))
    monkeypatch.setitem(KINDS, "words", words)
    monkeypatch.setattr(hunt, "judged", judged)
    found = hunt.Found()
    hunt.batch(found, tmp_path / "last", "words", 1, math.inf, set())
    case, _ = found.smallest["an a"]
    assert case.words == ("a",)
    assert found.tried == found.failed.total() + found.codes.total()


def test_a_process_that_dies_has_a_case_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "deadly", st.just(Case(("deadly",))))
    monkeypatch.setattr(hunt, "judged", lambda case: os._exit(9))
    found = hunt.apart("deadly", 1, 60, set())
    assert found.smallest["died with 9"][0] == Case(("deadly",))


def test_the_table_is_written_into_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = hunt.Found()
    found.take(Case(("run",)), judge.Verdict(0))
    found.take(Case(("run", "\x1b")), judge.Verdict(2, "an escape", "\x1b"))
    monkeypatch.setattr(command, "judged", lambda case: judge.Verdict(0))
    monkeypatch.setattr(command, "hunt", lambda kind, seed, seconds: found)
    page = tmp_path / "page.md"
    page.write_text(f"{command.BEGIN}\n<!-- until here -->\n")
    assert command.main(["--kind", "names", "--seconds", "3", "--write", str(page)]) == 1
    assert "| names | 2 | 1 | 0 | 0 | 0 | 1 | 1 |" in page.read_text()
    shown = capsys.readouterr().out
    assert "names: an escape (1 times)" in shown
    assert "\x1b" not in shown
