"""The benchmark measures two ways of doing the same; times are not asserted."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import mistakes
from benchmarks.cases import Case, cases
from benchmarks.timing import measure
from tracer.diagnose.mistakes import MISTAKES

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


@pytest.mark.no_cover
def test_senseless_numbers_are_seldom_named() -> None:
    numbers, named = mistakes.senseless(25, 5, np.random.default_rng(5))
    assert numbers > 15
    assert named <= 1


@pytest.mark.no_cover
def test_the_measurement_counts_what_was_planted(capsys: pytest.CaptureFixture[str]) -> None:
    mistakes.main(["--networks", "1", "--seed", "3"])
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed[: len(MISTAKES)]] == list(MISTAKES)
    assert printed[-1].startswith("random numbers of 6 digits")
