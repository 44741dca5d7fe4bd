"""When a number was calculated: in iteration k, or in a fresh forward pass after n updates.

Says which trace holds a moment's numbers, and trains as far as the last one. What was calculated for
small exercises stays at hand here: whoever checks a class's sheets does so with one calculation, which
has its formulas, and what is known of them, only once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from tracer.engine.timeline import FEW
from tracer.engine.training import Run, check_iterations, train
from tracer.errors import UsageError
from tracer.explain.calculation import Calculation, timeline_of
from tracer.immutable import immutable
from tracer.model.content import content
from tracer.model.experiment import Experiment, GraphExperiment
from tracer.model.network import State

_AT_HAND = 24
"""So many calculations of small exercises are kept, with the conventions under which they were read."""
_SMALL = 2000
"""Numbers of parameters and samples beyond which nothing is kept."""
_MOST, _MOST_BYTES = 1000, 2**30
"""So many moments, and bytes of their parameters, are calculated beside each other."""


@immutable
class Moment:
    """Iteration `iteration`, or the forward pass after `after` updates; exactly one is set."""

    iteration: int | None = 1
    after: int | None = None

    @property
    def updates(self) -> int:
        """How many updates come before it."""
        return self.iteration - 1 if self.iteration is not None else self.after or 0

    @property
    def words(self) -> str:
        """`Iteration 1`, `After 10,000 updates`."""
        if self.iteration is not None:
            return f"Iteration {self.iteration:,}"
        return f"After {self.after:,} update{'' if self.after == 1 else 's'}"


def outline(experiment: Experiment | GraphExperiment, moment: Moment) -> Calculation:
    """What numbers the moment has; not their values, for nothing is trained.

    Raises:
        UsageError: the moment is a later one, and there is no training; or there are no samples.
    """
    return _kept(experiment, "outline", [moment], lambda: {moment: _outlined(experiment, moment)})[
        moment
    ]


def _outlined(experiment: Experiment | GraphExperiment, moment: Moment) -> Calculation:
    timeline = timeline_of(experiment)
    check_iterations([moment.updates + 1], trained=timeline.trained)
    whole = moment.iteration is None
    return Calculation(timeline, timeline.outline(moment.updates + 1, whole=whole))


def traced(
    experiment: Experiment | GraphExperiment,
    moments: Iterable[Moment],
    progress: Callable[[int], None] | None = None,
    *,
    tried: bool = False,
    states: Iterable[tuple[int, State]] = (),
) -> dict[Moment, Calculation]:
    """The numbers of each moment, after training as far as the last one needs.

    `tried`: one of many calculations that are only compared; no program is written for a few updates,
    and the last bits may be others. `states`: some that training comes to, (updates, state), from which
    it may go on.

    Raises:
        UsageError: training doesn't get that far, because there is none or it stops before; or these
            are the numbers of too many iterations.
        DivergedError: training met an overflow on the way.
    """
    _check_count(experiment, len(set(moments := tuple(moments))))
    wanted = sorted(set(moments), key=lambda m: (m.updates, m.after is not None))
    make = partial(_calculated, experiment, wanted, progress, tried, states)
    return dict(_kept(experiment, "tried" if tried else "traced", wanted, make))


def most_together(experiment: Experiment | GraphExperiment) -> int:
    """How many moments are calculated beside each other."""
    size = experiment.network.parameter_count if isinstance(experiment, Experiment) else 1
    return min(_MOST, _MOST_BYTES // (8 * size))


def too_many(moments: int) -> UsageError:
    """What is said of more."""
    return UsageError(
        f"these are numbers of {moments:,} iterations, more than can be judged together",
        "bptrace compare CONFIG --against FILE looks at one after the other",
    )


def _check_count(experiment: Experiment | GraphExperiment, moments: int) -> None:
    if moments > most_together(experiment):
        raise too_many(moments)


Calculations = Mapping[Moment, Calculation]
_at_hand: OrderedDict[Hashable, Calculations] = OrderedDict()


def _kept(
    experiment: Experiment | GraphExperiment,
    what: str,
    moments: Sequence[Moment],
    make: Callable[[], Calculations],
) -> Calculations:
    """What is at hand of an equal experiment, or what `make` gives."""
    key = _key(experiment, what, moments)
    if key in _at_hand:
        _at_hand.move_to_end(key)
        return _at_hand[key]
    found = make()
    if key is not None:
        _at_hand[key] = found
        if len(_at_hand) > _AT_HAND:
            _at_hand.popitem(last=False)
    return found


def _key(
    experiment: Experiment | GraphExperiment, what: str, moments: Sequence[Moment]
) -> Hashable | None:
    """What makes the calculation the one that it is; None where it is too large to be kept."""
    if not isinstance(experiment, Experiment):
        return None
    data = [d for d in (experiment.data, experiment.predict) if d]
    size = experiment.network.parameter_count + sum(d.inputs.size + d.targets.size for d in data)
    if size > _SMALL:
        return None
    training = experiment.training
    optimizer = training.optimizer if training else None
    return what, content(experiment), content(optimizer), tuple(moments)


def _calculated(
    experiment: Experiment | GraphExperiment,
    wanted: Sequence[Moment],
    progress: Callable[[int], None] | None,
    tried: bool,
    states: Iterable[tuple[int, State]],
) -> dict[Moment, Calculation]:
    most = max((m.updates + (m.iteration is not None) for m in wanted), default=0)
    timeline = timeline_of(experiment, few=tried and most <= FEW)
    timeline.kept.update(states)
    run: Run[Any] = Run(timeline)
    if timeline.trained and most:
        keep = {k for m in wanted for k in (m.updates, m.updates + 1)}
        run = train(timeline, most, keep, progress)
    return {moment: Calculation(timeline, _trace(run, moment)) for moment in wanted}


def _trace(run: Run[Any], moment: Moment) -> Any:
    timeline = run.timeline
    if run.ended == "interrupted":
        raise KeyboardInterrupt
    if timeline.trained and moment.updates > run.done:
        raise run.diverged or UsageError(
            f"training ended after {run.done:,} updates, before {moment.words.lower()}"
        )
    if moment.iteration is None:
        return timeline.forward(moment.updates)
    return timeline.trace(moment.iteration, updated=moment.iteration <= run.done)
