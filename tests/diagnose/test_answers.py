"""Answers: every kind of file gives the same numbers, and every problem is told with its place."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from support.graphs import shipped_graph
from support.networks import shipped
from support.paths import CONFIGS
from support.planting import exact_of
from tracer.config import load
from tracer.diagnose.answers import (
    Answer,
    ArrayAnswer,
    Moment,
    Supplied,
    Tolerance,
    foreign_title,
    published_answers,
    read_answers,
)
from tracer.diagnose.answers.arrays import Numbering, find_stage
from tracer.errors import ConfigError, UsageError
from tracer.language import in_language
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.quantity import Derivative, Kind, Quantity, Stage

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
    ("a.txt", "net_h1 = 0.3850\nw5+ =3.589e-1  # by hand\n"),
    ("a.yaml", "net_h1 = 0,3850\nw5+ = 3,589e-1\n"),
    ("a.tsv", "quantity\tvalue\nnet_h1\t0.3850\nw5+\t3.589e-1\n"),
    ("a.csv", "name;value;iteration\nnet_h1;0,3850;1\nw5+;3,589e-1;\n"),
    ("a.csv", "net_h1;0,3850\nw[o1,h1]+;3,589e-1\n"),
    ("a.csv", "net_h1;0.3850\nw5+;3.589e-1\n"),
    ("a.csv", 'net_h1;"0,3850"\nw5+;"3,589e-1"\n'),
    ("a.m", "net_h1 = 0.3850;\nw5+ = 3.589e-1;\n"),
    ("a.txt", "net_h1 = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3850\nw5+ ≈ 3.589e-1\n"),
    ("a.txt", "net_h1 0.3850\nnet_h2\nnet_o1\nnet_o2\nw5+ 3.589e-1\n"),
    ("a.txt", "net_h1   0.3850\nw[o1,h1]+ 3.589e-1\n"),
    ("a.txt", "z_h1 0,3850\nw5+\t3,589e-1\n"),
    ("a.csv", "iteration,sample,quantity,value\n1,1,net_h1,0.3850\n1,,w5+,3.589e-1\n"),
    ("a.md", "| `net_h1` | 0.3850 |\n| `w5⁺` | 3.589e-1 |\n"),
    ("a.md", "# Mine\n\n| quantity | value | quantity | value |\n| :-- | --: | :-- | --: |\n"
             "| `net_h1` | 0.3850 | `out_h1` | ____ |\n| `w5⁺` | 3.589e-1 |  |  |\n"),
    ("a.md", "| i1 | i2 |\n| -- | -- |\n| 0.05 | 0.1 |\n\n| quantity | given | right |\n"
             "| -- | -- | -- |\n| `net_h1` | 0.3850 | 0.3775 |\n| w5+ | 3.589e-1 | 0.3589 |\n"),
]  # fmt: skip


def read(text: str, file: str = "a.yaml") -> tuple[Answer, ...]:
    return singles(read_answers(text.encode(), file, MAZUR))


def singles(answers: Iterable[Supplied]) -> tuple[Answer, ...]:
    return tuple(answer for answer in answers if isinstance(answer, Answer))


def arrays(content: bytes | str, file: str = "a.json", of: Experiment = MAZUR) -> list[ArrayAnswer]:
    """The arrays in a file's content; there must be nothing else in it."""
    found = read_answers(content.encode() if isinstance(content, str) else content, file, of)
    whole = [answer for answer in found if isinstance(answer, ArrayAnswer)]
    assert len(whole) == len(found)
    return whole


def saved(**values: npt.NDArray[Any]) -> bytes:
    stream = io.BytesIO()
    members: dict[str, Any] = values
    np.savez(stream, **members)
    return stream.getvalue()


def names(answers: Iterable[Answer]) -> list[str]:
    """What the answers are for, in the classic example."""
    known = Names(MAZUR.network)
    return [known.name(a.identity) for a in answers if isinstance(a.identity, Quantity)]


def problems(text: str, file: str = "a.yaml") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, file)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(("file", "text"), SAME)
def test_every_format_keeps_the_digits_as_written(file: str, text: str) -> None:
    answers = read(text, file)
    found = {name: a.written.text for name, a in zip(names(answers), answers, strict=True)}
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
    for text in ("net_h1:\nnet_h2: 0.4\n", "net_h1,\nnet_h2,0.4\n", "net_h1 =\nnet_h2 = 0.4\n"):
        assert names(read(text)) == ["net_h2"]


