"""Conventions of optimisers and the like that a sheet's verdicts show, where its numbers alone don't.

On a sheet of rounded steps a number may be far from the exact one and right all the same, and what ε
beside another root makes of it is little: only from the numbers before it can be told how it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.evidence import Evidence, Hypothesis, key_of
from tracer.diagnose.variant import Alternative
from tracer.model.quantity import Identity, Quantity

Blamed: TypeAlias = list[tuple[Moment, Identity]]
"""The answers that are wrong by themselves."""

_AT_LEAST = 2
"""So many things are made right by a convention; a single one may be a slip."""


def cleared(
    evidence: Evidence,
    current: Hypothesis,
    variants: Iterable[tuple[str, Alternative]],
    judge: Callable[[Hypothesis], Blamed],
) -> Hypothesis | None:
    """The first of the variants, in place of such a one, under which nothing at all is blamed.

    A mistake that looks like it must be blamed, then: else the sheet doesn't show which of them it is.
    """
    options = list(variants)
    kept = tuple(variant for variant in current.variants if variant not in options)
    bare = Hypothesis(kept, current.readings)
    found = judge(current)
    things = {key_of(m, q) if isinstance(q, Quantity) else (m, q) for m, q in found}
    if len(things) < (_AT_LEAST if bare == current else 1):
        return None
    for variant in options:
        other = Hypothesis((*kept, variant), current.readings)
        if not evidence.knows_all(other) or evidence.contradicted(other, bare):
            continue
        if not judge(other) and all(map(judge, evidence.rivals(other))):
            return other
    return None
