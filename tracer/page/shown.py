"""The formulas of a whole array as people read them: MathML with places for names and numbers.

A place is `§0§`, or `§0!§` where a number below 0 needs brackets; a leaf says for which quantity it is.
The names and the numbers themselves come from whoever fills the places in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Sequence

from tracer.formula import Expression, Symbol, children, symbols
from tracer.immutable import immutable
from tracer.page.patterns import Leaf, Piece, Run, unrolled
from tracer.show.notation.mathml import mathml
from tracer.show.notation.notation import LIMIT

_NAME = re.compile(r"<x(\d+)>.*?</x>")
_ANY = r"<x(\d+)>(?:(?!</x>).)*</x>"
_NUMBER = re.compile(rf"<mrow><mo>\(</mo>{_ANY}<mo>\)</mo></mrow>|{_ANY}")

_PLACE = re.compile(r"§(\d+)(!?)§")

Use = tuple[int, int, tuple[int, ...], tuple[tuple[int, int], ...]]
Label = Callable[[Hashable, int], str]
"""The name of what stands in an array at an offset, as MathML."""
Numbered = Callable[[Hashable], int]
"""The number of an array among the page's arrays."""


@immutable
class Shown:
    """A formula for a block of an array: with places for names, and with places for numbers.

    `fixed`: the axes that don't vary, with their index. `leaves`: (array, offset, step along each axis)
    for each place. `uses`: everything that the formula stands on, where that is more than is shown of
    it: the same with the (step, count) of each run that the symbol stands in.
    """

    fixed: tuple[tuple[int, int], ...]
    names: str
    numbers: str
    leaves: tuple[tuple[int, int, tuple[int, ...]], ...]
    uses: tuple[Use, ...] = ()


def shown_pieces(found: Sequence[Piece], number: Numbered, label: Label) -> Iterator[Shown]:
    """The formulas of an array's pieces."""
    return (_shown(piece, number, label) for piece in found)


def _shown(piece: Piece, number: Numbered, label: Label) -> Shown:
    formula = unrolled(piece.formula)
    leaves: dict[Leaf, int] = {key: place for place, key in enumerate(symbols(formula))}

    def written(inside: Callable[[Leaf], str]) -> str:
        return mathml(formula, symbol=lambda key: f"<x{leaves[key]}>{inside(key)}</x>", limit=LIMIT)

    named = written(lambda leaf: label(leaf.array, leaf.offset))
    positive, negative = written(lambda _: "<mn>1</mn>"), written(lambda _: "<mo>−</mo><mn>1</mn>")
    numbers = with_places(positive, negative)
    seen = sorted({int(place) for place, _ in _PLACE.findall(numbers)})
    places = {str(old): str(new) for new, old in enumerate(seen)}
    shown = [list(leaves)[place] for place in seen]

    def renumbered(text: str) -> str:
        return _PLACE.sub(lambda found: f"§{places[found[1]]}{found[2]}§", text)

    uses = (
        () if len(shown) == len(leaves) else tuple(dict.fromkeys(_uses(piece.formula, number, ())))
    )
    return Shown(
        piece.fixed,
        renumbered(_NAME.sub(r"§\1§", named)),
        renumbered(numbers),
        tuple((number(leaf.array), leaf.offset, leaf.steps) for leaf in shown),
        uses,
    )


def _uses(formula: Expression, number: Numbered, counts: tuple[int, ...]) -> Iterator[Use]:
    if isinstance(formula, Symbol):
        leaf: Leaf = formula.key
        runs = tuple(zip(leaf.runs, counts, strict=True))
        yield number(leaf.array), leaf.offset, leaf.steps, runs
    for part in children(formula):
        if isinstance(part, Run):
            yield from _uses(part.body, number, (*counts, part.count))
        else:
            yield from _uses(part, number, counts)


def with_places(positive: str, negative: str) -> str:
    """The formula with places for numbers; brackets that only a sign needs belong to the place."""
    always = iter([found[1] is not None for found in _NUMBER.finditer(positive)])

    def place(found: re.Match[str]) -> str:
        bracketed, needed = found[1] is not None, next(always)
        if not bracketed:
            return f"§{found[2]}§"
        if needed:  # the brackets of a function
            return f"<mrow><mo>(</mo>§{found[1]}§<mo>)</mo></mrow>"
        return f"§{found[1]}!§"

    return _NUMBER.sub(place, negative)
