"""What can go wrong with a formula: in reading it, in finding its values, in calculating it.

They carry what a caller needs in order to say where and why: the text and the place in it, the
name, or the subexpression that failed with the values of its operands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.formula.nodes import Expression, Key


class EvaluationError(ArithmeticError):
    """A formula has no finite value at this point.

    `expression` is the smallest subexpression that failed, `values` are those of its operands in
    the order of `children(expression)`, `node` is the graph node it belongs to, where known.
    """

    def __init__(
        self,
        expression: Expression,
        values: tuple[complex, ...],
        reason: str,
        node: Key | None = None,
    ) -> None:
        super().__init__(reason)
        self.expression = expression
        self.values = values
        self.reason = reason
        self.node = node

    def __str__(self) -> str:
        operands = ", ".join(str(value) for value in self.values)
        where = f"{self.node}: " if self.node else ""
        return f"{where}{self.reason} (operands: {operands})"


class MissingValue(KeyError):  # noqa: N818
    """A formula uses a quantity that was given no value."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"no value for {self.key!r}"


class SyntaxProblem(ValueError):  # noqa: N818
    """A text that is not a formula; `offset` (from 0) is the character a caret should point at."""

    def __init__(self, message: str, text: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.offset = offset
