"""What `why` found, as objects for JSON."""

from __future__ import annotations

from tracer.diagnose.why import ConventionMatch, ConventionsFound
from tracer.model.words import plain
from tracer.show.reports.objects import Object, all_finite


def why_json(searched: ConventionsFound, *, reveal: bool = True) -> Object:
    """`{"tried": 25, "matches": [{"changes": {…}, "values": {…}, …}], "nearest": […]}`.

    `reveal` false leaves out the numbers, and what only comes near, which tells them too.
    """
    return {
        "tried": searched.tried,
        "matches": [_match(match, reveal) for match in searched.matches],
        **({"nearest": [_match(match, reveal) for match in searched.nearest]} if reveal else {}),
    }


def _match(match: ConventionMatch, reveal: bool) -> Object:
    return {
        "changes": dict(match.changes),
        **({"values": all_finite(match.values)} if reveal else {}),
        "words": plain(match.words),
        "digits": match.digits,
        "truncated": list(match.truncated),
    }
