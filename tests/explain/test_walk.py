"""`bptrace walk`: the states of a walk, the verdicts, and the keys in a real terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest

from support.cli import ended, forked, run
from support.graphs import shipped_graph
from support.networks import shipped
from support.sparing import sparing
from tracer.diagnose.dialogue import Dialogue
from tracer.digits.rounding import Rounding
from tracer.errors import UnknownNameError
from tracer.explain.byhand import by_hand
from tracer.explain.calculation import Calculation, calculations
from tracer.explain.walk import Shown, Walk, WalkItem, walk_through
from tracer.formula import Number
from tracer.model.names import Names
from tracer.model.quantity import Quantity
from tracer.show.document import Formula, Step
from tracer.show.reports.explain_by_hand import derivation_by_hand


def way(config: str = "mazur", sample: int | None = None) -> Walk:
    return walk_through(calculations(shipped(config), [1])[1], sample)


def name(item: WalkItem, config: str = "mazur") -> str:
    """What the number is called."""
    assert isinstance(item.identity, Quantity)
    return Names(shipped(config).network).name(item.identity)


def test_a_walk_takes_the_numbers_in_the_order_of_the_calculation() -> None:
    names = [name(item) for item in way().items]
    assert names[:5] == ["net_h1", "net_h2", "out_h1", "out_h2", "net_o1"]
    assert names[-3:] == ["w3+", "w4+", "b1+"]
    assert names.index("delta_o1") < names.index("dE/dw5") < names.index("delta_h1")


def test_each_number_shows_its_formula_its_numbers_and_its_result() -> None:
    state, seen = way(), []
    for _ in range(4):
        seen.append((name(state.item), state.shown))
        state = state.forward()
    assert seen == [
        ("net_h1", Shown.FORMULA),
        ("net_h1", Shown.NUMBERS),
        ("net_h1", Shown.RESULT),
        ("net_h2", Shown.FORMULA),
    ]


def test_back_goes_to_the_formula_and_then_to_the_number_before() -> None:
    state = way().forward().forward().forward().forward()
    assert (name(state.item), state.shown) == ("net_h2", Shown.NUMBERS)
    state = state.back()
    assert (name(state.item), state.shown) == ("net_h2", Shown.FORMULA)
    state = state.back()
    assert (name(state.item), state.shown) == ("net_h1", Shown.FORMULA)
    assert state.back() == state


def test_skip_goes_on_to_the_next_layer_and_at_last_to_the_end() -> None:
    state, firsts = way(), []
    while not state.finished:
        firsts.append((state.item.group, name(state.item)))
        state = state.forward().skip()
    assert firsts == [
        ("Forward, layer 1", "net_h1"),
        ("Forward, layer 2", "net_o1"),
        ("Errors", "E_o1"),
        ("Backward, layer 2", "dE/dout_o1"),
        ("Backward, layer 1", "dE/dout_h1:o1"),
    ]


def test_a_later_answer_to_the_same_number_replaces_the_first() -> None:
    state = way().answered("wrong").back().answered("right")
    assert state.answers("wrong", "mistake") == ()
    assert state.answers("right") == (state.item.identity,)
    assert state.shown is Shown.RESULT


def test_a_wrong_answer_leaves_another_try_and_the_second_shows_the_result() -> None:
    state = way().forward()
    once = state.wrong("wrong")
    assert (once.shown, once.missed) == (Shown.NUMBERS, 1)
    assert once.wrong("mistake").shown is Shown.RESULT
    following = once.forward().forward()
    assert (name(following.item), following.missed) == ("net_h2", 0)
    assert following.answers("wrong") == (state.item.identity,)


def test_a_sample_of_a_batch_can_be_followed() -> None:
    names = [name(item, "relu-bce") for item in way("relu-bce", sample=2).items]
    assert names[0] == "net_h1#3"
    assert "dE/dw1#3" in names
    assert "dE/dw1" in names
    assert "net_h1" not in names


def test_a_sample_outside_the_batch_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="sample 9 is not in the batch"):
        way("relu-bce", sample=8)


def test_batch_means_are_walked_through_too() -> None:
    groups = {item.group for item in way("cubes-batch-means").items}
    assert "Means over the batch, layer 1" in groups


def test_a_graph_goes_from_values_to_gradients() -> None:
    known = calculations(shipped_graph("apples"), [1])[1]
    groups = [item.group for item in walk_through(known).items]
    assert list(dict.fromkeys(groups)) == ["Values", "Gradients"]


def test_without_a_terminal_walk_says_so() -> None:
    result = run("walk", "mazur", code=2)
    assert "walk needs a terminal" in result.stderr


NONE_ELSE = "right within rounding: 0, follows: 0"


def walking(*arguments: str, begun: Callable[..., Any] = forked) -> Any:
    child = begun("walk", *arguments)
    child.expect("numbers; Enter goes on")
    return child


def press(child: Any, *keys: str) -> None:
    for key in keys:
        child.expect(["> ", "result: "])
        child.sendline(key)


def test_enter_shows_formula_numbers_and_result_in_a_terminal() -> None:
    child = walking("mazur")
    child.expect_exact("net_h1 = w1 · i1 + w2 · i2 + b1")
    press(child, "")
    child.expect_exact("= 0.15 · 0.05 + 0.2 · 0.1 + 0.35")
    press(child, "")
    child.expect_exact("= 0.3775")
    press(child, "", "b", "?")
    child.expect_exact("this help")
    press(child, "s")
    child.expect_exact("Forward, layer 2")
    press(child, "q")
    assert ended(child) == 0


def test_every_number_says_how_far_one_is() -> None:
    child = walking("mazur")
    child.expect_exact("1 of 48")
    press(child, "", "", "")
    child.expect_exact("2 of 48")
    press(child, "b")
    child.expect_exact("1 of 48")
    press(child, "q")
    assert ended(child) == 0


def test_a_walk_by_hand_puts_the_rounded_numbers_in() -> None:
    child = walking("relu-bce", "--round", "4dp", "--ask")
    press(child, "s", "s", "s")
    child.expect_exact("E_o1 = ")
    press(child, "", "0.5632")
    child.expect_exact("right")
    child.expect_exact("≈ 0.5632")
    press(child, "q")
    assert ended(child) == 0


@pytest.mark.parametrize("config", sparing(["mazur", "relu-bce"], 1))
def test_in_a_walk_by_hand_the_rounded_number_is_the_right_one(config: str) -> None:
    experiment, four = shipped(config), Rounding(4)
    timeline = by_hand(experiment, four)
    hand = Calculation(timeline, timeline.trace(1))
    exact = calculations(experiment, [1])[1]
    order = [item.identity for item in walk_through(hand).items]
    dialogue = Dialogue(experiment, exact, order, four, hand)
    assert {dialogue.judged(key, f"{hand.value(key):.4f}").verdict for key in order} == {"right"}
    near = [dialogue.judged(key, f"{exact.value(key):.4f}") for key in order]
    assert {finding.verdict for finding in near} == {"right", "rounding"}


def test_a_graph_is_walked_through_by_hand() -> None:
    child = walking("adam-by-hand", "-n", "2", "--round", "4sf", "--ask")
    press(child, "s", "s")
    child.expect_exact("m_theta⁺@2 = ")
    press(child, "1.88")
    child.expect_exact("right")
    press(child, "", "0.1959")
    child.expect_exact("right")
    child.expect_exact("0.1959")
    press(child, "q")
    assert ended(child) == 0


@pytest.mark.parametrize("iteration", [1, 3])
def test_in_a_graphs_walk_the_rounded_number_is_the_right_one(iteration: int) -> None:
    experiment, four = shipped_graph("adam-by-hand"), Rounding(4, significant=True)
    timeline = by_hand(experiment, four)
    hand = Calculation(timeline, timeline.trace(iteration))
    exact = calculations(experiment, [iteration])[iteration]
    order = [item.identity for item in walk_through(hand).items]
    dialogue = Dialogue(experiment, exact, order, four, hand)
    assert {dialogue.judged(key, f"{hand.value(key):.4g}").verdict for key in order} == {"right"}


@pytest.mark.parametrize("config", sparing(["mazur", "relu-bce"], 1))
def test_whoever_rounds_every_step_is_never_called_wrong(config: str) -> None:
    experiment = shipped(config)
    exact, timeline = calculations(experiment, [1])[1], by_hand(experiment, Rounding(4))
    hand = Calculation(timeline, timeline.trace(1))
    order = [item.identity for item in walk_through(hand).items]
    dialogue = Dialogue(experiment, exact, order)
    found = {dialogue.judged(key, f"{hand.value(key):.4f}").verdict for key in order}
    assert found == {"right", "rounding"}


def test_the_answers_before_are_the_sheet_and_those_after_are_not() -> None:
    exact = calculations(shipped("mazur"), [2])[2]
    order = [item.identity for item in walk_through(exact).items]
    net, out = exact.find("net_h1@2"), exact.find("out_h1@2")
    dialogue = Dialogue(shipped("mazur"), exact, order)
    assert dialogue.judged(net, "0.4775").verdict == "wrong"
    followed = dialogue.judged(out, "0.61716")
    assert (followed.verdict, followed.after) == ("follows", (net,))
    assert dialogue.judged(net, f"{exact.value(net):.6f}").verdict == "right"
    assert dialogue.judged(out, "0.61716").verdict == "wrong"


def test_an_answer_is_judged_at_once_with_a_whole_sheet_before_it() -> None:
    exact = calculations(shipped("mazur"), [1])[1]
    order = [item.identity for item in walk_through(exact).items]
    dialogue = Dialogue(shipped("mazur"), exact, order)
    calls = []
    for place, key in enumerate(order):
        text = f"{exact.value(key) * (1.37 if place in (3, 8, 13) else 1):.6g}"
        calls.append(calls_of(partial(dialogue.judged, key, text)))
    assert max(calls) < 50_000


def calls_of(action: Callable[[], object]) -> int:
    """How many functions are called: what it takes, whatever else the machine does."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def test_a_walk_by_hand_leaves_out_what_cancels() -> None:
    experiment, four = shipped("relu-bce"), Rounding(4)
    timeline = by_hand(experiment, four)
    hand = Calculation(timeline, timeline.trace(1))
    names = [name(item, "relu-bce") for item in walk_through(hand).items]
    assert "delta_o1" in names
    assert "dE/dout_o1" not in names
    assert "dE/dout_o1" in [name(item, "relu-bce") for item in way("relu-bce").items]
    delta = derivation_by_hand(hand, hand.find("delta_o1"))
    assert delta.steps[-1] == Step("=", Formula(Number(-0.4306)))