@pytest.mark.parametrize("text", ["net_h1:\nnet_h2:\n", "net_h1,\n", "net_h1 =\n"])
def test_answers_without_a_number_are_none(text: str) -> None:
    (told,) = problems(text)
    assert "there are no numbers in it" in told


def test_a_name_with_a_comma_needs_no_quotes_in_csv() -> None:
    assert names(read("w[h1,i2],0.2\n", "a.csv")) == ["w2"]


def test_a_list_of_numbers_is_an_answer_of_its_own_in_the_engine_s_shape() -> None:
    found = arrays("W1: [[0.15, 0.20], [0.25, 0.30]]\nb1: [0.35]\ndelta2: [0.1385, -0.0381]")
    assert [answer.stage for answer in found] == [
        Stage(Kind.WEIGHT, 1),
        Stage(Kind.BIAS, 1),
        Stage(Kind.DELTA, 2),
    ]
    assert found[-1].values.tolist() == [[0.1385, -0.0381]]
    assert {answer.precision.name for answer in found} == {"4 decimals"}


def test_npz_has_floats_with_a_tolerance_and_not_digits() -> None:
    content = saved(W2_new=np.array([[0.36, 0.41], [0.51, 0.56]]), E_total=np.array(0.3))
    whole, number = read_answers(content, "a.npz", MAZUR)
    assert isinstance(whole, ArrayAnswer)
    assert whole.precision.name == "float64"
    assert isinstance(number, Answer)
    assert number.tolerance is not None


RNG = np.random.default_rng(1)
VALUES = RNG.normal(0, 0.3, (2, 2)), RNG.normal(0, 3.0, (2, 2))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (lambda a: a.tolist(), "float64"),
        (lambda a: a.astype(np.float32).tolist(), "float32"),
        (lambda a: [[float(str(x)) for x in row] for row in a.astype(np.float32)], "float32"),
        (lambda a: np.round(a, 6).tolist(), "6 decimals"),
        (lambda a: [[float(f"{x:.5g}") for x in row] for row in a], "5 significant digits"),
        (lambda a: np.zeros_like(a).tolist(), "float64"),
        (lambda a: np.round(a, 2).tolist(), "float64"),
    ],
)
def test_the_numbers_of_a_file_together_show_their_precision(
    written: Callable[[npt.NDArray[np.float64]], object], name: str
) -> None:
    text = json.dumps({"dW1": written(VALUES[0] / 50), "dW2": written(VALUES[1])})
    assert {answer.precision.name for answer in arrays(text)} == {name}


def test_a_type_that_numpy_states_is_the_precision() -> None:
    for dtype in (np.float16, np.float32):
        (found,) = arrays(saved(dW1=VALUES[0].astype(dtype)), "a.npz")
        assert found.precision.name == np.dtype(dtype).name


def test_a_tolerance_that_is_asked_for_holds_for_arrays() -> None:
    (found,) = read_answers(b"{dW1: [[1, 2], [3, 4]]}", "-", MAZUR, Tolerance(1e-3, 0.5))
    assert isinstance(found, ArrayAnswer)
    assert found.slack(np.array([2.0])).tolist() == [0.502]


def test_weights_with_a_row_for_each_input_are_turned_round_and_square_ones_with_them() -> None:
    experiment = shipped("four-equations")
    true = exact_of(experiment).trace.arrays[Stage(Kind.WEIGHT, 1)]
    (found,) = arrays(json.dumps({"W1": true.T.tolist()}), of=experiment)
    assert found.turned is True
    assert (found.values == true).all()
    (square,) = arrays("W1: [[1, 2], [3, 4]]")
    assert square.turned is None
    assert square.turned_round().values.tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    ("names", "first", "layers"),
    [
        (("W0", "W1", "b0"), 0, (1, 2, 1)),
        (("W2", "W3", "a2"), 2, (1, 2, 1)),
        (("W2", "W3", "a1", "z3"), 2, (1, 2, 0, 2)),
        (("W1", "W2", "a0", "a2"), 1, (1, 2, 0, 2)),
        (("W0", "W1", "a0", "a1", "a2"), 0, (1, 2, 0, 1, 2)),
        (("W2",), 1, (2,)),
    ],
)
def test_layers_are_counted_as_the_names_of_the_file_together_say(
    names: Sequence[str], first: int, layers: Sequence[int]
) -> None:
    numbering = Numbering.of(names, 2)
    trace = exact_of(MAZUR).trace
    assert numbering.first == first
    assert tuple(find_stage(name, trace, numbering).layer for name in names) == tuple(layers)


