"""Gradient checks as JSON: the objects that `tracer.show.formats.objects.write` writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracer.diagnose.gradcheck import GradientCheck, GradientFinding
from tracer.model.quantity import Quantity


def gradcheck_json(checked: GradientCheck, name: Callable[[Quantity], str]) -> dict[str, Any]:
    """`parameters`: analytic, numeric, relative error and verdict of each; `unchecked`: how many."""
    return {
        "parameters": {name(check.quantity): _object(check) for check in checked.checks},
        "unchecked": checked.unchecked,
    }


def _object(check: GradientFinding) -> dict[str, Any]:
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