def test_answers_are_judged_and_counted_in_a_terminal() -> None:
    child = walking("mazur", "--ask")
    press(child, "", "0.3775")
    child.expect_exact("right")
    press(child, "", "", "0.39")
    child.expect_exact("right")
    press(child, "", "", "nonsense")
    child.expect_exact("'nonsense' is not a number")
    press(child, "0.852")
    child.expect_exact("wrong")
    child.expect_exact("no known mistake gives it")
    child.expect_exact("Another try")
    assert "0.593" not in child.before
    press(child, "0.853")
    child.expect_exact("0.593269992")
    child.expect("> ")
    child.sendeof()
    child.expect_exact(f"right: 2, {NONE_ELSE}, wrong: 1, too coarse to tell: 0")
    child.expect_exact("Wrong: out_h1.")
    assert ended(child) == 0


def test_a_wrong_answer_is_told_its_mistake_and_gets_another_try() -> None:
    child = walking("mazur", "--ask")
    press(child, "0.0275")
    child.expect_exact("Matches")
    child.expect_exact("Another try")
    assert "0.3775" not in child.before
    press(child, "0.3775")
    child.expect_exact("right")
    child.expect_exact("= 0.3775")
    press(child, "q")
    child.expect_exact(f"right: 1, {NONE_ELSE}, wrong: 0")
    assert ended(child) == 0


