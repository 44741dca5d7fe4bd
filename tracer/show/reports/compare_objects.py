"""What `compare` found, as objects for JSON."""

from __future__ import annotations

from tracer.diagnose.compare import Comparison, PassSummary
from tracer.model.names import Names
from tracer.model.quantity import at
from tracer.show.reports.objects import Object, finite


def compare_json(comparison: Comparison, names: Names) -> Object:
    """`{"first_difference": {"name": …, "iteration": …, "values": […]}, "runs": […]}`."""
    found = comparison.first_difference
    return {
        "same_shape": comparison.same_shape,
        "iterations": comparison.iterations,
        "first_difference": found
        and {
            "name": names.name(at(found.quantity, 1)),
            "iteration": found.quantity.iteration,
            "values": list(map(finite, found.values)),
        },
        "differing": {name: list(values) for name, values in comparison.differing.items()},
        "runs": [
            {
                "title": run.title,
                "conventions": dict(run.settings),
                "ended": run.ended,
                "first": _pass(run.first),
                "last": _pass(run.last),
            }
            for run in comparison.runs
        ],
    }


def _pass(found: PassSummary) -> Object:
    return {
        "updates": found.updates,
        "loss": finite(found.loss),
        "layers": [
            {
                "layer": size.layer,
                "mean_delta": finite(size.mean),
                "mean_delta_ratio": finite(size.mean_ratio),
                "gradient_norm": finite(size.gradient),
                "gradient_norm_ratio": finite(size.gradient_ratio),
            }
            for size in found.sizes
        ],
    }
