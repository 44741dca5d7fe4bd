"""Answers: every kind of file gives the same numbers, and every problem is told with its place."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from support.graphs import shipped_graph
from support.networks import shipped
from support.paths import CONFIGS
from tracer.config import load
from tracer.diagnose.answers import Answer, Moment, Tolerance, published_answers, read_answers
from tracer.errors import ConfigError, UsageError

MAZUR = shipped("mazur")
SAME = [
    ("a.yaml", "net_h1: 0.3850\nw5+: 3.589e-1\n"),
    ("a.json", '{"net_h1": 0.3850, "w5+": 3.589e-1}'),
    ("a.csv", "net_h1,0.3850\nw5+,3.589e-1\n"),
    ("a.csv", "name,value\nnet_h1,0.3850\nw5+,3.589e-1\n"),
    ("a.csv", "iteration,value,name\n,0.3850,z_h1\n"),
    ("a.yaml", "- {iteration: 1, values: {z_h1: 0.3850, w5_new: 3.589e-1}}"),
    ("a.yaml", "expected:\n  - values: {net_h1@1: 0.3850, 'w[o1,h1]+': 3.589e-1}"),
    ("-", "# by hand\nnet_h1,0.3850\nw5+,3.589e-1\n"),
    ("-", "{net_h1: 0.3850, w5+: 3.589e-1}"),
]


def read(text: str, file: str = "a.yaml") -> tuple[Answer, ...]:
    return read_answers(text.encode(), file, MAZUR)


def problems(text: str, file: str = "a.yaml") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, file)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(("file", "text"), SAME)
def test_every_format_keeps_the_digits_as_written(file: str, text: str) -> None:
    found = {a.name: a.written.text for a in read(text, file)}
    assert found.items() <= {"net_h1": "0.3850", "w5+": "3.589e-1"}.items()
    assert "net_h1" in found


def test_the_moment_comes_from_the_block_or_from_the_suffix() -> None:
    text = "[{after: 2, values: {E_total: 0.28}}, {iteration: 3, values: {E_total: 0.29}}]"
    assert [answer.moment for answer in read(text)] == [Moment(None, 2), Moment(3)]
    assert [a.moment for a in read("E_total@3: 0.29")] == [Moment(3)]
    assert [a.moment for a in read("name,value,after\nE_total,0.29,2\n", "a.csv")] == [
        Moment(None, 2)
    ]


def test_a_blank_value_is_no_answer() -> None:
    assert [a.name for a in read("net_h1:\nnet_h2: 0.4\n")] == ["net_h2"]
    assert read("net_h1,\n", "a.csv") == ()


def test_a_name_with_a_comma_needs_no_quotes_in_csv() -> None:
    assert [a.name for a in read("w[h1,i2],0.2\n", "a.csv")] == ["w2"]


def test_arrays_are_taken_apart_in_the_order_of_their_rows() -> None:
    found = read("W1: [[0.15, 0.20], [0.25, 0.30]]\nb1: [0.35]\ndelta2: [0.1385, -0.0381]")
    names = ["w1", "w2", "w3", "w4", "b1", "delta_o1", "delta_o2"]
    assert [answer.name for answer in found] == names
    assert [answer.value for answer in found][-2:] == [0.1385, -0.0381]


def test_npz_has_floats_with_a_tolerance_and_not_digits() -> None:
    stream = io.BytesIO()
    np.savez(stream, W2_new=np.array([[0.36, 0.41], [0.51, 0.56]]), E_total=np.float64(0.3))
    found = read_answers(stream.getvalue(), "a.npz", MAZUR)
    assert [answer.name for answer in found] == ["w5+", "w6+", "w7+", "w8+", "E_total"]
    assert all(answer.tolerance == Tolerance() for answer in found)


def test_a_number_in_full_is_a_program_s_and_gets_a_tolerance_too() -> None:
    short, full = read("net_h1: 0.3775\nout_h1: 0.5932699921071873")
    assert short.tolerance is None
    assert full.tolerance == Tolerance()


def test_all_problems_are_told_at_once_with_their_places() -> None:
    text = "\n".join(
        [
            "net_h9: 0.3",
            "net_h1: abc",
            "W1: [[1, 2, 3]]",
            "out_h1: 0.5",
            "a_h1: 0.6",
            "W2: [[1, 2], [1]]",
            "E_o1#2: 3",
            "net_h2: {a: 1}",
            "Q7: [1]",
        ]
    )
    told = problems(text)
    assert [line.split(": ")[0] for line in told] == [
        "a.yaml:1:1",
        "a.yaml:2:9",
        "a.yaml:3:1",
        "a.yaml:5:7",
        "a.yaml:6:5",
        "a.yaml:7:1",
        "a.yaml:8:9",
        "a.yaml:9:1",
    ]
    assert "did you mean" in told[0]
    assert "the shape is 1×3, expected 2×2" in told[2]
    assert "this quantity has two numbers; it first stands in line 4" in told[3]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[{after: 1, iteration: 2, values: {loss: 3}}]", "both iteration and after"),
        ("[{after: -1, values: {loss: 3}}]", "found -1, expected a whole number from 0"),
        ("[{after: 2, values: {E_total@4: 1}}]", "leave out the '@'"),
        ("[{vals: {E_total: 1}}]", "unknown key 'vals'"),
        ("[3]", "expected a mapping"),
        ("expected: 3", "expected a list"),
        ("dW1: [[1, 2, 3], [1, 2, 3], [1, 2, 3]]", "expected 2×2"),
        ("dW9: [1]", "there is no array 'dW9'"),
        ("net_h1: []", "found an empty list"),
        ("net_h1: 0,3775", "write a point, not a comma"),
        ("net_h1: 1e999", "outside the range"),
    ],
)
def test_a_problem_says_what_is_wrong(text: str, told: str) -> None:
    assert any(told in problem for problem in problems(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("net_h1,0.3,0.4\n", "3 cells, expected 2"),
        ("name,number\nnet_h1,0.3\n", "no column 'value'"),
        ('net_h1,"0.3\n', "not a CSV file"),
        ("name,value,iteration\nnet_h1,0.3,0\n", "expected a whole number from 1"),
    ],
)
def test_a_problem_in_csv_says_what_is_wrong(text: str, told: str) -> None:
    assert told in problems(text, "a.csv")[0]


def test_what_is_no_npz_is_refused() -> None:
    stream = io.BytesIO()
    np.savez(stream, W1=np.array(["a"]))
    for content in (b"PK\x03\x04 and no more", stream.getvalue()):
        with pytest.raises(ConfigError, match="numbers"):
            read_answers(content, "a.npz", MAZUR)


def test_a_transposed_array_is_recognised() -> None:
    experiment = shipped("four-equations")
    with pytest.raises(ConfigError, match="transposed"):
        read_answers(str({"W1": np.zeros((4, 3)).tolist()}).encode(), "a.json", experiment)


def test_an_experiment_that_only_predicts_has_no_backward_answers() -> None:
    experiment = shipped("zhou-neuron")
    assert len(read_answers(b"{net_o1: 7, out_o1: 0.999, w1: 0}", "-", experiment)) == 3
    with pytest.raises(ConfigError, match="needs targets"):
        read_answers(b"delta_o1: 3", "-", experiment)


def test_later_iterations_need_training() -> None:
    with pytest.raises(ConfigError, match="only iteration 1"):
        read_answers(b"out_o1@2: 0.9", "-", shipped("zhou-neuron"))


def test_a_configuration_without_expected_numbers_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no `expected:`"):
        published_answers(shipped("xor"), "xor.yaml")
    text = (CONFIGS / "mazur.yaml").read_text(encoding="utf-8")
    experiment = load(tmp_path / "m.yaml", text.replace("net_h1: 0.3775", "net_h9: 0.3775"))
    with pytest.raises(ConfigError, match=r"expected\[0\].values.net_h9: there is no quantity"):
        published_answers(experiment, "m.yaml")


def test_arrays_don_t_belong_to_graphs() -> None:
    experiment = shipped_graph("apples")
    with pytest.raises(ConfigError, match="only single numbers"):
        read_answers(b"total: [1, 2]", "-", experiment)
    (found,) = read_answers("∂total/∂apple: 2.2".encode(), "-", experiment)
    assert found.name == "dtotal/dapple"


@pytest.mark.parametrize("text", ["", "a", "1e-6,x", "-1e-6", "1,2,3"])
def test_a_tolerance_is_one_or_two_numbers(text: str) -> None:
    with pytest.raises(UsageError, match="--tolerance"):
        Tolerance.parse(text)
    assert Tolerance.parse("1e-6")(2.0) == pytest.approx(2e-6 + 1e-12)
    assert Tolerance.parse("0,1e-3")(2.0) == pytest.approx(1e-3)
