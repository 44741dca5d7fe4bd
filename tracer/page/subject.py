"""What a page is about, from a network or a graph: title, conventions, pictures, the run's JSON.

The one place of this room that knows the two apart by more than their arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import singledispatch
from typing import Any

from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train_through
from tracer.errors import UsageError
from tracer.explain.calculation import timeline_of
from tracer.graph.names import GraphNames
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.language import say
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.quantity import Phase
from tracer.page.model import WIDE
from tracer.show.document import Block
from tracer.show.pictures.graph import MOST as MOST_NODES
from tracer.show.pictures.graph import graph_picture
from tracer.show.pictures.network import network_picture
from tracer.show.pictures.picture import Picture
from tracer.show.pictures.views import PICTURE_VIEWS
from tracer.show.reports.conventions import conventions
from tracer.show.reports.graph import graph_head
from tracer.show.reports.graph_objects import graph_run_json
from tracer.show.reports.run_objects import head_object, run_json

MOST_OF_ALL = 400_000
"""Parameters beyond which no page is written."""


@immutable
class Subject:
    """`content`: what the page's model holds beside its programs; `data`: the run's JSON.

    `samples`: a name each; `left_out`: sentences on what the page doesn't show.
    """

    experiment: Any
    names: Names | GraphNames
    title: str
    source: str
    conventions: tuple[Block, ...]
    pictures: tuple[Picture, ...]
    data: Mapping[str, Any]
    content: Mapping[str, Any]
    samples: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    trained: bool = False

    def without_results(self) -> Subject:
        """The same as an exercise: what is given, and no number that has to be calculated."""
        shown = tuple(map(_of_given, self.pictures[:1]))
        data = {k: v for k, v in self.data.items() if k in _GIVEN}
        return replace(self, pictures=shown, data=data, trained=False)


_GIVEN = ("schema_version", "title", "conventions")


def _of_given(picture: Picture) -> Picture:
    """The picture, of which no edge is drawn by a number that is to be calculated."""
    given = {edge.drawn_by.of.phase for edge in picture.edges if edge.drawn_by} <= {Phase.GIVEN}
    if given:
        return picture
    edges = tuple(replace(edge, drawn_by=None, labels=()) for edge in picture.edges)
    legend = tuple(mark for mark in picture.legend if mark.sign in ("value", "gradient"))
    return replace(picture, edges=edges, legend=legend)


def subject_of(experiment: Any) -> Subject:
    """What the page of an experiment is about.

    Raises:
        UsageError: the network is too large, or there is nothing to calculate.
        DivergedError: a number of the first iteration is beyond float64.
    """
    return _subject(timeline_of(experiment))


@singledispatch
def _subject(timeline: Any) -> Subject:
    raise TypeError(f"no timeline: {type(timeline).__name__}")


@_subject.register
def _(timeline: NetworkTimeline) -> Subject:
    experiment = timeline.experiment
    network = experiment.network
    if network.parameter_count > MOST_OF_ALL:
        raise UsageError(
            f"a page of {network.parameter_count} parameters is too large",
            f"at most {MOST_OF_ALL} are shown",
        )
    wide = network.parameter_count > WIDE
    trace = timeline.trace(1)
    given = experiment.data or experiment.predict
    assert given is not None
    views = [
        row.name
        for row in PICTURE_VIEWS.values()
        if not (row.needs_data and experiment.data is None)
        and not (row.needs_training and experiment.training is None)
    ]
    first = trace.rows[0] + 1
    activations = ["", *(layer.activation.name for layer in network.layers)]
    layers = [
        {"neurons": list(network.neurons(k)), "activation": name}
        for k, name in enumerate(activations)
    ]
    return Subject(
        experiment,
        trace.names,
        experiment.title or say("Backpropagation"),
        experiment.source,
        conventions(experiment),
        tuple(network_picture(trace, view, first) for view in views),
        _wide_data(experiment) if wide else _data(timeline),
        {
            "graph": False,
            "wide": wide,
            "layers": layers,
            "loss": None if experiment.data is None else "loss",
            "iterations": experiment.training.iterations if experiment.training else 1,
        },
        tuple(_sample_name(k, name) for k, name in enumerate(given.names, 1)),
        _left_out(wide),
        experiment.training is not None and experiment.data is not None,
    )


def _sample_name(number: int, name: str | None) -> str:
    return str(number) if name is None else f"{number}: {name}"


def _data(timeline: NetworkTimeline) -> Mapping[str, Any]:
    run = train_through(timeline, [1])
    run.raise_end()
    return run_json(timeline.experiment, run, [timeline.trace(1)])


def _wide_data(experiment: Experiment) -> Mapping[str, Any]:
    left_out = "the numbers of a wide network: `bptrace run --format json` prints them"
    return head_object(experiment) | {"iterations": [], "left_out": left_out}


def _left_out(wide: bool) -> tuple[str, ...]:
    if not wide:
        return ()
    return (
        say(
            "This network is wide. The page shows its layers as maps, and the first rows of its "
            "tables; any number is shown when it is clicked in a map or asked for by name. Left "
            "out: the other conventions, and the numbers in the page's JSON."
        ),
    )


@_subject.register
def _(timeline: GraphTimeline) -> Subject:
    experiment, trace = timeline.experiment, timeline.trace(1)
    _, *rules = graph_head(trace.graph)
    small = len(trace.graph.quantities) <= MOST_NODES
    picture = (replace(graph_picture(trace), view="graph"),) if small else ()
    too_large = say("A picture of more than {count} nodes is left out.", count=MOST_NODES)
    return Subject(
        experiment,
        trace.names,
        experiment.title or say("Computation graph"),
        experiment.source,
        tuple(rules),
        picture,
        graph_run_json([trace]),
        {
            "graph": True,
            "wide": False,
            "layers": [],
            "loss": trace.names.bare(trace.graph.output),
            "iterations": experiment.training.iterations if experiment.training else 1,
        },
        left_out=() if small else (too_large,),
        trained=timeline.trained,
    )
