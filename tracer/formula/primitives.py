"""The table of primitives: everything about a function stands in its row, and nowhere else.

exp, log, tanh … for the activations and losses, and for the formulas of computation graphs. NumPy
is imported only when an array turns up. A function added here can be calculated, differentiated,
read and written in every format.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Iterator
from typing import Any

from tracer.formula.nodes import Number, Symbol
from tracer.formula.primitive import Binding, Pattern, Patterns, Primitive, elementwise

_LN2 = math.log(2.0)
_LN10 = math.log(10.0)
_X = Symbol("x")
"""The argument, where a row says how its function is worked out."""


def _function(name: str, latex: str, arity: int = 1, shown: str | None = None) -> Patterns:
    """name(a, b): written as a function in all formats."""
    shown = shown or name
    arguments = ", ".join(f"${index + 1}" for index in range(arity))
    mathml_arguments = "<mo>,</mo>".join(f"${index + 1}" for index in range(arity))
    return Patterns(
        plain=Pattern(f"{name}({arguments})"),
        text=Pattern(f"{shown}({arguments})"),
        latex=Pattern(rf"{latex}\left({arguments}\right)"),
        mathml=Pattern(
            f"<mrow><mi>{shown}</mi><mo>&#x2061;</mo>"
            f"<mrow><mo>(</mo>{mathml_arguments}<mo>)</mo></mrow></mrow>"
        ),
    )


def _logarithm(name: str, base: int) -> Patterns:
    """log_base(x)."""
    subscript = "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(base))
    return Patterns(
        plain=Pattern(f"{name}($1)"),
        text=Pattern(f"log{subscript}($1)"),
        latex=Pattern(rf"\log_{{{base}}}\left($1\right)"),
        mathml=Pattern(
            f"<mrow><msub><mi>log</mi><mn>{base}</mn></msub><mo>&#x2061;</mo>"
            "<mrow><mo>(</mo>$1<mo>)</mo></mrow></mrow>"
        ),
    )


def _ln_mathml(added: str) -> str:
    """ln(1 + added)."""
    return (
        "<mrow><mi>ln</mi><mo>&#x2061;</mo>"
        f"<mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo>{added}</mrow><mo>)</mo></mrow></mrow>"
    )


_EXP = Patterns(
    plain=Pattern("exp($1)"),
    text=Pattern("exp($1)"),
    latex=Pattern("e^{$1}", Binding.POWER),
    mathml=Pattern("<msup><mi>e</mi>$1</msup>", Binding.POWER),
)
_EXPM1 = Patterns(
    plain=Pattern("expm1($1)"),
    text=Pattern("exp($1) − 1", Binding.SUM),
    latex=Pattern("e^{$1} - 1", Binding.SUM),
    mathml=Pattern("<mrow><msup><mi>e</mi>$1</msup><mo>−</mo><mn>1</mn></mrow>", Binding.SUM),
)
_LOG1P = Patterns(
    plain=Pattern("log1p($1)"),
    text=Pattern("ln(1 + $1)", follows=True),
    latex=Pattern(r"\ln\left(1 + $1\right)", follows=True),
    mathml=Pattern(_ln_mathml("$1"), follows=True),
)
_SOFTPLUS = Patterns(
    plain=Pattern("softplus($1)"),
    text=Pattern("ln(1 + exp($1))"),
    latex=Pattern(r"\ln\left(1 + e^{$1}\right)"),
    mathml=Pattern(_ln_mathml("<msup><mi>e</mi>$1</msup>")),
)
_SQRT = Patterns(
    plain=Pattern("sqrt($1)"),
    text=Pattern("√($1)"),
    latex=Pattern(r"\sqrt{$1}"),
    mathml=Pattern("<msqrt>$1</msqrt>"),
)
_ABS = Patterns(
    plain=Pattern("abs($1)"),
    text=Pattern("|$1|"),
    latex=Pattern(r"\left|$1\right|"),
    mathml=Pattern("<mrow><mo>|</mo>$1<mo>|</mo></mrow>"),
)
_IF_POSITIVE = Patterns(
    plain=Pattern("($2 if $1 > 0 else $3)"),
    text=Pattern("($2 if $1 > 0 else $3)"),
    latex=Pattern(
        r"\begin{cases} $2 & \text{if } $1 > 0 \\ $3 & \text{otherwise} \end{cases}", Binding.POWER
    ),
    mathml=Pattern(
        "<mrow><mo>{</mo><mtable>"
        "<mtr><mtd>$2</mtd>"
        "<mtd><mrow><mtext>if </mtext>$1<mo>&gt;</mo><mn>0</mn></mrow></mtd></mtr>"
        "<mtr><mtd>$3</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>"
        "</mtable></mrow>",
        Binding.POWER,
    ),
)


def _complex_expm1(z: complex) -> complex:
    real = math.expm1(z.real) * math.cos(z.imag) - 2 * math.sin(z.imag / 2) ** 2
    return complex(real, math.exp(z.real) * math.sin(z.imag))


def _complex_log1p(z: complex) -> complex:
    # log|1 + z| from x(2 + x) + y²: nothing is lost where z is small.
    square = z.real * (2 + z.real) + z.imag**2
    return complex(0.5 * math.log1p(square), math.atan2(z.imag, 1 + z.real))


def _softplus(x: float) -> float:
    # log(1 + exp x), written so that exp never sees a positive number.
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _complex_softplus(z: complex) -> complex:
    return z + _complex_log1p(cmath.exp(-z)) if z.real > 0 else _complex_log1p(cmath.exp(z))


def _sigmoid(x: float) -> float:
    # 1/(1 + exp(−x)), written so that exp never sees a positive number.
    small = math.exp(-abs(x))
    return (1.0 if x >= 0 else small) / (1 + small)


def _complex_sigmoid(z: complex) -> complex:
    small = cmath.exp(-z if z.real >= 0 else z)
    return (1.0 if z.real >= 0 else small) / (1 + small)


def _array_sigmoid(numpy: Any, x: Any) -> Any:
    small = numpy.exp(-numpy.abs(x))
    return numpy.where(x >= 0, 1.0, small) / (1 + small)


def _array_softplus(numpy: Any, x: Any) -> Any:
    return numpy.maximum(x, 0.0) + numpy.log1p(numpy.exp(-numpy.abs(x)))


def _array_erf(numpy: Any, x: Any) -> Any:
    return numpy.asarray(numpy.frompyfunc(math.erf, 1, 1)(x), float)


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _above(limit: float, reason: str) -> Callable[[float], str | None]:
    return lambda x: None if x > limit else reason


def _every_pi_from(first: float) -> Callable[[float, float], Iterator[float]]:
    """first + kπ between two ends; of a wider interval than a period two turns are all."""

    def turns(low: float, high: float) -> Iterator[float]:
        k = math.ceil((low - first) / math.pi)
        return (x for n in (k, k + 1) if (x := first + n * math.pi) <= high)

    return turns


def _not_negative(x: float) -> str | None:
    return "the square root of a negative number" if x < 0 else None


_LOG_DOMAIN = _above(0.0, "the logarithm of a number that is not positive")


def _choose(x: Any, positive: Any, otherwise: Any) -> Any:
    return positive if x.real > 0 else otherwise


exp: Primitive = Primitive(
    "exp",
    math.exp,
    elementwise("exp"),
    (lambda x: exp(x),),  # noqa: PLW0108 (a row can't hold itself)
    _EXP,
    complex_value=cmath.exp,
)
expm1: Primitive = Primitive(
    "expm1",
    math.expm1,
    elementwise("expm1"),
    (exp,),
    _EXPM1,
    complex_value=_complex_expm1,
)
log: Primitive = Primitive(
    "log",
    math.log,
    elementwise("log"),
    (lambda x: 1 / x,),
    _function("log", r"\ln", shown="ln"),
    complex_value=cmath.log,
    domain=_LOG_DOMAIN,
)
log1p: Primitive = Primitive(
    "log1p",
    math.log1p,
    elementwise("log1p"),
    (lambda x: 1 / (1 + x),),
    _LOG1P,
    complex_value=_complex_log1p,
    domain=_above(-1.0, "log1p of a number that is not above -1"),
)
log2: Primitive = Primitive(
    "log2",
    math.log2,
    elementwise("log2"),
    (lambda x: 1 / (_LN2 * x),),
    _logarithm("log2", 2),
    complex_value=lambda z: cmath.log(z) / _LN2,
    domain=_LOG_DOMAIN,
)
log10: Primitive = Primitive(
    "log10",
    math.log10,
    elementwise("log10"),
    (lambda x: 1 / (_LN10 * x),),
    _logarithm("log10", 10),
    complex_value=cmath.log10,
    domain=_LOG_DOMAIN,
)
_TANH_ABOVE_ZERO = 1 - 2 / (exp(2 * _X) + 1)
_TANH_BELOW_ZERO = 2 / (exp(-2 * _X) + 1) - 1
_TANH_BY_BOTH = (exp(_X) - exp(-_X)) / (exp(_X) + exp(-_X))
_SIGMOID = 1 / (1 + exp(-_X))
_SIGMOID_BY_EXP = exp(_X) / (exp(_X) + 1)
_SOFTPLUS_OF_X = log(1 + exp(_X))
sqrt: Primitive = Primitive(
    "sqrt",
    math.sqrt,
    elementwise("sqrt"),
    (lambda x: 1 / (2 * sqrt(x)),),
    _SQRT,
    complex_value=cmath.sqrt,
    domain=_not_negative,
)
tanh: Primitive = Primitive(
    "tanh",
    math.tanh,
    elementwise("tanh"),
    (lambda x: 1 - tanh(x) ** 2,),
    _function("tanh", r"\tanh"),
    complex_value=cmath.tanh,
    worked_out=lambda x: (_TANH_ABOVE_ZERO if x > 0 else _TANH_BELOW_ZERO, _TANH_BY_BOTH),
)
sin: Primitive = Primitive(
    "sin",
    math.sin,
    elementwise("sin"),
    (lambda x: cos(x),),  # noqa: PLW0108 (defined below)
    _function("sin", r"\sin"),
    complex_value=cmath.sin,
    turns=_every_pi_from(math.pi / 2),
)
cos: Primitive = Primitive(
    "cos",
    math.cos,
    elementwise("cos"),
    (lambda x: -sin(x),),
    _function("cos", r"\cos"),
    complex_value=cmath.cos,
    turns=_every_pi_from(0.0),
)
erf: Primitive = Primitive(
    "erf",
    math.erf,
    _array_erf,
    (lambda x: Number(2 / math.sqrt(math.pi)) * exp(-(x**2)),),
    _function("erf", r"\operatorname{erf}"),
)
sigmoid: Primitive = Primitive(
    "sigmoid",
    _sigmoid,
    _array_sigmoid,
    (lambda x: sigmoid(x) * (1 - sigmoid(x)),),
    _function("sigmoid", r"\sigma", shown="σ"),
    complex_value=_complex_sigmoid,
    worked_out=lambda _: (_SIGMOID, _SIGMOID_BY_EXP),
)
softplus: Primitive = Primitive(
    "softplus",
    _softplus,
    _array_softplus,
    (lambda x: 1 / (1 + exp(-x)),),
    _SOFTPLUS,
    complex_value=_complex_softplus,
    worked_out=lambda _: (_SOFTPLUS_OF_X,),
)
absolute: Primitive = Primitive(
    "abs",
    abs,
    elementwise("abs"),
    (lambda x: if_positive(x, 1, Number(-1.0)),),
    _ABS,
    complex_value=lambda z: z if z.real > 0 else -z,
    turns=lambda low, high: (0.0,) if low < 0 < high else (),
    kink=lambda x: abs(x.real),
)
sign: Primitive = Primitive(
    "sign",
    _sign,
    elementwise("sign"),
    (lambda _: Number(0.0),),
    _function("sign", r"\operatorname{sign}"),
    complex_value=lambda z: complex(_sign(z.real)),
    kink=lambda x: abs(x.real),
)
# Where both arguments are equal the second one is taken to have been chosen.
maximum: Primitive = Primitive(
    "max",
    max,
    elementwise("maximum"),
    (lambda a, b: if_positive(a - b, 1, 0), lambda a, b: if_positive(a - b, 0, 1)),
    _function("max", r"\max", arity=2),
    complex_value=lambda a, b: a if a.real > b.real else b,
    kink=lambda a, b: abs(a.real - b.real),
)
minimum: Primitive = Primitive(
    "min",
    min,
    elementwise("minimum"),
    (lambda a, b: if_positive(b - a, 1, 0), lambda a, b: if_positive(b - a, 0, 1)),
    _function("min", r"\min", arity=2),
    complex_value=lambda a, b: a if a.real < b.real else b,
    kink=lambda a, b: abs(a.real - b.real),
)
if_positive: Primitive = Primitive(
    "if_positive",
    _choose,
    lambda numpy, x, a, b: numpy.where(x > 0, a, b),
    (
        lambda _x, _a, _b: Number(0.0),
        lambda x, _a, _b: if_positive(x, 1, 0),
        lambda x, _a, _b: if_positive(x, 0, 1),
    ),
    _IF_POSITIVE,
    complex_value=_choose,
    kink=lambda x, _a, _b: abs(x.real),
)

PRIMITIVES: dict[str, Primitive] = {
    row.name: row
    for row in (
        exp, expm1, log, log1p, log2, log10, sqrt, tanh, sin, cos, erf, sigmoid, softplus,
        absolute, sign, maximum, minimum, if_positive,
    )
}  # fmt: skip
