"""Notations for the tests: enough to tell names, formulas and numbers apart."""

from tracer.formula import Expression
from tracer.model.quantity import Kind, Label

NAMES = {"dE/dw1": "∂E/∂w1", "delta_o1": "δ_o1"}
LATEX_NAMES = {"dE/dw1": r"\frac{\partial E}{\partial w_1}", "delta_o1": r"\delta_{o1}"}


class PlainNotation:
    """Of documents whose labels are text: their canonical names."""

    def name(self, label: Label | str, /) -> str:
        return NAMES.get(self.canonical(label), self.canonical(label))

    def canonical(self, label: Label | str, /) -> str:
        assert isinstance(label, str)
        return label

    def letter(self, kind: Kind, /) -> str:
        return kind.name

    def formula(self, expression: Expression, /) -> str:
        return str(expression)

    def number(self, value: float, /) -> str:
        return f"{value:.4f}" if value == 0 or abs(value) >= 1e-4 else f"{value:.1e}"


class LatexNotation(PlainNotation):
    def name(self, label: Label | str, /) -> str:
        return LATEX_NAMES.get(self.canonical(label), self.canonical(label))
