"""`worksheet --format moodle`: a question for each sheet, that knows right numbers and mistakes."""

from __future__ import annotations

from html import escape, unescape
from io import StringIO
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.cli import run
from support.cloze import Bank, read_bank
from support.hostile import TITLE, hostile
from support.networks import shipped
from support.traces import traced
from tracer.diagnose.mistakes import MISTAKES
from tracer.explain.worksheet import groups
from tracer.model.words import plain
from tracer.show.document import Blank, Heading, Judged, Text
from tracer.show.formats import EXPORTS, Medium
from tracer.show.formats.moodle import encoded_feedback
from tracer.show.notation.notation import QuantityNotation

BUNDLED = ("mazur", "relu-bce", "xor", "adam-by-hand", "apples-oranges")


@pytest.fixture(scope="module")
def bank() -> Bank:
    return read_bank(run("worksheet", *BUNDLED, "--format", "moodle").stdout)


def test_all_sheets_are_questions_of_one_category(bank: Bank) -> None:
    assert bank.categories == ("$course$/Backpropagation",)
    assert len(bank.questions) == len(BUNDLED)
    assert bank.questions[0].name == "A step by step backpropagation example"


def test_every_number_of_a_sheet_is_asked_for_once(bank: Bank) -> None:
    for name, question in zip(BUNDLED[:3], bank.questions, strict=False):
        trace = traced(shipped(name))
        values = [trace.value(q) for group in groups(trace) for q in group.quantities]
        rights = [alternatives[0] for alternatives in question.blanks]
        assert sorted(right.value for right in rights) == pytest.approx(sorted(values), rel=1e-9)
        assert {right.percent for right in rights} == {100}
        assert all(f"{{#{k}}}" in question.text for k in range(1, len(values) + 1))


def test_the_right_number_has_a_unit_of_the_usual_digits(bank: Bank) -> None:
    for question in bank.questions:
        for right, *_ in question.blanks:
            few = 0 < abs(right.value) < 1e-3
            assert right.tolerance <= 1e-5 if few else right.tolerance == pytest.approx(1e-4)


def test_rounding_on_the_way_is_worth_half_of_the_mark(bank: Bank) -> None:
    right = bank.questions[0].blanks[0][0]
    near = bank.questions[0].judged(0, right.value + 3 * right.tolerance)
    assert near
    assert near.percent == 50
    assert near.feedback.startswith("Nearly")


def test_known_mistakes_are_wrong_answers_with_their_own_feedback(bank: Bank) -> None:
    helps = {plain(row.help) for row in MISTAKES.values()}
    told = set()
    for question in bank.questions[:3]:
        for _, *others in question.blanks:
            for wrong in others[:-1]:
                assert wrong.percent == 0
                assert all(words in helps for words in wrong.feedback.split(" Or: "))
                told |= set(wrong.feedback.split(" Or: "))
    assert len(told) > 40


def test_the_bias_that_was_left_out_is_told(bank: Bank) -> None:
    found = bank.questions[0].judged(0, 0.0275)  # 0.15·0.05 + 0.2·0.1
    assert found
    assert found.percent == 0
    assert plain(MISTAKES["bias_left_out"].help) in found.feedback


def test_mistakes_are_apart_from_the_right_number_and_from_each_other(bank: Bank) -> None:
    for question in bank.questions:
        for place, (right, *others, _) in enumerate(question.blanks):
            assert all(abs(w.value - right.value) > right.tolerance for w in others)
            for one, other in combinations(others, 2):
                reach = one.tolerance + other.tolerance
                assert abs(one.value - other.value) >= reach * (1 - 1e-3)
            for wrong in others:
                assert question.judged(place, wrong.value) == wrong


