"""The benchmark measures two ways of doing the same; times are not asserted."""

from __future__ import annotations

import pytest

from benchmarks import __main__ as command
from benchmarks.cases import Case, cases
from benchmarks.timing import measure

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_engine_and_plain_loop_end_at_the_same_parameters(case: Case) -> None:
    result = measure(case, rounds=2, iterations=10)
    assert result.difference < 1e-9
    assert result.ratio > 0


def test_the_command_prints_a_line_for_each_case(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--rounds", "1", "--iterations", "2"])
    lines = capsys.readouterr().out.splitlines()
    assert [line[:34].rstrip() for line in lines[2:]] == [case.title for case in CASES]


def test_different_parameters_stop_the_benchmark(monkeypatch: pytest.MonkeyPatch) -> None:
    case = CASES[0]
    wrong = Case(case.title, case.experiment, lambda experiment, _: experiment.parameters, 1)
    monkeypatch.setattr(command, "cases", lambda: (wrong,))
    with pytest.raises(SystemExit, match="different parameters"):
        command.main(["--rounds", "1", "--iterations", "2"])
