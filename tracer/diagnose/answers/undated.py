"""When a file was saved whose names don't say it, as a framework's: before or after which update.

`fc1.weight` may be what the program began with, or what its first update or its last has made. Who
calls `check` may say so; else the numbers do: parameters are from before the first update if all of
them fit, and otherwise from after the update which they fit best. Gradients are of that iteration.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from tracer.diagnose.answers.model import ArrayAnswer, Saved
from tracer.diagnose.answers.moments import Moment, outline, traced
from tracer.errors import DivergedError, UsageError
from tracer.immutable import immutable
from tracer.model.experiment import Experiment
from tracer.model.network import BoolArray, FloatArray
from tracer.model.quantity import AFTER, STATES, Kind, Stage

Taken = Collection[tuple[Moment, Stage]]
"""What the file has under names that say when."""

_MOST_WORK = 2e9
"""Parameters times samples times updates, up to which the last update of a training is tried too."""
_PARAMETERS = frozenset({Kind.WEIGHT, Kind.BIAS, Kind.NEW_WEIGHT, Kind.NEW_BIAS})


def dated(
    answers: Sequence[ArrayAnswer], taken: Taken, experiment: Experiment, moment: Moment | None
) -> list[ArrayAnswer]:
    """The answers with their moments; `moment` is that of the whole file, where somebody says so.

    Raises:
        UsageError: the file has other numbers for the same quantities, whatever is assumed.
    """
    stages = outline(experiment, Moment()).trace.arrays.keys()
    dating = _Dating(experiment, answers, frozenset(stages), taken)
    candidates = list(filter(dating.is_free, _candidates(experiment, moment)))
    if not candidates:
        raise UsageError(
            f"'{answers[0].name}' and another array of the file are the same quantity",
            "put before/ or after/ in front of their names, or @2 for iteration 2 behind them",
        )
    saved = dating.fitting(candidates) if len(candidates) > 1 else candidates[0]
    return [replace(dating.at(answer, saved), saved=saved) for answer in answers]


def _candidates(experiment: Experiment, moment: Moment | None) -> list[Saved]:
    """The moments at which the file may have been saved, those first that are assumed first."""
    training = experiment.training
    if moment is not None and moment.iteration is None:
        return [Saved(max(moment.updates, 1), after=moment.updates > 0)]
    if training is None:
        return [Saved(1, after=False)]
    numbers = [moment.iteration if moment and moment.iteration else 1]
    batch = training.batch or len(experiment.data or ())
    work = experiment.network.parameter_count * batch * training.iterations
    if moment is None and training.iterations > 1 and work <= _MOST_WORK:
        numbers.append(training.iterations)
    return [Saved(number, after) for number in numbers for after in (False, True)]


@immutable
class _Dating:
    """The undated answers of a file; `stages` are the arrays that an iteration has."""

    experiment: Experiment
    answers: Sequence[ArrayAnswer]
    stages: Collection[Stage]
    taken: Taken

    def at(self, answer: ArrayAnswer, saved: Saved) -> ArrayAnswer:
        """The answer as the one of that moment; what no update changes is the same before and after."""
        stage, meaning = answer.stage, answer.meaning
        side = saved.after if meaning is None or meaning.after is None else meaning.after
        if side and stage.kind in AFTER:
            after = replace(stage, kind=AFTER[stage.kind])
            stage = after if after in self.stages else stage
        return replace(answer, moment=Moment(saved.iteration), stage=stage)

    def is_free(self, saved: Saved) -> bool:
        """Whether nothing else in the file is what these would be."""
        found = (self.at(answer, saved) for answer in self.answers)
        return all((answer.moment, answer.stage) not in self.taken for answer in found)

    def fitting(self, candidates: Sequence[Saved]) -> Saved:
        """The first moment that all numbers fit, or else the one that they fit best."""
        telling = self._telling()
        right: dict[Saved, list[FloatArray]] = {}
        for saved in candidates:
            try:
                right[saved] = self._right(telling, saved)
            except (DivergedError, UsageError):
                continue  # the training doesn't get there
            if all(_fit(*pair).all() for pair in zip(telling, right[saved], strict=True)):
                return saved
        return _best(telling, right) if right else candidates[0]

    def _right(self, telling: Sequence[ArrayAnswer], saved: Saved) -> list[FloatArray]:
        """The right arrays of a moment."""
        moment = Moment(saved.iteration)
        arrays = traced(self.experiment, [moment])[moment].trace.arrays
        return [arrays[self.at(answer, saved).stage] for answer in telling]

    def _telling(self) -> Sequence[ArrayAnswer]:
        """The parameters if there are some, else the optimiser's states, else the gradients."""
        for kinds in (_PARAMETERS, STATES):
            if some := [answer for answer in self.answers if answer.stage.kind in kinds]:
                return some
        return self.answers


def _best(answers: Sequence[ArrayAnswer], right: Mapping[Saved, Sequence[FloatArray]]) -> Saved:
    """The moment that most of the numbers fit, of those that change from moment to moment.

    Where it is less than half of them, the nearest one after an update: who has other parameters than
    those to start from has updated them, in whatever way.
    """
    places = [np.stack(arrays) for arrays in zip(*right.values(), strict=True)]
    moves = [(arrays != arrays[0]).any(axis=0) for arrays in places]
    fits = {
        saved: sum(
            int((_fit(answer, true) & moved).sum())
            for answer, true, moved in zip(answers, arrays, moves, strict=True)
        )
        for saved, arrays in right.items()
    }
    best = max(fits, key=fits.__getitem__)
    after = [saved for saved in right if saved.after]
    if 2 * fits[best] > sum(int(moved.sum()) for moved in moves) or not after:
        return best
    return min(after, key=lambda saved: _distance(answers, right[saved]))


def _fit(answer: ArrayAnswer, true: FloatArray) -> BoolArray:
    """Which numbers of an array are right, whichever way round it may lie."""
    ways = [answer, answer.turned_round()] if answer.turned is None else [answer]
    return max((way.near(true) for way in ways), key=np.count_nonzero)


def _distance(answers: Sequence[ArrayAnswer], right: Sequence[FloatArray]) -> float:
    """Σ |given − true| / (|given| + |true|)."""
    total = 0.0
    for answer, true in zip(answers, right, strict=True):
        size = float(np.linalg.norm(answer.values) + np.linalg.norm(true))
        total += float(np.linalg.norm(answer.values - true)) / size if size else 0.0
    return total
