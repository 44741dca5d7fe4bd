"""Under which conventions does the whole calculation give the numbers that somebody has?

Every combination of the rows of `tracer.conventions` is calculated, fewest changes first, and its
numbers compared with the ones given, to the digits given. Rounding at every step is tried last,
by itself, and after a long training only where nothing as simple has been found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracer.experiment import Experiment
from tracer.notation.numbers import Written
from tracer.why.matches import Explanation, Match
from tracer.why.question import Question
from tracer.why.search import Search

__all__ = ["Explanation", "Match", "why"]


def why(
    experiment: Experiment,
    wanted: Mapping[str, Written],
    after: int | None = None,
    iteration: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Explanation:
    """The conventions under which the calculation gives all of the numbers `wanted`.

    `after`: the numbers are those of a forward pass after so many updates; `iteration`: of that
    iteration, where a name doesn't say another with `@`. A name is read in the numbering of the
    network that each combination has: with a bias for every neuron, b2 is the second neuron's.
    `progress` gets the percentage done.

    Raises:
        UnknownNameError: no combination knows the name.
        UsageError: what is asked for is no part of this calculation.
    """
    question = Question(wanted, after, iteration)
    question.check(experiment)
    return Search(experiment, question, progress or (lambda _percent: None)).run()