def test_an_array_and_one_of_its_numbers_are_two_numbers_for_it() -> None:
    told = problems('{"delta2": [0.1, 0.2], "delta_o1": 0.1}', "a.json")
    assert len(told) == 1
    assert "this quantity has two numbers" in told[0]


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
        ("net_h1: 1,234", "may be 1.234 or 1234; write a point, not a comma"),
        ("net_h1: 0,37,75", "write a point, not a comma"),
        ("{net_h1: 0,3775}", "'3775' has no number; between braces write a point"),
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("net_h1 = 1,234\n", "a:1:2: net_h1: '1,234' may be 1.234 or 1234; write a point"),
        ("net_h1 = 1,234\nnet_h2 = 0.5\n", "a:1:2: net_h1: '1,234' may be 1.234 or 1234"),
        ("name,value\nnet_h1,0,5\n", "behind a semicolon: net_h1;0,5"),
        ("net_h1;0,5\nnet_h2;1.234,5\n", "a:2:2: net_h2: '1.234,5' is not a number"),
        ("net_h1 = 0.5\nnet_h2 0.5\n", "a:2:1: net_h2 0.5: 1 cell, expected 2; a line is a name, ="),
        ("net_h1\t0.5\nnet_h2\t0.5\t1\n", "3 cells, expected 2; a line is a name, a tab and"),
        ("\n# mine\nI could not do it\n", "a:3:1: found 'I could not do it', expected a name and a"),
        ("neuron net out\nh1, h2 0.1 0.2\nh3 0.1 0.2\n", "a:1:1: found 'neuron net out', expected"),
        ("Name: Anna\nnet_h1 = 0.5\nnet_h2 = 0.5\n", "a:1:1: Name: Anna: 1 cell, expected 2; a line"),
        ("W1 = [[0.15, 0.2], [0.25, 0.3]]\n", "a:1:2: W1: found a list, expected a number; arrays"),
        ("}", "a:1:1: found '}', expected a name and a number; write net_h1: 0.3775"),
    ],
)  # fmt: skip
def test_a_line_of_another_kind_is_told_with_what_was_expected(text: str, told: str) -> None:
    assert told in problems(text, "a")[0]


def test_semicolons_make_a_comma_decimal_even_where_it_could_mark_thousands() -> None:
    assert [a.value for a in read("net_h1;1,234\n")] == [1.234]


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("net_h1: 0,3775\nw1+: 1,5e-1\nnet_h2: -0,5\n", "a.yaml"),
        ("{net_h1: '0,3775', w1+: '1,5e-1', net_h2: '-0,5'}", "a.yaml"),
        ('name,value\nnet_h1,"0,3775"\nw1+,"1,5e-1"\nnet_h2,"-0,5"\n', "a.csv"),
        ("name;value\nnet_h1;0,3775\nw1+;1,5e-1\nnet_h2;-0,5\n", "a.csv"),
        ("name\tvalue\nnet_h1\t0,3775\nw1+\t1,5e-1\nnet_h2\t-0,5\n", "a.tsv"),
        ("net_h1 = 0,3775\nw1+ = 1,5e-1\nnet_h2 = −0,5\n", "a.txt"),
        ("net_h1 = 0,3775\nw1+ = 0.15\nnet_h2 = -0,5\n", "a.txt"),
        ("| name | value |\n|---|---|\n| net_h1 | 0,3775 |\n| w1+ | ,15 |\n| net_h2 | -0,5 |\n", "a"),
    ],
)  # fmt: skip
def test_a_decimal_comma_is_read_where_it_can_be_nothing_else(text: str, file: str) -> None:
    answers = read(text, file)
    assert [answer.value for answer in answers] == [0.3775, 0.15, -0.5]
    assert (answers[0].written.text, answers[0].written.decimals) == ("0.3775", 4)


