"""Marking schemes in YAML: read exactly, refused with their places."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tracer.config.marking import load_scheme
from tracer.errors import ConfigError
from tracer.model.marking import Worth


def test_a_scheme_is_read_as_it_is_written() -> None:
    scheme = load_scheme(
        "scheme.yaml",
        "total: 10\nround: 0.1\nverdicts: {mistake: 0.25, coarse: 1}\nafter_trivial: 0.5\n"
        'points:\n  each: 1\n  "delta_*": 2.5\n',
    )
    assert scheme.total == 10
    assert [scheme.step, scheme.after_trivial] == [Fraction(1, 10), Fraction(1, 2)]
    assert [scheme.share(verdict) for verdict in ("mistake", "coarse", "follows")] == [
        Fraction(1, 4), 1, 1
    ]  # fmt: skip
    assert scheme.worths == (
        Worth("each", Fraction(1), 6, 3),
        Worth("delta_*", Fraction(5, 2), 7, 3),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("total: -1", "scheme.yaml:1:8: total: found -1, expected more than 0"),
        (
            "verdcts: {}",
            "scheme.yaml:1:1: verdcts: unknown key 'verdcts'; did you mean 'verdicts'?",
        ),
        (
            "verdicts: {mistak: 1}",
            "scheme.yaml:1:12: verdicts.mistak: unknown verdict 'mistak'; did you mean 'mistake'?",
        ),
        ("verdicts: {wrong: 2}", "scheme.yaml:1:19: verdicts.wrong: found 2, expected 1 or less"),
        ("points: {each: x}", "scheme.yaml:1:16: points.each: found 'x', expected a number"),
        ("points: {each: 0}", "scheme.yaml:1:9: points: nothing is worth any points; give each or"),
        ("- 1", "scheme.yaml:1:1: expected keys with values; a marking scheme has keys such as"),
        ("network: {inputs: 2}", "scheme.yaml:1:1: this is a configuration; a marking scheme has"),
        ("", "scheme.yaml: the file is empty"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_scheme("scheme.yaml", text)
    assert str(refused.value).startswith(problem)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        load_scheme("scheme.yaml", "total: x\nround: 0\nafter_trivial: 2\n")
    assert [problem.line for problem in refused.value.problems] == [1, 2, 3]
