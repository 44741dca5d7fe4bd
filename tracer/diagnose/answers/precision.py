"""How exact a program's numbers are: the type that it calculated in, or the digits that it printed.

An array's numbers claim no digits. What they may be off by comes from their type, which an `.npz` file
states and the numbers of a text show: all float32 are float64 too, but hardly any float64 is a float32;
and where most numbers end at the same place, a program rounded them there to print them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tracer.digits.numbers import Written, shortest
from tracer.immutable import immutable
from tracer.language import counted, message
from tracer.model.network import FloatArray

_ULPS = 8
"""So many units of the last place a program's order of summation, or its exp, may differ by."""
_FLOAT64 = 1e-9
_LONG = 10
"""Significant digits from which a float32 has been written as float64."""
LEAST_DIGITS, _PRINTED = 7, (8, 9)
"""Significant digits of most float32, and of the longest in a file, written as float32."""
_FEWEST, _MOST = 3, 12
"""Decimals, or significant digits, that a program rounds to."""
_SAMPLE = 2000

_OF_TYPE = (
    message(
        "{names} is {type}: right within {within} relatively, plus what such arithmetic loses."
    ),
    message(
        "{names} are {type}: right within {within} relatively, plus what such arithmetic loses."
    ),
)
_TO_DECIMALS = (
    message("{names} is rounded to {digits} decimals: right within half a unit of the last."),
    message("{names} are rounded to {digits} decimals: right within half a unit of the last."),
)
_TO_DIGITS = (
    message(
        "{names} is rounded to {digits} significant digits: right within half a unit of the last."
    ),
    message(
        "{names} are rounded to {digits} significant digits: right within half a unit of the last."
    ),
)


@immutable
class Precision:
    """`name` for JSON, `words` for the reader (of one array, of several); what a right number may be
    off by.

    That is `relative`·|x|, plus `absolute`, plus what arithmetic with `epsilon` loses on the way.
    """

    name: str
    words: tuple[str, str]
    relative: float
    epsilon: float
    absolute: float = 0.0
    digits: int = 0

    def told(self, count: int, names: str) -> str:
        """`W1, dW1 are float32: right within …`, of so many arrays."""
        within = f"{self.relative:.0e}".replace("e-0", "e-")
        return counted(
            count, *self.words, names=names, type=self.name, within=within, digits=self.digits
        )

    def slack(self, values: FloatArray, lost: FloatArray | float = 0.0) -> FloatArray:
        """How far from each of `values` an answer may be, where `lost` is what rounding loses."""
        slack: FloatArray = self.absolute + self.relative * np.abs(values) + lost
        return slack


def _of_type(name: str, dtype: type[np.floating[Any]]) -> Precision:
    epsilon = float(np.finfo(dtype).eps)
    relative = max(_FLOAT64, _ULPS * epsilon)
    return Precision(name, _OF_TYPE, relative, epsilon)


FLOAT64 = _of_type("float64", np.float64)
FLOAT32 = _of_type("float32", np.float32)
FLOAT16 = _of_type("float16", np.float16)
_OF_DTYPES = {np.dtype(np.float32): FLOAT32, np.dtype(np.float16): FLOAT16}


def of_dtype(dtype: np.dtype[Any]) -> Precision | None:
    """The precision that a type of NumPy's states; None where any number could be of that type."""
    return _OF_DTYPES.get(dtype.newbyteorder("="))


def of_floats(stated: Precision | None, values: FloatArray) -> Precision:
    """What a type states, or float32 where float64 hold nothing else, as `.item()` makes them."""
    numbers = [Written.parse(shortest(value)) for value in values.ravel()[:_SAMPLE] if value]
    return stated or (_float32(numbers) if numbers else None) or FLOAT64


def of_texts(texts: Sequence[str]) -> Precision:
    """The precision that all the numbers of a file show together; float64 where they show none."""
    step = -(-len(texts) // _SAMPLE)
    found = [Written.parse(text) for text in texts[:: max(step, 1)]]
    numbers = [number for number in found if number.value]
    if not numbers:
        return FLOAT64
    return _float32(numbers) or _rounded(numbers) or FLOAT64


def _float32(numbers: Sequence[Written]) -> Precision | None:
    """float32, written as the float64 that it also is, or with its own shortest digits."""
    values = np.array([number.value for number in numbers])
    with np.errstate(over="ignore"):
        singles = values.astype(np.float32)
    if (singles == values).all():
        return FLOAT32 if _mostly(numbers, lambda n: n.significant >= _LONG) else None
    lengths = [number.significant for number in numbers]
    if max(lengths) not in _PRINTED:
        return None
    if not _mostly(numbers, lambda n: n.significant >= LEAST_DIGITS):
        return None
    written = list(zip(singles, values.tolist(), strict=True))
    shortest = all(float(str(single)) == value for single, value in written)
    # A float64 so rounded lies beside the float32 more often than not.
    printed = all(float(f"{single:.{max(lengths)}g}") == value for single, value in written)
    return FLOAT32 if shortest or printed else None


def _rounded(numbers: Sequence[Written]) -> Precision | None:
    """Numbers of which most end at the same decimal, or significant digit, and none later."""
    # Parameters that no update changes are short by themselves, and say nothing.
    numbers = [number for number in numbers if number.significant >= _FEWEST]
    if not numbers:
        return None
    decimals = max(number.decimals for number in numbers)
    digits = max(number.significant for number in numbers)
    by_decimals = sum(number.decimals == decimals for number in numbers)
    by_digits = sum(number.significant == digits for number in numbers)
    if by_decimals >= by_digits:
        if not (_FEWEST <= decimals <= _MOST and 2 * by_decimals > len(numbers)):
            return None
        absolute, name = 0.5 * 10.0**-decimals, f"{decimals} decimals"
        return Precision(name, _TO_DECIMALS, _FLOAT64, FLOAT64.epsilon, absolute, decimals)
    if not (_FEWEST <= digits <= _MOST and 2 * by_digits > len(numbers)):
        return None
    relative, name = 5.0 * 10.0**-digits, f"{digits} significant digits"
    return Precision(name, _TO_DIGITS, relative, FLOAT64.epsilon, digits=digits)


def _mostly(numbers: Sequence[Written], holds: Callable[[Written], bool]) -> bool:
    return 2 * sum(map(holds, numbers)) >= len(numbers)