def test_a_comma_of_thousands_is_a_decimal_one_among_decimal_commas() -> None:
    assert [a.value for a in read("net_h1: 1,234\nnet_h2: 0,5\n")] == [1.234, 0.5]
    (problem,) = problems("net_h1: 1,234\nnet_h2: 0.5\n", "a")
    assert "'1,234' may be 1.234 or 1234; write a point, not a comma" in problem


def test_who_says_that_his_language_has_a_decimal_comma_is_believed() -> None:
    with in_language("de"):
        assert [a.value for a in read("net_h1: 1,234\n")] == [1.234]


def test_npy_is_called_after_its_file(tmp_path: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([[0.15, 0.2], [0.25, 0.3]], dtype=np.float32))
    content = stream.getvalue()
    (found,) = arrays(content, str(tmp_path / "W1.npy"))
    assert found.name == "W1"
    assert found.precision.name == "float32"
    with pytest.raises(ConfigError, match=r"no array 'mine'; an \.npy file bears its array's name"):
        read_answers(content, "mine.npy", MAZUR)
    with pytest.raises(ConfigError, match="the array has no name"):
        read_answers(content, "<stdin>", MAZUR)
    with pytest.raises(ConfigError, match="W1: the array can't be read"):
        read_answers(content[:20], "W1.npy", MAZUR)


