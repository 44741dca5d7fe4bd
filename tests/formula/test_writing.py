from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.expression_trees import BUILT, TREES
from tracer.digits.numbers import NumberFormat
from tracer.formula import Expression, Number, Symbol, SyntaxProblem, exp, parse, replace, total
from tracer.formula.plain import plain
from tracer.show.notation.latex import latex
from tracer.show.notation.mathml import mathml
from tracer.show.notation.screen import text

ANY_NAME = st.text(max_size=8)


def bracket_pairs(written: str) -> list[tuple[int, int]]:
    """Positions of the brackets that belong to no function call."""
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    for position, letter in enumerate(written):
        if letter == "(":
            opened.append(position)
        elif letter == ")":
            start = opened.pop()
            if not written[:start][-1:].isalnum():
                pairs.append((start, position))
    return pairs


@given(BUILT)
def test_no_bracket_can_be_left_out(expression: Expression) -> None:
    written = plain(expression)
    for start, end in bracket_pairs(written):
        shorter = written[:start] + written[start + 1 : end] + written[end + 1 :]
        try:
            assert parse(shorter) != expression, (written, shorter)
        except SyntaxProblem:
            continue


@pytest.mark.parametrize(
    ("formula", "on_screen", "in_latex"),
    [
        ("a - (b - c)", "a − (b − c)", r"a - \left(b - c\right)"),
        ("(a - b) - c", "a − b − c", "a - b - c"),
        ("a*(b/c)", "a · (b/c)", r"a \cdot \frac{b}{c}"),
        ("a/(b*c)", "a/(b · c)", r"\frac{a}{b \cdot c}"),
        ("(a/b)**2", "(a/b)²", r"\left(\frac{a}{b}\right)^{2}"),
        ("(a + b)**c", "(a + b)^c", r"\left(a + b\right)^{c}"),
        ("a**(b + c)", "a^(b + c)", "a^{b + c}"),
        ("a**-12", "a⁻¹²", "a^{-12}"),
        ("a**-0.5", "a^−0.5", "a^{-0.5}"),
        ("exp(-a)**2", "exp(−a)²", r"\left(e^{-a}\right)^{2}"),
        ("a + (-3)*b", "a + (−3) · b", r"a + \left(-3\right) \cdot b"),
        ("sigmoid(-a)", "σ(−a)", r"\sigma\left(-a\right)"),
        ("softplus(-a)", "ln(1 + exp(−a))", r"\ln\left(1 + e^{-a}\right)"),
        ("log1p(a - b)", "ln(1 + a − b)", r"\ln\left(1 + a - b\right)"),
        ("log1p(-a)", "ln(1 + (−a))", r"\ln\left(1 + \left(-a\right)\right)"),
        ("expm1(a)", "exp(a) − 1", "e^{a} - 1"),
        ("b - expm1(a)", "b − (exp(a) − 1)", r"b - \left(e^{a} - 1\right)"),
        ("2*expm1(a)", "2 · (exp(a) − 1)", r"2 \cdot \left(e^{a} - 1\right)"),
        ("-3*b", "−3 · b", r"-3 \cdot b"),
        ("(-3)**2", "(−3)²", r"\left(-3\right)^{2}"),
        ("-(a*b)", "−a · b", r"-a \cdot b"),
        ("a - -b", "a − (−b)", r"a - \left(-b\right)"),
        ("(1e-07)**2", "(1e-07)²", r"\left(1 \times 10^{-7}\right)^{2}"),
        ("a*1e-07", "a · 1e-07", r"a \cdot 1 \times 10^{-7}"),
        ("sqrt(a)*abs(-b)", "√(a) · |−b|", r"\sqrt{a} \cdot \left|-b\right|"),
        ("log(a) + log2(b)", "ln(a) + log₂(b)", r"\ln\left(a\right) + \log_{2}\left(b\right)"),
        (
            "a if b > 0 else 0.01*a",
            "(a if b > 0 else 0.01 · a)",
            r"\begin{cases} a & \text{if } b > 0 \\ 0.01 \cdot a & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_formulas_look_as_in_a_book(formula: str, on_screen: str, in_latex: str) -> None:
    assert text(parse(formula)) == on_screen
    assert latex(parse(formula)) == in_latex


@pytest.mark.parametrize(
    "written",
    ["w1*i1 + w2*i2 + b1", "delta_h1*i1", "1/(1 + exp(-net_h1))", "x**y**z", "(x**y)**z", "a/b/c"],
)
def test_plain_text_is_the_contract(written: str) -> None:
    assert plain(parse(written)) == written


def test_names_with_operators_in_them_are_bracketed_where_they_could_be_misread() -> None:
    gradient, rate = Symbol("dE/dw5"), Symbol("lr")
    assert plain(Symbol("w5") - rate * gradient) == "w5 - lr*dE/dw5"
    assert plain(rate / gradient) == "lr/(dE/dw5)"
    assert text(gradient**2) == "(dE/dw5)²"
    assert latex(Symbol("w5+") ** 2, symbol=lambda _: "w_5^{+}") == r"\left(w_5^{+}\right)^{2}"
    raised = mathml(Symbol("w") ** 2, symbol=lambda _: "<msup><mi>w</mi><mo>+</mo></msup>")
    assert "<mo>(</mo><msup>" in raised
    assert "<mo>(</mo>" not in mathml(Symbol("w") ** 2)


def test_numbers_put_in_for_names_are_bracketed_where_negative() -> None:
    values = {"w": 0.5, "d": -0.019, "tiny": 3.5e-8}
    formula = Symbol("w") * Symbol("d") - Symbol("d") ** 2 + Symbol("tiny") ** 2
    shown = text(formula, symbol=lambda name: NumberFormat(5).text(values[name]))
    assert shown == "0.50000 · (-0.01900) − (-0.01900)² + (3.50000e-08)²"
    numbers = {name: Number(value) for name, value in values.items()}
    assert plain(replace(formula, numbers)) == "0.5*(-0.019) - (-0.019)**2 + (3.5e-08)**2"


def test_long_sums_say_how_much_is_left_out() -> None:
    net = total([*(Symbol(f"w{i}") * Symbol(f"i{i}") for i in range(1, 785)), Symbol("b1")])
    assert plain(net, limit=3) == "w1*i1 + w2*i2 + ... (782 more) ... + b1"
    assert text(net, limit=3) == "w1 · i1 + w2 · i2 + … (782 more) … + b1"
    assert r"\text{ (782 more) }" in latex(net, limit=3)
    assert "<mtext>… (782 more) …</mtext>" in mathml(net, limit=3)
    assert "more" not in plain(net)
    assert plain(parse("a + b + c"), limit=3) == "a + b + c"
    assert plain(parse("a*b*c*d"), limit=1) == "a*... (2 more) ...*d"


def balanced(source: str) -> bool:
    depth = 0
    for position, letter in enumerate(source):
        if position and source[position - 1] == "\\" and source[position - 2 : position] != "\\\\":
            continue
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if depth < 0:
            return False
    return depth == 0


@given(TREES, ANY_NAME, st.sampled_from([None, 2, 3]))
def test_latex_is_balanced(expression: Expression, name: str, limit: int | None) -> None:
    source = latex(replace(expression, {"x": Symbol(name)}), limit=limit)
    assert balanced(source), source
    assert source.count(r"\left") == source.count(r"\right")
    assert "^" not in source.replace("^{", "").replace(r"\^", "")


@given(TREES, ANY_NAME, st.sampled_from([None, 2, 3]))
def test_mathml_is_one_well_formed_element(
    expression: Expression, name: str, limit: int | None
) -> None:
    source = mathml(replace(expression, {"x": Symbol(name)}), limit=limit)
    element = ElementTree.fromstring(source)
    two_operands = [e for e in element.iter() if e.tag in ("mfrac", "msup", "msub")]
    assert all(len(operands) == 2 for operands in two_operands), source


@pytest.mark.parametrize("name", ["w_1", "50%", "a&b", "{", "x^2", r"\end", "#1", "$", "~", "<i>"])
def test_odd_names_are_escaped(name: str) -> None:
    assert balanced(latex(exp(Symbol(name))))
    assert ElementTree.fromstring(mathml(Symbol(name))).text == name
