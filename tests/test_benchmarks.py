"""The benchmark measures two ways of doing the same; times are not asserted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks import __main__ as command
from benchmarks import checking, exercises, justice, mistakes, peers
from benchmarks.block import END
from benchmarks.cases import PLAIN, Case, cases
from benchmarks.people import cases as people
from benchmarks.people.scoring import Truth
from benchmarks.people.tables import Results
from benchmarks.timing import measure
from support.paths import CONFIGS
from support.sparing import sparing
from tracer.config import load
from tracer.diagnose.answers import read_answers
from tracer.diagnose.check import check

CASES = cases()
MAZUR = CONFIGS / "mazur.yaml"


@pytest.mark.parametrize("case", sparing(CASES, len(CASES) - 1), ids=[case.title for case in CASES])
def test_the_engine_and_the_others_end_at_the_same_parameters(case: Case) -> None:
    own = {name: other for name, other in case.others.items() if name not in peers.LIBRARIES}
    for result in measure(replace(case, others=own), rounds=2, iterations=10).values():
        assert result.difference < 1e-9
        assert result.ratio > 0


def test_the_command_prints_a_line_for_each_comparison(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[0]
    both = replace(case, others={PLAIN: case.others[PLAIN], "once more": case.others[PLAIN]})
    monkeypatch.setattr(command, "cases", lambda: (both,))
    command.main(["--rounds", "1", "--iterations", "2"])
    lines = capsys.readouterr().out.splitlines()
    assert [line[35:59].rstrip() for line in lines[-2:]] == [PLAIN, "once more"]


def test_different_parameters_stop_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = replace(CASES[0], others={"wrong": lambda experiment, _: experiment.parameters})
    monkeypatch.setattr(command, "cases", lambda: (wrong,))
    with pytest.raises(SystemExit, match="different parameters"):
        command.main(["--rounds", "1", "--iterations", "2"])


@pytest.mark.parametrize("manner", justice.ALL_MANNERS)
def test_right_sheets_lose_no_points(manner: str) -> None:
    rng = Random(manner)
    for subject in justice.subjects().values():
        one = justice.case(rng, subject, manner, rng.choice((3, 4, 5)))
        sheet = one.marked()
        assert not sheet.foreign
        assert justice.losses(sheet)[0] < 1, (subject.name, one.pen)


def test_the_benchmark_of_justice_sees_a_loss(capsys: pytest.CaptureFixture[str]) -> None:
    one = justice.case(Random(1), justice.subjects()["mazur"], justice.WAVERING, 4)
    spoiled = replace(one, answers=one.answers.replace(b"0.1", b"0.7"), form=one.form)
    assert justice.losses(spoiled.marked())[0] >= 1
    justice.main(["--rounds", "1"])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[-2][:2] == ["all", str(5 * len(justice.ALL_MANNERS))]


def test_checking_times_sheets_of_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    checking.main(["--sheets", "6"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert [int(row[-4]) for row in rows] == [1] * len(checking.KINDS) + [len(checking.KINDS)]


def test_checking_writes_its_right_sheets_for_the_bundled_example() -> None:
    experiment = load("mazur.yaml", MAZUR.read_text(encoding="utf-8"))
    for kind, sheet in checking.KINDS.items():
        answers = read_answers(sheet(Random(3)), "answers", experiment)
        assert check(experiment, answers).all_right is kind.startswith("right")


def case(row: str, answers: str, **said: Any) -> people.Case:
    """A sheet for the classic example."""
    return people.Case(row, "complete", MAZUR.read_text(encoding="utf-8"), answers.encode(), **said)


def test_the_tables_count_what_is_blamed_passed_and_named() -> None:
    results = Results()
    results.take("right", case("fine", "net_h1: 0.3775"))
    results.take("right", case("fine", "net_h1: 0.9123"))
    results.take("zeros", case("nothing", "net_h1: 0.000", zeros=frozenset({"net_h1"})))
    wrong = Truth({"w5+": "gradient_added"}, frozenset(), frozenset({"net_h1"}))
    results.take("wrong", case("slip", "net_h1: 0.3775\nw5+: 0.441084", truth=wrong))
    results.take("wrong", case("broken", "nothing"))
    printed = "\n".join(results.lines(by_name=True))
    assert "| fine | complete | 2 | 2 | 1 | 1 | 0 |" in printed
    assert "| nothing | 1 | 1 | 0 | 0 |" in printed
    assert "| slip | complete | 1 | 100.0 % | 100.0 % | 0 | 0 | 1 | 0 |" in printed
    assert "| `gradient_added` | 1 | 100.0 % |" in printed
    assert "Not judged for an error: wrong: " in printed


def test_false_cases_are_shown_with_what_reproduces_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Results(show=1).take("right", case("fine", "net_h1: 0.9123"))
    printed = capsys.readouterr().out
    assert "a right sheet accused" in printed
    assert "learning_rate: 0.5" in printed
    assert "net_h1 = 0.9123: wrong" in printed


def test_the_command_writes_its_tables_into_a_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{mistakes.BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    made = {"right": (lambda rng, sheets: iter([case("fine", "net_h1: 0.3775")]), 1)}
    monkeypatch.setattr(mistakes, "GROUPS", made)
    mistakes.main(["--write", str(page)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"before\n{mistakes.BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "| fine | complete | 1 | 1 | 0 | 0 | 0 |" in text
    assert "old" not in text
    assert "--seed 1 --sheets 20` prints:" in text
    assert capsys.readouterr().out.strip() in text


def test_the_parts_of_a_class_set_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    exercises.main(["--count", "1"])
    lines = [line[:36].rstrip() for line in capsys.readouterr().out.splitlines()]
    assert "the command, 1: from start to end" in lines
    assert lines[-5:] == ["configurations", "sheets", "keys", "pages", "all"]