@pytest.mark.parametrize(
    ("asked", "tolerance"), [("3dp", 0.001), ("6dp", 1e-6), ("2sf", 0.01), ("5sf", 1e-5)]
)
def test_other_digits_can_be_asked_for(asked: str, tolerance: float) -> None:
    words = ("worksheet", "mazur", "--ask", "net_h1", "--format", "moodle", "--tolerance", asked)
    (question,) = read_bank(run(*words).stdout).questions
    assert question.blanks[0][0].tolerance == pytest.approx(tolerance)
    assert "Give " in question.text


def test_whatever_people_wrote_stays_text(tmp_path: Path) -> None:
    sneaky = "{1:NUMERICAL:=3} {#1} ]]> <i>a</i> &amp; ~ # \\"
    path = tmp_path / "a b.yaml"
    for title in (TITLE, sneaky):
        quoted = "'" + title.replace("'", "''") + "'"
        text = hostile().split("\n", 1)[1]
        path.write_text(f"title: {quoted}\n{text}", encoding="utf-8")
        category = "Week 3/4 <&>"
        bank = read_bank(
            run("worksheet", path, "--format", "moodle", "--category", category).stdout
        )
        assert bank.categories == ("$course$/Week 3//4 <&>",)
        (question,) = bank.questions
        asked = len(question.blanks)
        assert [question.text.count(f"{{#{k}}}") for k in range(1, asked + 1)] == [1] * asked
        assert question.text.count("{") == asked
        assert "<script" not in question.text
    assert question.name == sneaky


def test_braces_outside_of_answers_are_references() -> None:
    document = [
        Heading("Braces"),
        Text("{1:NUMERICAL:=3} and {#1} ]]>"),
        Text(("Here: ", Blank((Judged(-0.25, 1e-7, 100, "}~#\\{ &amp; <b>"),)))),
    ]
    notation = QuantityNotation(traced(shipped("mazur")).names, "net-out", "html")
    stream = StringIO()
    EXPORTS["moodle"].write(document, notation, stream, Medium())
    (question,) = read_bank(stream.getvalue()).questions
    assert question.text.count("{") == 1
    assert unescape(question.text).count("{1:NUMERICAL:=3} and {#1} ]]>") == 1
    ((answer,),) = question.blanks
    assert answer.feedback == "}~#\\{ &amp; <b>"
    assert (answer.value, answer.tolerance) == (-0.25, 1e-7)


@given(st.text(alphabet="}{~#\\&;<>=%:1ab\"' ", max_size=12))
def test_any_feedback_comes_back(words: str) -> None:
    source = encoded_feedback(escape(words))
    assert not set("~}{\\") & set(source)
    assert unescape(unescape(source)) == words


def test_questions_are_in_the_language_asked_for_and_their_numbers_for_programs() -> None:
    words = ("worksheet", "mazur", "--ask", "net_h1", "--format", "moodle", "--lang", "de")
    ((right, wrong, *_),) = read_bank(run(*words).stdout).questions[0].blanks
    assert right.feedback == "Richtig."
    assert "Gewicht" in wrong.feedback
    assert right.value == 0.3775


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("worksheet", "mazur", "--format", "moodle", "--key"), "moodle judges by itself"),
        (("worksheet", "mazur", "--format", "moodle", "--answers"), "moodle judges by itself"),
        (("worksheet", "mazur", "--tolerance", "4dp"), "--tolerance is for question banks; add"),
        (("worksheet", "mazur", "--category", "a"), "--category is for question banks; add"),
        (("worksheet", "mazur", "--format", "moodle", "--tolerance", "4"), "cannot round to '4'"),
        (
            ("run", "mazur", "--format", "moodle"),
            "moodle is made of questions; `worksheet` has",
        ),
        (("worksheet", "mazur", "--format", "gradescope"), "gradescope is made of points"),
        (
            ("check", "mazur", "--format", "moodle"),
            "moodle is made of questions; `worksheet` has",
        ),
    ],
)
def test_what_no_question_bank_has_is_refused(words: tuple[str, ...], message: str) -> None:
    assert message in run(*words, code=2).output
