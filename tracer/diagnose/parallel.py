"""The same mistake in parallel places of a sheet: told once, of all of them.

Stands between the verdicts and the report. What one number leaves open another may decide: of the
mistakes that each of several numbers of a kind matches, those remain that all of them match.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tracer.diagnose.finding import Finding
from tracer.diagnose.mistakes.match import MistakeMatch
from tracer.immutable import immutable
from tracer.model.quantity import Kind, Quantity


@immutable
class Parallel:
    """Wrong numbers with the same mistake, in order; a single one where no other has it.

    `matches`: what the first of them matches and all the others do.
    """

    findings: tuple[Finding, ...]
    matches: tuple[MistakeMatch, ...]


def in_parallel(findings: Iterable[Finding]) -> tuple[Parallel, ...]:
    """The wrong numbers by the mistake that they share, in the order of the first of each."""
    waiting = [finding for finding in findings if finding.blamed]
    groups = []
    while waiting:
        group = _like_the_first(waiting)
        names = set.intersection(*({m.name for m in finding.matches} for finding in group))
        shared = tuple(match for match in group[0].matches if match.name in names)
        groups.append(Parallel(tuple(group), shared))
        waiting = [finding for finding in waiting if not any(finding is each for each in group)]
    return tuple(groups)


def _like_the_first(waiting: list[Finding]) -> list[Finding]:
    """The first number, and those of its kind with the mistake that it shares with most others."""
    first = waiting[0]
    kind = _kind(first)
    alike = [finding for finding in waiting if kind is not None and _kind(finding) is kind]
    shared = Counter(name for finding in alike for name in _names(finding))
    most = max(_names(first), key=lambda name: shared[name], default=None)
    if most is None or shared[most] < 2:
        return [first]
    return [finding for finding in alike if most in _names(finding)]


def _names(finding: Finding) -> list[str]:
    """Of the mistakes that rewrite a formula; slips of the pen are single ones."""
    return [match.name for match in finding.matches if match.formula and not match.read_as]


def _kind(finding: Finding) -> Kind | None:
    return finding.identity.kind if isinstance(finding.identity, Quantity) else None
