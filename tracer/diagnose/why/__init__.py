"""Under which conventions does the whole calculation give the numbers that somebody has?

Every combination of the rows of `tracer.diagnose.conventions` is calculated, fewest changes first,
and its numbers compared with the ones given, to the digits given. Rounding at every step is tried
last, by itself, and after a long training only where nothing as simple has been found."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracer.diagnose.why.matches import ConventionMatch, ConventionsFound
from tracer.diagnose.why.question import Question
from tracer.diagnose.why.search import ConventionSearch
from tracer.diagnose.why.subjects import subject_of
from tracer.digits.numbers import Written
from tracer.model.experiment import Experiment, GraphExperiment

__all__ = ["ConventionMatch", "ConventionsFound", "why"]


def why(
    experiment: Experiment | GraphExperiment,
    wanted: Mapping[str, Written],
    after: int | None = None,
    iteration: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> ConventionsFound:
    """The conventions under which the calculation gives all of the numbers `wanted`.

    `after`: the numbers are those of a forward pass after so many updates; `iteration`: of that
    iteration, where a name doesn't say another with `@`. A name is read in the numbering of the
    network that each combination has: with a bias for every neuron, b2 is the second neuron's.
    `progress` gets the percentage done.

    Raises:
        UnknownNameError: no combination knows the name.
        UsageError: what is asked for is no part of this calculation.
        ConfigError: a graph's formulas can't be read.
    """
    subject = subject_of(experiment, Question(wanted, after, iteration))
    subject.check()
    return ConventionSearch(subject, progress or (lambda _percent: None)).run()
