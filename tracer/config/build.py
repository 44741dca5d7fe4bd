"""The content of a file → an experiment, or all that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from tracer.config.fields import Context, Section
from tracer.config.graphs import read_graph
from tracer.config.models import ExpectedModel, GraphConfig, NetworkConfig
from tracer.config.parameters import start
from tracer.config.report import Report
from tracer.config.samples import Reader
from tracer.config.structure import check_loss, plan
from tracer.config.training import read_training
from tracer.config.wording import misspelled, report_all
from tracer.digits.numbers import Written
from tracer.model.experiment import Expected, Experiment, GraphExperiment
from tracer.model.losses import LOSSES

S = TypeVar("S", bound=Section)

_ANY_LOSS = next(iter(LOSSES))
"""For a network that only predicts: no error is ever calculated."""


def build(report: Report, text: str) -> Experiment | GraphExperiment:
    """The experiment of the file that the report is about; ConfigError with all its problems."""
    top = report.root.value
    if "graph" in top and "network" not in top:
        graph = _read(GraphConfig, report, top)
        return read_graph(graph, _expected(graph.expected, report), text.split("\n"), report)
    if "graph" in top:
        report.at_key(("graph",), "both network and graph", "a file describes one of them")
        top = {key: value for key, value in top.items() if key != "graph"}
    return _network(_read(NetworkConfig, report, top), report)


def _read(model: type[S], report: Report, content: dict[str, Any]) -> S:
    """The content as a model, faulty fields None; what is wrong goes to the report."""
    context = Context()
    try:
        return model.model_validate(content, context=context)
    except ValidationError as error:
        report_all(error, context, report)
        return model.model_validate(content, context=Context(recover=True))


def _network(config: NetworkConfig, report: Report) -> Experiment:
    _check_parts(report)
    planned = plan(config.network, report)
    check_loss(config.loss, planned.activations, report)
    reader = Reader(planned, config.loss, Path(report.file).parent, report)
    data = reader.read("data", config.data, predict=False)
    predict = reader.read("predict", config.predict, predict=True)
    network = planned.network(config.loss or _ANY_LOSS)
    training = None
    if config.training is not None:
        samples = len(data) if data else _count(config)
        training = read_training(config.training, config.reduction, samples, network, report)
    expected = _expected(config.expected, report)
    report.raise_if_any()
    assert network is not None
    assert config.network is not None
    parameters = start(network, config.network, report)
    report.raise_if_any()
    return Experiment(
        config.title or "",
        network,
        parameters,
        config.reduction or "mean",
        data,
        predict,
        training,
        expected,
        config.source or "",
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
        values = {}
        for name in model.values:
            path = ("expected", index, "values", name)
            try:
                values[name] = Written.parse(report.root.find(path).text)
            except ValueError:
                report.at(path, "expected a decimal number", "write it with the digits 0 to 9")
        iteration = model.iteration or (1 if model.after is None else None)
        expected.append(Expected(values, iteration, model.after))
    return tuple(expected)
