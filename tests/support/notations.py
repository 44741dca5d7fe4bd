"""Notations for the tests: enough to tell names, formulas and numbers apart."""

from tracer.formula import Expression

NAMES = {"dE/dw1": "∂E/∂w1", "delta_o1": "δ_o1"}
LATEX_NAMES = {"dE/dw1": r"\frac{\partial E}{\partial w_1}", "delta_o1": r"\delta_{o1}"}


class PlainNotation:
    def name(self, name: str, /) -> str:
        return NAMES.get(name, name)

    def formula(self, expression: Expression, /) -> str:
        return str(expression)

    def number(self, value: float, /) -> str:
        return f"{value:.4f}" if value == 0 or abs(value) >= 1e-4 else f"{value:.1e}"


class LatexNotation(PlainNotation):
    def name(self, name: str, /) -> str:
        return LATEX_NAMES.get(name, name)
