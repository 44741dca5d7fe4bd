"""Plots of trainings: which curves stand on which axis, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tracer.explain.series import LOSS, Norm, Recorder, Series, Subject
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.language import counted, grouped, message, say
from tracer.model.quantity import Derivative, Identity, Kind, Quantity
from tracer.show.document import Notation
from tracer.show.pictures.plot import Curve, Panel, Plot

WHOLE_LOSS = message("loss over all of the data")


@immutable
class Recorded:
    """A run that somebody has looked at, with the notation of its names.

    `output`: the number that the run makes smaller, where that is no loss but a graph's output.
    """

    label: str
    recorder: Recorder
    notation: Notation
    output: Identity | None = None

    def name(self, subject: Subject) -> str:
        """What a curve is called in a legend."""
        if subject == LOSS:
            return say(WHOLE_LOSS) if self.output is None else self.notation.name(self.output)
        if isinstance(subject, Norm):
            return say("layer {number}", number=subject.layer)
        return self.notation.name(subject)

    def key(self, subject: Subject) -> str:
        """Its canonical name."""
        if isinstance(subject, Norm):
            return f"gradients, layer {subject.layer}"
        return LOSS if subject == LOSS else self.notation.canonical(subject)

    def words(self, subject: Subject) -> str:
        """What several such curves are, in words."""
        if subject == LOSS:
            return say("loss")
        if isinstance(subject, Norm):
            return say("norm of ∂{error}/∂W", error=self.notation.letter(Kind.ERROR))
        if isinstance(subject, Derivative):
            return say("derivatives")
        return say(subject.kind.template).format_map(_Letters(self.notation))

    def title(self, subject: Subject) -> str:
        """What one such curve is: its name, and what that means where the name doesn't say it."""
        words, name = self.words(subject), self.name(subject)
        if subject == LOSS or isinstance(subject, Derivative):
            return name
        return f"{words}, {name}" if isinstance(subject, Norm) else f"{name} ({words})"


class _Letters(dict[str, str]):
    """The notation's letters, by the names of their kinds."""

    def __init__(self, notation: Notation) -> None:
        super().__init__()
        self._notation = notation

    def __missing__(self, kind: str) -> str:
        return self._notation.letter(Kind[kind])


def output_of(timeline: Any) -> Identity | None:
    """The number that a graph's training makes smaller; None of a network, which has a loss."""
    return timeline.graph.output if isinstance(timeline, GraphTimeline) else None


def run_plot(title: str, run: Recorded) -> Plot:
    """The plot of one run: a panel a kind of number, a curve each number of it."""
    title = title or ("Backpropagation" if run.output is None else "Computation graph")
    groups: dict[object, list[Series]] = {}
    for series in run.recorder.series:
        groups.setdefault(_group(series.subject), []).append(series)
    panels = tuple(_panel(run, group) for group in groups.values())
    return Plot(title, _description([run]), panels)


def _group(subject: Subject) -> object:
    """What the curves of one panel have in common."""
    if isinstance(subject, Quantity):
        return subject.kind
    return subject if subject == LOSS else type(subject)


def _panel(run: Recorded, group: Sequence[Series]) -> Panel:
    curves = tuple(
        Curve(run.name(one.subject), one.points, number, run.key(one.subject))
        for number, one in enumerate(group)
    )
    first = group[0].subject
    return Panel(run.title(first) if len(group) == 1 else run.words(first), curves)


def runs_plot(runs: Sequence[Recorded]) -> Plot:
    """The plot of runs side by side: a panel each number, a curve each run that has it."""
    titles = {
        run.key(one.subject): run.title(one.subject) for run in runs for one in run.recorder.series
    }
    panels = tuple(Panel(title, tuple(_curves(runs, key))) for key, title in titles.items())
    return Plot(say("Runs side by side"), _description(runs), panels)


def _curves(runs: Sequence[Recorded], key: str) -> Iterator[Curve]:
    for number, run in enumerate(runs):
        for one in run.recorder.series:
            if run.key(one.subject) == key:
                yield Curve(f"({number + 1}) {run.label}", one.points, number, key)


def _description(runs: Sequence[Recorded]) -> str:
    """How often was looked."""
    strides = [run.recorder.stride for run in runs if not run.recorder.hears_losses]
    often = max(strides, default=1)
    return counted(
        often,
        "Numbers of a pass over all of the data, looked at after every update",
        "Numbers of a pass over all of the data, looked at after at least every {count} updates",
        count=grouped(f"{often:,}"),
    )
