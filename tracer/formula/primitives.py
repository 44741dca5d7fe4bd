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

from tracer.formula import looks
from tracer.formula.nodes import Expression, Number, Symbol
from tracer.formula.primitive import Elementwise, Primitive

_LN2 = math.log(2.0)
_LN10 = math.log(10.0)
_SERIES_UP_TO, _SERIES_TERMS, _FRACTION_TERMS = 2.5, 45, 60
"""Where erf, made of other functions, goes over from one formula to the other; their lengths."""
_X = Symbol("x")
"""The argument, where a row says how its function is worked out."""


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
    Elementwise("exp"),
    (lambda x: exp(x),),  # noqa: PLW0108 (a row can't hold itself)
    looks.EXP,
    complex_value=cmath.exp,
)
expm1: Primitive = Primitive(
    "expm1",
    math.expm1,
    Elementwise("expm1"),
    (exp,),
    looks.EXPM1,
    complex_value=_complex_expm1,
)
log: Primitive = Primitive(
    "log",
    math.log,
    Elementwise("log"),
    (lambda x: 1 / x,),
    looks.function("log", r"\ln", shown="ln"),
    complex_value=cmath.log,
    domain=_LOG_DOMAIN,
)
log1p: Primitive = Primitive(
    "log1p",
    math.log1p,
    Elementwise("log1p"),
    (lambda x: 1 / (1 + x),),
    looks.LOG1P,
    complex_value=_complex_log1p,
    domain=_above(-1.0, "log1p of a number that is not above -1"),
)
log2: Primitive = Primitive(
    "log2",
    math.log2,
    Elementwise("log2"),
    (lambda x: 1 / (_LN2 * x),),
    looks.logarithm("log2", 2),
    complex_value=lambda z: cmath.log(z) / _LN2,
    domain=_LOG_DOMAIN,
)
log10: Primitive = Primitive(
    "log10",
    math.log10,
    Elementwise("log10"),
    (lambda x: 1 / (_LN10 * x),),
    looks.logarithm("log10", 10),
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
    Elementwise("sqrt"),
    (lambda x: 1 / (2 * sqrt(x)),),
    looks.SQRT,
    complex_value=cmath.sqrt,
    domain=_not_negative,
)
tanh: Primitive = Primitive(
    "tanh",
    math.tanh,
    Elementwise("tanh"),
    (lambda x: 1 - tanh(x) ** 2,),
    looks.function("tanh", r"\tanh"),
    complex_value=cmath.tanh,
    worked_out=lambda x: (_TANH_ABOVE_ZERO if x > 0 else _TANH_BELOW_ZERO, _TANH_BY_BOTH),
)
sin: Primitive = Primitive(
    "sin",
    math.sin,
    Elementwise("sin"),
    (lambda x: cos(x),),  # noqa: PLW0108 (defined below)
    looks.function("sin", r"\sin"),
    complex_value=cmath.sin,
    turns=_every_pi_from(math.pi / 2),
)
cos: Primitive = Primitive(
    "cos",
    math.cos,
    Elementwise("cos"),
    (lambda x: -sin(x),),
    looks.function("cos", r"\cos"),
    complex_value=cmath.cos,
    turns=_every_pi_from(0.0),
)
erf: Primitive = Primitive(
    "erf",
    math.erf,
    _array_erf,
    (lambda x: Number(2 / math.sqrt(math.pi)) * exp(-(x**2)),),
    looks.function("erf", r"\operatorname{erf}"),
    composed=lambda x: _erf_of_others(x),  # noqa: PLW0108 (defined below)
)
sigmoid: Primitive = Primitive(
    "sigmoid",
    _sigmoid,
    _array_sigmoid,
    (lambda x: sigmoid(x) * (1 - sigmoid(x)),),
    looks.function("sigmoid", r"\sigma", shown="σ"),
    complex_value=_complex_sigmoid,
    worked_out=lambda _: (_SIGMOID, _SIGMOID_BY_EXP),
    composed=lambda x: if_positive(x, 1, exp(-absolute(x))) / (1 + exp(-absolute(x))),
)
softplus: Primitive = Primitive(
    "softplus",
    _softplus,
    _array_softplus,
    (lambda x: 1 / (1 + exp(-x)),),
    looks.SOFTPLUS,
    complex_value=_complex_softplus,
    worked_out=lambda _: (_SOFTPLUS_OF_X,),
    composed=lambda x: maximum(x, 0) + log1p(exp(-absolute(x))),
)
absolute: Primitive = Primitive(
    "abs",
    abs,
    Elementwise("abs"),
    (lambda x: if_positive(x, 1, Number(-1.0)),),
    looks.ABS,
    complex_value=lambda z: z if z.real > 0 else -z,
    turns=lambda low, high: (0.0,) if low < 0 < high else (),
    kink=lambda x: abs(x.real),
)
sign: Primitive = Primitive(
    "sign",
    _sign,
    Elementwise("sign"),
    (lambda _: Number(0.0),),
    looks.function("sign", r"\operatorname{sign}", arrays="sign"),
    complex_value=lambda z: complex(_sign(z.real)),
    kink=lambda x: abs(x.real),
    composed=lambda x: if_positive(x, 1, if_positive(-x, Number(-1.0), 0)),
)
# Where both arguments are equal the second one is taken to have been chosen.
maximum: Primitive = Primitive(
    "max",
    max,
    Elementwise("maximum"),
    (lambda a, b: if_positive(a - b, 1, 0), lambda a, b: if_positive(a - b, 0, 1)),
    looks.function("max", r"\max", arity=2, arrays="maximum"),
    complex_value=lambda a, b: a if a.real > b.real else b,
    kink=lambda a, b: abs(a.real - b.real),
)
minimum: Primitive = Primitive(
    "min",
    min,
    Elementwise("minimum"),
    (lambda a, b: if_positive(b - a, 1, 0), lambda a, b: if_positive(b - a, 0, 1)),
    looks.function("min", r"\min", arity=2, arrays="minimum"),
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
    looks.IF_POSITIVE,
    complex_value=_choose,
    kink=lambda x, _a, _b: abs(x.real),
)


def _erf_of_others(x: Expression) -> Expression:
    """The series of positive terms near 0, the continued fraction of 1 − erf beyond it.

    Source: DLMF 7.6.2 and 7.9.1. The numbers of terms give float64's digits on both sides.
    """
    series: Expression = Number(1.0)
    for n in range(_SERIES_TERMS, 0, -1):
        series = 1 + 2 * x**2 / (2 * n + 1) * series
    fraction: Expression = absolute(x)
    for n in range(_FRACTION_TERMS, 0, -1):
        fraction = absolute(x) + n / 2 / fraction
    bell = exp(-(x**2)) / math.sqrt(math.pi)
    outside = sign(x) * (1 - bell / fraction)
    inside = 2 * x * bell * series
    found: Expression = if_positive(absolute(x) - _SERIES_UP_TO, outside, inside)
    return found


PRIMITIVES: dict[str, Primitive] = {
    row.name: row
    for row in (
        exp, expm1, log, log1p, log2, log10, sqrt, tanh, sin, cos, erf, sigmoid, softplus,
        absolute, sign, maximum, minimum, if_positive,
    )
}  # fmt: skip