def test_an_array_s_name_and_shape_come_before_its_numbers() -> None:
    """The file says a terabyte and holds nothing: that it doesn't fit is seen from the header."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (400000, 400000), }"
    array = b"\x93NUMPY\x01\x00" + (len(header) + 1).to_bytes(2, "little") + header + b"\n"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("W1.npy", array)
        archive.writestr("Q1.npy", array)
    with pytest.raises(ConfigError) as caught:
        read_answers(stream.getvalue(), "a.npz", MAZUR)
    first, second = map(str, caught.value.problems)
    assert first.startswith("a.npz: W1: the shape is 400000×400000, expected 2×2")
    assert second.startswith("a.npz: Q1: there is no array 'Q1'")


def test_an_array_that_is_cut_off_is_told_with_its_name() -> None:
    stream = io.BytesIO()
    np.save(stream, np.ones((2, 2)))
    with pytest.raises(ConfigError, match=r"W1\.npy: W1: the array is cut short"):
        read_answers(stream.getvalue()[:-8], "W1.npy", MAZUR)


def test_a_number_of_an_array_that_isn_t_finite_is_told_once() -> None:
    stream = io.BytesIO()
    np.savez(stream, W1=np.array([[1, np.nan], [np.inf, np.nan]]))
    with pytest.raises(ConfigError) as caught:
        read_answers(stream.getvalue(), "a.npz", MAZUR)
    assert str(caught.value) == "a.npz: W1: W1[0, 1] is nan, expected a finite number"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\x89PNG\r\n\x1a\n", "this is a picture, no file of answers; hand in text"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "this is a picture"),
        (b"RIFF\0\0\0\0WEBPVP8", "this is a picture"),
        (b"%PDF-1.4\n\xe2\xe3", "this is a PDF.*hand in text, a line each such as net_h1: 0.3775"),
        (b"\xd0\xcf\x11\xe0\0", "this is a document of Word or Excel"),
        (b"{\\rtf1 hello}", "this is a document in RTF"),
        (b"\n<!DOCTYPE html>", "this is a web page"),
        (b"\x1f\x8b\x08", "this is an archive.*pack it as .zip"),
        (b"\x01\x02\0", "neither text nor arrays; answers are YAML, CSV or JSON"),
        (b"{}", "the file is empty; a sheet that nobody has filled in has the names"),
        (b"# nothing but this\n", "the file is empty"),
        (b"net_h1: 0,5 \xb5", "not UTF-8"),
        (b"", "the file is empty"),
        (b"title: t\nnetwork: {inputs: 2}\n", "this is a configuration, not answers"),
        (b'{\n  "graph": {"inputs": {"x": 1}}}', "this is a configuration, not answers"),
    ],
)
def test_what_holds_no_answers_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read_answers(content, "a", MAZUR)


@pytest.mark.parametrize(
    ("member", "told"),
    [
        ("xl/workbook.xml", "this is a spreadsheet.*; save it as CSV"),
        ("word/document.xml", "this is a Word document.*; hand in text"),
        ("content.xml", "this is an OpenDocument file.*; a spreadsheet as CSV, or hand in text"),
        ("archive/data.pkl", "this is a file of torch.save"),
        ("a.txt", "there are no arrays in it"),
    ],
)
def test_an_archive_of_something_else_says_what_to_hand_in(member: str, told: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(ConfigError, match=told):
        read_answers(stream.getvalue(), "a.zip", MAZUR)


def test_more_iterations_than_there_are_is_said_so() -> None:
    stream = io.BytesIO()
    np.savez(stream, dW1=np.ones((5, 2, 2)))
    told = "dW1: an array for each of 5 iterations, and there is 1 iteration"
    with pytest.raises(ConfigError, match=told):
        read_answers(stream.getvalue(), "a.npz", MAZUR)


def test_answers_to_another_exercise_are_recognised_by_their_names() -> None:
    told = problems("net_g1: 1\nnet_g2: 2\nout_g1: 1\nout_g2: 2\nnet_h1: 1\n")
    assert told[0].startswith(
        "a.yaml: these look like answers to another exercise: this one has no net_g1, net_g2, "
        "out_g1 and 1 more"
    )
    assert len(told) == 5
    assert "another exercise" not in problems("net_g1: 1\nnet_g2: 2\nout_h1: 1\nout_h2: 2\n")[0]


def test_answers_to_another_exercise_are_recognised_by_their_heading() -> None:
    own = b"# Answers: A step by step backpropagation example\r\nnet_h1: 1\n"
    assert foreign_title(own, MAZUR) == ""
    assert foreign_title(b"# by hand\nnet_h1: 1\n", MAZUR) == ""
    assert foreign_title(own, shipped("xor")) == own.decode().partition("\r")[0]


def test_what_is_no_npz_is_refused() -> None:
    stream = io.BytesIO()
    np.savez(stream, W1=np.array(["a"]))
    whole = stream.getvalue()
    damaged = whole.replace(b"'shape': (1,)", b"'shape': (1,[")
    for content, told in (
        (b"PK\x03\x04 and no more", "the archive is broken"),
        (whole, "W1: the array holds text, expected numbers"),
        (damaged, "W1: the array can't be read"),
        (whole[:-30], "the archive is broken"),
    ):
        with pytest.raises(ConfigError, match=told):
            read_answers(content, "a.npz", MAZUR)


def test_samples_that_are_columns_are_turned_round() -> None:
    experiment = shipped("relu-bce")
    true = exact_of(experiment).trace.arrays
    net, out = true[Stage(Kind.NET, 1)], true[Stage(Kind.OUT, 1)]
    assert net.shape[0] != net.shape[1]
    for found in arrays(json.dumps({"Z1": net.T.tolist(), "A1": out.T.tolist()}), of=experiment):
        assert found.turned is True
        assert (found.values == true[found.stage]).all()


def test_an_experiment_that_only_predicts_has_no_backward_answers() -> None:
    experiment = shipped("zhou-neuron")
    assert len(read_answers(b"{net_o1: 7, out_o1: 0.999, w1: 0}", "-", experiment)) == 3
    with pytest.raises(ConfigError, match="there are forward passes only"):
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
    with pytest.raises(ConfigError, match="expected a single one"):
        read_answers(b"total: [1, 2]", "-", experiment)
    (found,) = singles(read_answers("∂total/∂apple: 2.2".encode(), "-", experiment))
    assert found.identity == exact_of(experiment).find("dtotal/dapple")
    assert isinstance(found.identity, Derivative)


@pytest.mark.parametrize("text", ["", "a", "1e-6,x", "-1e-6", "1,2,3"])
def test_a_tolerance_is_one_or_two_numbers(text: str) -> None:
    with pytest.raises(UsageError, match="--tolerance"):
        Tolerance.parse(text)
    assert Tolerance.parse("1e-6")(2.0) == pytest.approx(2e-6 + 1e-12)
    assert Tolerance.parse("0,1e-3")(2.0) == pytest.approx(1e-3)
