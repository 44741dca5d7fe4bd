"""The content of a file → an experiment, or all that is wrong with it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import TypeVar

from tracer.config.descent import Descent, check_order, penalty, read_descent
from tracer.config.fields import ConfigModel, convert, sound
from tracer.config.models import ExpectedModel, NetworkConfig
from tracer.config.neurons import check_settings
from tracer.config.nodes import KeyPath, Node
from tracer.config.parameters import start
from tracer.config.report import Report
from tracer.config.samples import SampleReader
from tracer.config.state import KeptValues, check_state, shaped
from tracer.config.structure import check_fits, check_loss, read_outline
from tracer.config.training import check_training, training
from tracer.config.wording import misspelled, sift
from tracer.digits.numbers import Written
from tracer.model.experiment import Expected, Experiment, GraphExperiment
from tracer.model.losses import LOSSES
from tracer.model.quantity import Quantity
from tracer.model.settings import STRENGTH

S = TypeVar("S", bound=ConfigModel)

_ANY_LOSS = next(iter(LOSSES))
"""For a network that only predicts: no error is ever calculated."""


def build(report: Report, text: str) -> Experiment | GraphExperiment:
    """The experiment of the file that the report is about; ConfigError with all its problems."""
    top = report.root
    if "graph" in top.value and "network" not in top.value:
        from tracer.config.graph_models import GraphConfig
        from tracer.config.graphs import read_graph

        graph = _read(GraphConfig, top, report)
        return read_graph(graph, _expected(graph.expected, report), text.split("\n"), report)
    if "graph" in top.value:
        report.at_key(("graph",), "both network and graph", "a file describes one of them")
        network_only = {key: value for key, value in top.value.items() if key != "graph"}
        top = dataclasses.replace(top, value=network_only)
    return _network(_read(NetworkConfig, top, report), report)


def _read(model: type[S], node: Node, report: Report) -> S:
    """The content as a model, faulty fields None; what is wrong goes to the report."""
    read: S = sift(model.model_validate(node.value), node, (), report)
    return read


def _network(config: NetworkConfig, report: Report) -> Experiment:
    _check_parts(report)
    outline = read_outline(config.network, report)
    check_loss(config.loss, outline.activations, report)
    reader = SampleReader(outline, config.loss, report)
    data = reader.read("data", config.data, predict=False)
    predict = reader.read("predict", config.predict, predict=True)
    network = outline.network(config.loss or _ANY_LOSS)
    samples = len(data) if data else _count(config)
    frozen: frozenset[Quantity] = frozenset()
    kept: dict[str, KeptValues] = {}
    descent: Descent | None = None
    of_size = penalty(config, report)
    if config.training is not None:
        frozen = check_training(config.training, config.reduction, samples, network, report)
        descent = read_descent(config.training, report)
        kept = check_state(config.training, descent.optimizer, network, report) if network else {}
        check_order(config.training, descent.clip, report)
    if config.network is not None:
        named = {STRENGTH: "the strength of the penalty"} if of_size else {}
        check_settings(config.network, named | (descent.named() if descent else {}), report)
    expected = _expected(config.expected, report)
    report.raise_if_any()
    slots = len(descent.optimizer.slots) if descent and descent.optimizer else 0
    size = samples or len(predict or ())
    batch = config.training.batch if config.training else None
    in_batch = min(batch, size) if isinstance(batch, int) else size
    check_fits(sound(network), slots, size, in_batch, report)
    report.raise_if_any()
    seed = sound(sound(config.network).seed)
    parameters = start(sound(network), outline.weights, outline.offsets, seed, report)
    report.raise_if_any()
    return convert(
        Experiment,
        config,
        network=network,
        parameters=parameters,
        data=data,
        predict=predict,
        training=config.training
        and training(config.training, sound(samples), frozen, sound(descent)),
        expected=expected,
        slots=shaped(kept, sound(network), parameters),
        penalty=of_size,
    )


def _count(config: NetworkConfig) -> int | None:
    """How many samples the file lists, though some may be faulty."""
    return len(config.data) if isinstance(config.data, list) else None


def _check_parts(report: Report) -> None:
    """Reports parts that are missing beside others."""
    given = {key for key in NetworkConfig.descriptions() if _given(key, report)}
    if "network" in given and not given & {"data", "predict"}:
        hint = "add data: with inputs and targets, or predict: with inputs"
        report.at_key(("network",), "no data and nothing to predict", hint)
    if "training" in given and "data" not in given:
        report.at_key(("training",), "training without data", "add data: with inputs and targets")
    if "data" in given and "loss" not in given:
        report.at_key(("data",), "data without a loss", f"add loss:, one of {', '.join(LOSSES)}")


def _given(key: str, report: Report) -> bool:
    """Whether the file has the key, or one that is likely to be meant for it."""
    return key in report.root.value or misspelled(key, report.root, NetworkConfig.descriptions())


def _expected(models: list[ExpectedModel | None] | None, report: Report) -> tuple[Expected, ...]:
    """The published numbers, with their digits as written."""
    expected = []
    for index, model in enumerate(models or []):
        if model is None or model.values is None:
            continue
        if model.iteration is not None and model.after is not None:
            message = "both iteration and after"
            report.at_key(("expected", index, "after"), message, "leave one of them out")
        values = _written(model.values, ("expected", index, "values"), report)
        iteration = model.iteration or (1 if model.after is None else None)
        expected.append(convert(Expected, model, values=values, iteration=iteration))
    return tuple(expected)


def _written(names: Iterable[str], path: KeyPath, report: Report) -> dict[str, Written]:
    values = {}
    for name in names:
        text = report.root.find((*path, name)).text
        try:
            if "," in text:  # of answers a person's comma is read; a configuration is YAML
                raise ValueError
            values[name] = Written.parse(text)
        except ValueError:
            hint = "write it with the digits 0 to 9"
            report.at((*path, name), "expected a decimal number", hint)
    return values
