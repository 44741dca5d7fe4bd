"""Slips of the pen and of the pocket calculator: digits copied wrongly, every step rounded.

These are told by comparing what was written with a value's own digits, not by rewriting a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise

from tracer.digits.numbers import Written, shortest
from tracer.immutable import immutable

_CONTEXT = Context(prec=800)
_REST_OF_MISREAD = {0: 6, 1: 4}
"""How many digits must be right besides a misread one with so many behind it."""
_LEAST_REST = 3


@immutable
class CopyingSlip:
    """One row: whether the text that was written comes from the value by this slip.

    `of_few_digits`: also possible where there are too few digits for any name. `is_resort`: told only
    where no row that rewrites a formula gives the same.
    """

    name: str
    explains: Callable[[Written, float], bool]
    help: str
    of_few_digits: bool = False
    is_resort: bool = False


def _text(value: float, decimals: int) -> str:
    """The size of the value, rounded to so many decimals."""
    unit = Decimal((0, (1,), -decimals))
    return f"{abs(Decimal(repr(value))).quantize(unit, ROUND_HALF_UP, _CONTEXT):f}"


def _size(written: Written) -> Decimal:
    return abs(Decimal(written.text.replace("−", "-").replace("–", "-")))


def _same_sign(written: Written, value: float) -> bool:
    return written.value * value > 0


def _transposed(written: Written, value: float) -> bool:
    swapped = map(Decimal, _swaps(_text(value, written.decimals)))
    return _same_sign(written, value) and _size(written) in swapped


def _swaps(text: str) -> Iterator[str]:
    """The text with two neighbouring digits exchanged; a point between them stays."""
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    for a, b in pairwise(places):
        if text[a] != text[b]:
            signs = list(text)
            signs[a], signs[b] = signs[b], signs[a]
            yield "".join(signs)


def _dropped(written: Written, value: float) -> bool:
    """A digit before the point is missing, or one behind it with the later ones moved up."""
    before = _drops(_text(value, written.decimals), before_point=True)
    behind = _drops(_text(value, written.decimals + 1), before_point=False)
    dropped = set(map(Decimal, (*before, *behind)))
    dropped.discard(Decimal(_text(value, written.decimals)))  # a zero at the end is no loss
    return _same_sign(written, value) and _size(written) in dropped


def _drops(text: str, *, before_point: bool) -> Iterator[str]:
    """The text without one of its digits; never without the last one, which is rounding."""
    point = text.find(".") if "." in text else len(text)
    places = range(point) if before_point else range(point + 1, len(text) - 1)
    for place in places if not before_point or point > 1 else ():
        yield text[:place] + text[place + 1 :]


def _misread(written: Written, value: float) -> bool:
    """One digit is another. Near the end the rest must be long: there, arithmetic slips too.

    A zero before the first digit is none that is written down and misread: 0.1385 is no 9.1385.
    """
    right = _text(value, written.decimals)
    own = f"{_size(written):.{written.decimals}f}"
    if len(own) != len(right) or not _same_sign(written, value):
        return False
    pairs = list(zip(own, right, strict=True))
    other = [place for place, (a, b) in enumerate(pairs) if a != b]
    first = len(right) - len(right.lstrip("0."))
    if len(other) != 1 or other[0] < first:
        return False
    behind = sum(a.isdigit() for a, _ in pairs[other[0] + 1 :])
    return len(_digits(right)) - 1 >= _REST_OF_MISREAD.get(behind, _LEAST_REST)


def _digits(text: str) -> str:
    """The significant ones."""
    return text.replace(".", "").lstrip("0")


def _doubled(written: Written, value: float) -> bool:
    """A digit stands there twice, and those behind it have moved on."""
    if written.significant <= _LEAST_REST or not written.decimals:
        return False
    behind = _doubles(_text(value, written.decimals - 1), before_point=False)
    before = _doubles(_text(value, written.decimals), before_point=True)
    return _same_sign(written, value) and _size(written) in set(map(Decimal, (*behind, *before)))


def _doubles(text: str, *, before_point: bool) -> Iterator[str]:
    """The text with one of its digits twice; never the last one, which might be rounding."""
    point = text.find(".") if "." in text else len(text)
    first = len(text) - len(text.lstrip("0."))
    places = range(first, point) if before_point else range(max(point + 1, first), len(text) - 1)
    for place in places:
        yield text[:place] + text[place] + text[place:]


def _shifted(written: Written, value: float) -> bool:
    """A power of ten too many or too few."""
    return written.value != 0 and any(
        abs(written.value - value * 10.0**places) <= written.unit / 2 * (1 + 1e-9)
        for places in (-2, -1, 1, 2)
    )


def _sign_lost(written: Written, value: float) -> bool:
    return written.value * value < 0 and abs(written.value + value) <= written.unit / 2 * (1 + 1e-9)


def misreadings(text: str) -> Iterator[str]:
    """What a given number, written so, may be taken for: a digit, the order of two, point or sign."""
    minus, size = text[: text.startswith("-")], text.lstrip("-")
    for place, sign in enumerate(size):
        if sign.isdigit() and (place or sign != "0"):
            yield from (
                f"{minus}{size[:place]}{other}{size[place + 1 :]}"
                for other in "0123456789"
                if other != sign
            )
    yield from (minus + swapped for swapped in _swaps(size))
    for places in (-1, 1):
        yield minus + shortest(float(f"{size}e{places}"))
    yield size if minus else f"-{size}"


_ROWS = (
    CopyingSlip(
        "digits_transposed",
        _transposed,
        "Two neighbouring digits have changed places in copying.",
    ),
    CopyingSlip(
        "digit_dropped",
        _dropped,
        "A digit was dropped in copying.",
    ),
    CopyingSlip(
        "digit_misread",
        _misread,
        "One digit is another than it should be; the rest is right.",
        is_resort=True,
    ),
    CopyingSlip(
        "digit_doubled",
        _doubled,
        "A digit was written twice in copying.",
        is_resort=True,
    ),
    CopyingSlip(
        "point_shifted",
        _shifted,
        "The digits are right, but the decimal point has moved.",
        is_resort=True,
    ),
    CopyingSlip(
        "sign_lost",
        _sign_lost,
        "The number has the other sign: a minus was lost, or one was put in.",
        of_few_digits=True,
        is_resort=True,
    ),
)

SLIPS = {row.name: row for row in _ROWS}
"""The slips of the pen, by name."""
