"""Gradients against differences of the loss: what `gradcheck` gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracer.api.arguments import yes_or_no
from tracer.api.shown import Shown, one_line
from tracer.api.source import AnyExperiment
from tracer.diagnose.gradcheck import (
    GradientCheck,
    GradientVerdict,
    check_graph,
    check_network,
)
from tracer.digits.numbers import NumberFormat
from tracer.graph.building import build_graph
from tracer.graph.names import GraphNames
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.show.document import Document
from tracer.show.reports.gradcheck import gradcheck_document
from tracer.show.reports.gradcheck_objects import gradcheck_json


@dataclass(frozen=True, eq=False, repr=False)
class Gradients(Shown):
    """Each parameter's gradient by backpropagation and by differences."""

    _experiment: AnyExperiment
    _checked: GradientCheck
    _naming: Names | GraphNames

    @property
    def agree(self) -> bool:
        """Whether no gradient disagrees with the differences."""
        return not self._checked.count(GradientVerdict.DISAGREES)

    def json(self) -> dict[str, Any]:
        """The object that `bptrace gradcheck --format json` prints."""
        return gradcheck_json(self._checked, self._naming.name)

    def __repr__(self) -> str:
        count = len(self._checked.checks)
        return one_line("gradcheck", f"{count} checked", "agree" if self.agree else "DISAGREE")

    @property
    def _names(self) -> Names | GraphNames:
        return self._naming

    def _blocks(self, numbers: NumberFormat) -> Document:
        experiment = self._experiment
        penalty = experiment.penalty if isinstance(experiment, Experiment) else None
        return gradcheck_document(experiment.title, self._checked, self._naming.name, penalty)


def gradcheck(experiment: AnyExperiment, *, all: bool) -> Gradients:
    """The check of a network's or a graph's gradients."""
    yes_or_no(all=all)
    if isinstance(experiment, Experiment):
        names = Names(experiment.network)
        return Gradients(experiment, check_network(experiment, all=all), names)
    graph = build_graph(experiment)
    return Gradients(experiment, check_graph(graph), graph.names)
