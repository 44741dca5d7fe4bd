"""What `why` found, as objects for JSON."""

from __future__ import annotations

from tracer.diagnose.why import ConventionMatch, ConventionsFound
from tracer.model.words import plain
from tracer.show.reports.objects import Object, all_finite


def why_json(searched: ConventionsFound) -> Object:
    """`{"tried": 25, "matches": [{"changes": {…}, "values": {…}, …}], "nearest": […]}`."""
    return {
        "tried": searched.tried,
        "matches": [_match(match) for match in searched.matches],
        "nearest": [_match(match) for match in searched.nearest],
    }


def _match(match: ConventionMatch) -> Object:
    return {
        "changes": dict(match.changes),
        "values": all_finite(match.values),
        "words": plain(match.words),
        "digits": match.digits,
        "truncated": list(match.truncated),
    }
