"""What `walk --ask` says of an answer without the right value, and what it counts in the end."""

from __future__ import annotations

from collections.abc import Iterator

from tracer.diagnose.finding import Finding
from tracer.diagnose.parallel import Parallel
from tracer.explain.walk import Walk
from tracer.language import say
from tracer.show.document import Block, Content, Text
from tracer.show.reports.check import VERDICT_WORDS
from tracer.show.reports.check_reasons import distance
from tracer.show.reports.matches import matches_of, possible_of
from tracer.show.reports.tables import joined, local
from tracer.show.words import worded

_COUNTED = ("right", "rounding", "follows", "wrong", "coarse")


def remarks(finding: Finding, *, again: bool) -> Iterator[Block]:
    """The verdict, and what `check` knows of a wrong number; `again`: there is another try."""
    yield Text(_verdict(finding))
    if finding.blamed:
        yield from matches_of(Parallel((finding,), finding.matches), reveal=False)
        if not finding.matches:
            yield Text(distance(finding, reveal=False))
    yield from possible_of(finding)
    if again:
        yield Text(say("Another try, or Enter to see more of it:"))


def _verdict(finding: Finding) -> Content:
    words = say(VERDICT_WORDS[finding.verdict])
    if finding.verdict == "coarse":
        return say("{verdict}: give more digits", verdict=words)
    if finding.truncated:
        return say("{verdict}: cut off, not rounded", verdict=words)
    if finding.verdict != "follows":
        return words
    names = joined([(local(earlier),) for earlier in finding.after], ", ")
    if finding.same_slip:
        slip = say("{verdict}: the same slip as in {names}, and consistent with it", verdict=words)
        return worded(slip, names=names)
    own = say("{verdict}: not the right number, but what comes of your own {names}", verdict=words)
    return worded(own, names=names)


def tally(state: Walk) -> Iterator[Block]:
    """How many answers there were of each kind, and to which numbers the last one was wrong."""
    kinds = {key: ("wrong", "mistake") if key == "wrong" else (key,) for key in _COUNTED}
    counts = (
        f"{say(VERDICT_WORDS[key])}: {len(state.answers(*verdicts))}"
        for key, verdicts in kinds.items()
    )
    yield Text(", ".join(counts))
    wrong = state.answers(*kinds["wrong"])
    if wrong:
        names = joined([(local(identity),) for identity in wrong], ", ")
        yield Text(worded(say("Wrong: {names}."), names=names))