def test_enter_after_a_wrong_answer_shows_more_and_then_the_result() -> None:
    child = walking("mazur", "--ask")
    press(child, "0.9", "")
    child.expect_exact("= 0.15 · 0.05 + 0.2 · 0.1 + 0.35")
    press(child, "")
    child.expect_exact("= 0.3775")
    press(child, "q")
    child.expect_exact("wrong: 1")
    assert ended(child) == 0


def test_what_comes_of_one_s_own_wrong_number_is_said_to_follow() -> None:
    child = walking("mazur", "--ask")
    press(child, "0.4775", "0.4775")
    child.expect_exact("= 0.3775")
    press(child, "", "", "", "", "0,6172")
    child.expect_exact("follows: not the right number, but what comes of your own net_h1")
    child.expect_exact("0.593269992")
    press(child, "q")
    child.expect_exact("right: 0, right within rounding: 0, follows: 1, wrong: 1")
    assert ended(child) == 0


def test_too_few_digits_are_asked_for_more_and_cost_no_try() -> None:
    child = walking("mazur", "--ask")
    press(child, "s", "s", "s", "s")
    child.expect_exact("Backward, layer 1")
    press(child, "0.1")
    child.expect_exact("too coarse to tell: give more digits")
    press(child, "q")
    assert ended(child) == 0


def test_an_answer_may_come_before_the_numbers_are_put_in() -> None:
    child = walking("mazur", "--ask")
    press(child, "0.3775")
    child.expect_exact("right")
    child.expect_exact("= 0.15 · 0.05 + 0.2 · 0.1 + 0.35")
    child.expect_exact("= 0.3775")
    press(child, "q")
    child.expect_exact(f"right: 1, {NONE_ELSE}, wrong: 0, too coarse to tell: 0")
    assert ended(child) == 0


def test_interrupting_a_walk_leaves_the_count() -> None:
    child = walking("mazur", "--ask", "--notation", "z-a")
    child.expect_exact("z_h1 = w1 · i1 + w2 · i2 + b1")
    child.expect("> ")
    child.sendintr()
    child.expect_exact(f"right: 0, {NONE_ELSE}, wrong: 0, too coarse to tell: 0")
    assert ended(child) == 130


def test_a_walk_through_a_graph_ends_by_itself() -> None:
    child = walking("apples")
    press(child, "s", "s")
    assert ended(child) == 0
