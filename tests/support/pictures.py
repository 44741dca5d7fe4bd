"""Pictures in tests: placed, drawn, and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from support.configs import network
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.trace import IterationTrace
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.show.notation.notation import QuantityNotation
from tracer.show.pictures.layers import place_layers
from tracer.show.pictures.network import network_picture
from tracer.show.pictures.numbers import PICTURE_NUMBERS
from tracer.show.pictures.placed import Placed, Writing

_SVG = "{http://www.w3.org/2000/svg}"


def of_yaml(
    sizes: Sequence[int], bias: str = "{init: normal}", inputs: Sequence[str] = (), title: str = "t"
) -> Experiment:
    """A network of these sizes with random weights, one sample and training."""
    layers = "\n".join(
        f"    - {{neurons: {size}, activation: tanh, weights: {{init: normal}}, bias: {bias}}}"
        for size in sizes[1:]
    )
    named = json.dumps(list(inputs)) if inputs else sizes[0]
    return network(
        f"title: {json.dumps(title)}\nnetwork:\n  seed: 0\n  inputs: {named}\n  layers:\n{layers}\n"
        f"loss: half_squared_error\ntraining: {{learning_rate: 0.1}}\n"
        f"data: [{{inputs: {[0.25] * sizes[0]}, targets: {[0.5] * sizes[-1]}}}]\n"
    )


def traced(experiment: Experiment) -> IterationTrace:
    """The first iteration."""
    return NetworkTimeline(experiment).trace(1)


def writing_of(experiment: Experiment) -> Writing:
    names = Names(experiment.network)
    return Writing(QuantityNotation(names, target="svg", numbers=PICTURE_NUMBERS))


def network_placed(experiment: Experiment, view: str) -> tuple[Placed, Writing]:
    """The picture with the places of its parts."""
    writing = writing_of(experiment)
    return place_layers([network_picture(traced(experiment), view)], writing)[0], writing


def elements(svg: str, tag: str, kind: str = "") -> Iterator[ElementTree.Element]:
    """The elements of that tag and class, those of the legend left out."""
    root = ElementTree.fromstring(svg)
    for legend in root.findall(f"{_SVG}g[@class='legend']"):
        root.remove(legend)
    for element in root.iter(_SVG + tag):
        if not kind or kind in element.get("class", "").split():
            yield element


def words(element: ElementTree.Element) -> str:
    """The text of an element and all that is in it."""
    return "".join(element.itertext())
