"""What `gradcheck` found, as objects for JSON."""

from __future__ import annotations

from collections.abc import Callable

from tracer.diagnose.gradcheck import GradientCheck, GradientFinding
from tracer.model.quantity import Quantity
from tracer.show.reports.objects import Object


def gradcheck_json(checked: GradientCheck, name: Callable[[Quantity], str]) -> Object:
    """`parameters`: analytic, numeric, relative error and verdict of each; `unchecked`: how many."""
    return {
        "parameters": {name(check.quantity): _object(check) for check in checked.checks},
        "unchecked": checked.unchecked,
    }


def _object(check: GradientFinding) -> Object:
    found = {
        "analytic": check.analytic,
        "numeric": check.numeric,
        "relative_error": check.relative_error,
        "verdict": check.verdict.value,
        "method": check.method,
        "central_difference": check.central,
        "remark": check.note,
    }
    return {key: value for key, value in found.items() if value not in (None, "")}
