"""Formulas: build, evaluate, differentiate, rewrite, read and write them.

An immutable tree of numbers, named symbols and operations (`nodes`), functions that serve floats,
arrays and formulas alike (`primitives`), and what is done with them. Imports nothing of the project
but its own modules, and NumPy only when an array turns up.
"""

from tracer.formula.backpropagation import Edge, NodeGradient, backpropagate, forward
from tracer.formula.derivatives import derivative, derivatives
from tracer.formula.errors import EvaluationError, MissingValue, SyntaxProblem
from tracer.formula.evaluation import evaluate, holding
from tracer.formula.nodes import (
    Call,
    Difference,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    as_expression,
    product,
    total,
)
from tracer.formula.parsing import parse
from tracer.formula.primitive import Primitive
from tracer.formula.primitives import (
    PRIMITIVES,
    absolute,
    cos,
    erf,
    exp,
    expm1,
    if_positive,
    log,
    log1p,
    log2,
    log10,
    maximum,
    minimum,
    sin,
    softplus,
    sqrt,
    tanh,
)
from tracer.formula.python import namespace, to_python
from tracer.formula.rewriting import (
    children,
    rebuild,
    replace,
    rewrite,
    symbols,
    walk,
    without_factor,
    without_term,
)

__all__ = [
    "PRIMITIVES",
    "Call",
    "Difference",
    "Edge",
    "EvaluationError",
    "Expression",
    "MissingValue",
    "Negative",
    "NodeGradient",
    "Number",
    "Power",
    "Primitive",
    "Product",
    "Quotient",
    "Sum",
    "Symbol",
    "SyntaxProblem",
    "absolute",
    "as_expression",
    "backpropagate",
    "children",
    "cos",
    "derivative",
    "derivatives",
    "erf",
    "evaluate",
    "exp",
    "expm1",
    "forward",
    "holding",
    "if_positive",
    "log",
    "log1p",
    "log2",
    "log10",
    "maximum",
    "minimum",
    "namespace",
    "parse",
    "product",
    "rebuild",
    "replace",
    "rewrite",
    "sin",
    "softplus",
    "sqrt",
    "symbols",
    "tanh",
    "to_python",
    "total",
    "walk",
    "without_factor",
    "without_term",
]
