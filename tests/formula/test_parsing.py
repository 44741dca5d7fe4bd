from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.expression_trees import POINTS, SIGNED, TREES, outcome
from tracer.formula import (
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    SyntaxProblem,
    exp,
    if_positive,
    log,
    parse,
)
from tracer.formula.parsing import MAX_LENGTH
from tracer.formula.plain import plain
from tracer.show.notation.screen import text

x, y, z = Symbol("x"), Symbol("y"), Symbol("z")


@given(TREES, POINTS)
def test_text_and_tree_are_stable_and_the_value_is_the_same_to_the_last_bit(
    expression: Expression, values: dict[str, float]
) -> None:
    written = plain(expression)
    again = parse(written)
    assert plain(again) == written
    assert parse(plain(again)) == again
    assert outcome(again, values) == outcome(expression, values)


@given(SIGNED)
def test_formulas_built_from_names_come_back_as_they_were(expression: Expression) -> None:
    assert parse(plain(expression)) == expression


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("x + y + z", Sum((x, y, z))),
        ("x*y*z", Product((x, y, z))),
        ("1/8", Quotient(Number(1.0), Number(8.0))),
        ("x**-2", Power(x, Number(-2.0))),
        ("-3", Number(-3.0)),
        ("-3**2", Negative(Power(Number(3.0), Number(2.0)))),
        ("+x", x),
        ("1e-3", Number(0.001)),
        ("exp(x)", exp(x)),
        ("ln(x)", log(x)),
        ("x if y > 0 else z", if_positive(y, x, z)),
        ("if_positive(y, x, z)", if_positive(y, x, z)),
        ("  x\n * y", Product((x, y))),
        ("x · y − z × x", parse("x*y - z*x")),
        ("δ_1 + µ", Sum((Symbol("δ_1"), Symbol("µ")))),
    ],
)
def test_formulas_are_read_as_written(written: str, expected: Expression) -> None:
    assert parse(written) == expected


@pytest.mark.parametrize(
    ("written", "offset", "message"),
    [
        ("", 0, "the formula is empty"),
        ("x +", 3, "the formula ends too early"),
        ("(x", 0, "'(' was never closed"),
        ("x * * y", 4, "invalid syntax"),
        ("2^3", 1, "unexpected '^'; write ** for a power"),
        ("net_h1#2", 6, "unexpected '#'; names have no '#' here"),
        ("é*exq(x)", 2, "unknown function 'exq'; did you mean 'exp'?"),
        ("y + exp(x, y)", 4, "exp takes 1 argument, not 2"),
        ("max(x)", 0, "max takes 2 arguments, not 1"),
        ("exp(*x)", 0, "exp takes plain arguments only"),
        ("exp(x=y)", 0, "exp takes plain arguments only"),
        ("lambda*2", 0, "'lambda' is a reserved word; choose another name"),
        ("x if y < 0 else z", 5, "a condition has the form 'a if x > 0 else b'"),
        ("x if y > 1 else z", 5, "a condition has the form 'a if x > 0 else b'"),
        ("  x // y", 7, "unknown operator; there are + - * / **"),
        ("x + y.real", 4, "not part of a formula: only numbers, names, + - * / **, functions"),
        ("x.f(y)", 0, "only functions can be called"),
        ("1e999", 0, "the number is too large"),
        ("x + 1" + "0" * 5000, 4, "the number is too large"),
        ("1" + "0" * 400, 0, "the number is too large"),
        ("x + \ud800", 0, "contains characters that are not text"),
    ],
)
def test_a_mistake_is_explained_at_its_place(written: str, offset: int, message: str) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(written)
    assert (caught.value.offset, caught.value.message) == (offset, message)
    assert caught.value.text == written


@pytest.mark.parametrize(
    "written",
    [
        "__import__('os')",
        "[x]",
        "x[0]",
        "True",
        "1j",
        "'x'",
        "x and y",
        "(y := x)",
        "not x",
        "x, y",
    ],
)
def test_everything_else_in_python_is_refused(written: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse(written)


def test_unknown_functions_without_a_neighbour_list_the_known_ones() -> None:
    with pytest.raises(SyntaxProblem, match="there are exp, expm1, log"):
        parse("qqq(x)")


@pytest.mark.parametrize(
    "written",
    ["(" * 150 + "x" + ")" * 150 + "(", "-" * 20_000 + "x", "exp(" * 150 + "x" + ")" * 150],
)
def test_deep_nesting_is_refused_quickly(written: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse(written)


def test_the_deepest_formula_allowed_can_be_written_and_evaluated() -> None:
    deep = parse("-" * 98 + "x")
    assert outcome(parse(plain(deep)), {"x": 2.0}) == outcome(x, {"x": 2.0})


def test_very_long_text_is_refused() -> None:
    with pytest.raises(SyntaxProblem, match="longer than"):
        parse("x" * (MAX_LENGTH + 1))


def test_towers_of_powers_cannot_hang() -> None:
    assert outcome(parse("9**9**9"), {}).startswith("overflow")


def test_sums_of_hundreds_of_terms_are_read() -> None:
    written = " + ".join(f"w{index}*i{index}" for index in range(784))
    assert plain(parse(written)) == written


@given(st.text(max_size=30))
def test_any_text_is_a_formula_or_a_syntax_problem_inside_it(written: str) -> None:
    try:
        offset, expression = 0, parse(written)
    except SyntaxProblem as problem:
        offset, expression = problem.offset, x
    assert 0 <= offset <= len(written)
    assert parse(plain(expression)) == expression


def test_products_as_shown_on_the_screen_are_read_too() -> None:
    formula = parse("w1*i1 - 3*x")
    assert parse(text(formula)) == formula
