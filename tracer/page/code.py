"""The JavaScript of a whole array: its pieces as loops over the places they are the formula of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from tracer.formula import Expression, Key, Sum, Symbol, children, rebuild
from tracer.formula.javascript import to_javascript
from tracer.formula.lazy import Index
from tracer.page.patterns import Leaf, Piece, Run

Number = Callable[[Hashable], int]
"""The number of an array among the page's arrays."""


def array_function(target: Hashable, found: Sequence[Piece], number: Number) -> str:
    """A function of all the arrays that fills one of them."""
    writer = _Writer(number)
    body = "".join(writer.piece(target, piece) for piece in found)
    names = ",".join(f"{name}=A[{place}]" for place, name in writer.arrays.items())
    return f"A=>{{const {names};{body}}}"


class _Writer:
    """Source of one function; `arrays`: which it uses, by their numbers, and under what name."""

    def __init__(self, number: Number) -> None:
        self.arrays: dict[int, str] = {}
        self._number = number
        self._sums = 0

    def piece(self, target: Hashable, piece: Piece) -> str:
        """for(…)…{ target[…] = formula; }"""
        fixed = dict(piece.fixed)
        axes = [axis for axis, n in enumerate(piece.shape) if n > 1 and axis not in fixed]
        loops = "".join(f"for(let p{a}=0;p{a}<{piece.shape[a]};p{a}++)" for a in axes)
        index = _place(piece.shape, fixed, axes)
        before, source = self._source(piece.formula, axes, 0)
        return f"{loops}{{{before}{self._array(target)}[{index}]={source};}}"

    def _array(self, array: Hashable) -> str:
        number = self._number(array)
        return self.arrays.setdefault(number, f"a{number}")

    def _source(self, formula: Expression, axes: Sequence[int], depth: int) -> tuple[str, str]:
        """The loops that add up its runs, and then the formula."""
        before: list[str] = []

        def without_runs(node: Expression) -> Expression:
            if isinstance(node, Run):
                self._sums += 1
                name = f"s{self._sums}"
                before.append(self._sum(name, node, axes, depth))
                return Symbol(name)
            operands = children(node)
            if not operands:
                return node
            parts = tuple(map(without_runs, operands))
            return parts[0] if isinstance(node, Sum) and len(parts) == 1 else rebuild(node, parts)

        plain = without_runs(formula)
        return "".join(before), to_javascript(plain, lambda key: self._symbol(key, axes))

    def _sum(self, name: str, run: Run, axes: Sequence[int], depth: int) -> str:
        """let name = 0; for (…) name += body;"""
        before, source = self._source(run.body, axes, depth + 1)
        loop = f"for(let k{depth}=0;k{depth}<{run.count};k{depth}++)"
        return f"let {name}=0;{loop}{{{before}{name}+={source};}}"

    def _symbol(self, key: Key, axes: Sequence[int]) -> str:
        if isinstance(key, str):
            return key
        leaf: Leaf = key
        moving = [(f"p{axis}", leaf.steps[axis]) for axis in axes]
        moving += [(f"k{depth}", run) for depth, run in enumerate(leaf.runs)]
        return f"{self._array(leaf.array)}[{_offset(leaf.offset, moving)}]"


def _place(shape: Index, fixed: dict[int, int], axes: Sequence[int]) -> str:
    """The offset of a place, row by row."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    constant = sum(strides[axis] * index for axis, index in fixed.items())
    return _offset(constant, [(f"p{axis}", strides[axis]) for axis in axes])


def _offset(constant: int, moving: Sequence[tuple[str, int]]) -> str:
    terms = [name if step == 1 else f"{step}*{name}" for name, step in moving if step]
    if constant or not terms:
        terms.append(str(constant))
    return "+".join(terms)
