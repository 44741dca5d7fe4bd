"""Derivatives from values of the loss alone, each with what it can be off by.

    central     (L(θ+h) − L(θ−h)) / 2h                    h = 1e-6·max(1, |θ|)
    complex     Im L(θ + ih) / h                          h = 1e-20: nothing is subtracted
    five-point  (8(L(θ+h) − L(θ−h)) − (L(θ+2h) − L(θ−2h))) / 12h    h = 1e-3·max(1, |θ|)

Source: W. Squire and G. Trapp, "Using complex variables to estimate derivatives of real functions",
SIAM Review 40 (1998).
"""

from __future__ import annotations

import math

import numpy as np

from tracer.diagnose.gradcheck.subjects import Point, Subject
from tracer.immutable import immutable

STEP = 1e-6
COMPLEX_STEP = 1e-20
WIDE_STEP = 1e-3


@immutable
class Estimate:
    """A derivative, an estimate of its error, and the kinks within its reach, by position."""

    value: float
    error: float
    method: str
    kinks: tuple[int, ...] = ()


def complex_step(subject: Subject, index: int) -> Estimate | None:
    """Im L(θ + ih) / h; None where a function on the way takes no complex numbers."""
    theta = subject.theta.astype(complex)
    theta[index] += COMPLEX_STEP * 1j
    point = subject.at(theta)
    if point is None:
        return None
    # Numbers below the smallest normal one lose their digits: all that can go wrong here.
    smallest = float(np.finfo(float).tiny) / COMPLEX_STEP
    return _known(point.loss.imag / COMPLEX_STEP, smallest, "complex step")


def central(subject: Subject, index: int, noise: float) -> Estimate | None:
    """(L(θ+h) − L(θ−h)) / 2h, judged by the same with 2h; `noise` is the rounding error of L.

    None where the loss can't be calculated beside the point.
    """
    h = STEP * max(1.0, abs(float(subject.theta[index])))
    points = _around(subject, index, (-2 * h, -h, h, 2 * h))
    if points is None:
        return None
    narrow, wide = _slope(points[1], points[2], h), _slope(points[0], points[3], 2 * h)
    error = abs(narrow - wide) + noise / h
    return _known(narrow, error, "central difference", _touched(subject, points))


def five_point(subject: Subject, index: int, noise: float) -> Estimate | None:
    """The five-point formula, judged by the same with h/2; None beside a kink or the domain's end."""
    h = WIDE_STEP * max(1.0, abs(float(subject.theta[index])))
    points = _around(subject, index, (-2 * h, -h, -h / 2, h / 2, h, 2 * h))
    if points is None or _touched(subject, points):
        return None
    wide, middle = _slope(points[0], points[5], 2 * h), _slope(points[1], points[4], h)
    narrow = _slope(points[2], points[3], h / 2)
    coarse, fine = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return _known(fine, abs(fine - coarse) + 4 * noise / h, "five-point difference")


def _known(value: float, error: float, method: str, kinks: tuple[int, ...] = ()) -> Estimate | None:
    """The estimate; None where it is beyond float64."""
    return Estimate(value, error, method, kinks) if math.isfinite(value + error) else None


def _around(subject: Subject, index: int, offsets: tuple[float, ...]) -> list[Point] | None:
    """The points at these distances from theta in one direction; None if one has no loss."""
    points = []
    for offset in offsets:
        theta = subject.theta.copy()
        theta[index] = float(theta[index]) + offset
        point = subject.at(theta)
        if point is None:
            return None
        points.append(point)
    return points


def _slope(before: Point, after: Point, h: float) -> float:
    return (after.loss.real - before.loss.real) / (2 * h)


def _touched(subject: Subject, points: list[Point]) -> tuple[int, ...]:
    """The kinks that are no farther away than the farthest move towards or from them."""
    here = subject.at(subject.theta) if points[0].distances.size else None
    if here is None:
        return ()
    with np.errstate(all="ignore"):  # a branch that isn't chosen may have no value
        moved = np.max([abs(point.distances - here.distances) for point in points], axis=0)
        return tuple(np.flatnonzero((moved > 0) & (abs(here.distances) <= moved)).tolist())
