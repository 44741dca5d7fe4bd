"""An experiment → a complete configuration file, from which the very same experiment is read.

Numbers are written as the shortest text that gives the same float64 back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tracer.config.descent import UPDATES
from tracer.config.neurons import default_names
from tracer.config.scalars import resolve
from tracer.config.training import KINDS
from tracer.model.experiment import (
    Data,
    Expected,
    Experiment,
    GraphExperiment,
    GraphTraining,
    Training,
)
from tracer.model.names import Names
from tracer.model.network import Bias, FloatArray, Network, flatten, parameters_of
from tracer.model.optimizers import SGD, Optimizer
from tracer.model.options import options_of
from tracer.model.penalties import NORMS, Penalty
from tracer.model.schedules import CONSTANT, Schedule

_WIDTH = 100
_SHORT = 8
_WORD = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^"\s])+')
# No colon before a space, no comma, no bracket: safe in lists and in braces too.
_PLAIN = re.compile(r"[^\W\d][\w/+.-]*(?::[\w/][\w/+.-]*)*(?: [\w/+.-]+)*")
_PLAIN_LINE = re.compile(r"[\w(](?:[\w ,.()'*/+=-]|:(?=[\w/]))*(?<! )")
"""What needs no quotes where it stands on a line of its own."""

Lines = Iterator[str]


def dump(experiment: Experiment | GraphExperiment) -> str:
    """A configuration as YAML; `load` gives the same experiment back, bit for bit.

    Data that came from a file stands in the text itself.
    """
    lines: list[str] = []
    for key, value in (("title", experiment.title), ("source", experiment.source)):
        if value:
            lines.append(f"{key}: {_text(value, _PLAIN_LINE)}")
    if lines:
        lines.append("")
    graph = isinstance(experiment, GraphExperiment)
    lines += _graph(experiment) if isinstance(experiment, GraphExperiment) else _all(experiment)
    if experiment.expected:
        lines += ["", *_expected(experiment.expected, graph)]
    return "\n".join(lines) + "\n"


def _all(experiment: Experiment) -> Lines:
    yield from _network(experiment)
    yield ""
    yield f"loss: {experiment.network.loss.name}"
    yield f"reduction: {experiment.reduction}"
    yield from _penalty(experiment.penalty)
    for key, data in (("data", experiment.data), ("predict", experiment.predict)):
        if data is not None:
            yield ""
            yield from _samples(key, data)
    if experiment.training is not None:
        yield ""
        yield from _training(experiment.training, experiment.network)
        slots = {slot: flatten(arrays) for slot, arrays in experiment.slots.items()}
        yield from _state(slots, experiment.training.updates)


def _network(experiment: Experiment) -> Lines:
    network = experiment.network
    usual = default_names(list(network.sizes))
    yield "network:"
    yield from _flow("  inputs: ", _names(network.inputs, usual[0]))
    yield "  layers:"
    for layer, (W, b) in zip(network.layers, experiment.parameters, strict=True):
        yield from _flow("    - neurons: ", _names(layer.neurons, usual[layer.number]))
        yield f"      activation: {layer.activation.name}"
        yield "      weights:"
        for row in W:
            yield from _flow("        - ", _numbers(row))
        match layer.bias:
            case Bias.NONE:
                yield "      bias: none"
            case Bias.SHARED:
                yield f"      bias: {_number(b[0])}"
            case Bias.EACH:
                yield from _flow("      bias: ", _numbers(b))
            case Bias.THRESHOLD:
                yield from _flow("      threshold: ", _numbers(b))


def _names(names: Sequence[str], usual: Sequence[str]) -> str:
    """The names, or the count where there are many and they follow from it."""
    if len(names) > _SHORT and tuple(names) == tuple(usual):
        return str(len(names))
    return _list(map(_text, names))


def _samples(key: str, data: Data) -> Lines:
    yield f"{key}:"
    for inputs, targets, name in zip(data.inputs, data.targets, data.names, strict=True):
        parts = [] if name is None else [f"name: {_text(name)}"]
        parts.append(f"inputs: {_numbers(inputs)}")
        if len(targets):
            parts.append(f"targets: {_numbers(targets)}")
        yield from _flow("  - ", "{" + ", ".join(parts) + "}")


def _training(training: Training, network: Network) -> Lines:
    yield "training:"
    yield from _rate(training)
    epochs = training.epochs
    yield f"  epochs: {epochs}" if epochs else f"  iterations: {training.iterations}"
    yield f"  batch: {training.batch or 'full'}"
    yield f"  shuffle: {str(training.shuffle).lower()}"
    yield f"  seed: {training.seed}"
    yield f"  gradient: {training.gradient}"
    yield from _flow("  freeze: ", _frozen(training, network))
    yield f"  update_order: {training.update_order}"
    yield from _rule(training)
    if training.stop is not None:
        stop = training.stop
        yield f"  stop: {{loss_below: {_number(stop.loss_below)}, window: {stop.window}}}"
    if training.resume.iterations or training.resume.losses:
        losses = _list(map(_number, training.resume.losses))
        resume = f"{{iterations: {training.resume.iterations}, losses: {losses}}}"
        yield from _flow("  resume: ", resume)


def _rate(training: Training | GraphTraining) -> Lines:
    schedule, rate = training.schedule, training.learning_rate
    if schedule == CONSTANT:
        yield f"  learning_rate: {_number(rate)}"
    else:
        start = f"initial: {_number(rate)}, schedule: {schedule.name}"
        yield from _flow("  learning_rate: ", f"{{{start}{_options(schedule)}}}")


def _rule(training: Training | GraphTraining) -> Lines:
    """Optimiser and clipping."""
    optimizer, options = training.optimizer, _options(training.optimizer)
    named = f"{{name: {optimizer.name}{options}}}" if options else optimizer.name
    yield from _flow("  optimizer: ", named)
    if training.clip is not None:
        yield f"  clip: {{{training.clip.by}: {_number(training.clip.limit)}}}"


def _options(row: Optimizer | Schedule) -> str:
    """`, beta1: 0.8`: the options that aren't as they are by default."""
    known = options_of(row)
    given = {name: getattr(row, name) for name in known}
    changed = {name: x for name, x in given.items() if x != known[name].default}
    return "".join(f", {name}: {_scalar(value)}" for name, value in changed.items())


def _scalar(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | str) else repr(value)


def _penalty(penalty: Penalty | None) -> Lines:
    if penalty is not None:
        form = f", form: {penalty.form}" if len(NORMS[penalty.kind].forms) > 1 else ""
        strength = _number(penalty.strength)
        options = f"kind: {penalty.kind}, strength: {strength}{form}, of: {penalty.of}"
        yield f"regularization: {{{options}}}"


def _state(slots: Mapping[str, Sequence[float]], updates: int | None) -> Lines:
    """What the optimiser keeps, and how many updates it has counted where that isn't known."""
    if slots or updates is not None:
        yield "  state:"
    if updates is not None:
        yield f"    {UPDATES}: {updates}"
    for slot, numbers in slots.items():
        yield from _flow(f"    {_text(slot)}: ", _list(map(_number, numbers)))


def _frozen(training: Training, network: Network) -> str:
    for group, kind in KINDS.items():
        if training.frozen and training.frozen == parameters_of(network, kind):
            return group
    return _list(map(Names(network).bare, training.frozen_in_order()))


def _graph(experiment: GraphExperiment) -> Lines:
    yield "graph:"
    inputs = (f"{name}: {_number(value)}" for name, value in experiment.inputs.items())
    yield from _flow("  inputs: ", "{" + ", ".join(inputs) + "}")
    yield "  nodes:"
    for node in experiment.nodes:
        yield f"    {node.name}: {_text(node.text, _PLAIN_LINE)}"
    training = experiment.training
    if training is not None:
        yield ""
        yield "training:"
        yield from _rate(training)
        yield f"  iterations: {training.iterations}"
        yield from _flow("  trainable: ", _list(training.trainable))
        if training.optimizer != SGD or training.clip is not None:
            yield from _rule(training)
        slots = {slot: list(given.values()) for slot, given in training.slots.items()}
        yield from _state(slots, training.updates or None)


def _expected(expected: Iterable[Expected], graph: bool) -> Lines:
    yield "expected:"
    for entry in expected:
        when = "iteration" if entry.after is None else "after"
        value = entry.iteration if entry.after is None else entry.after
        if graph and value == 1 and when == "iteration":
            yield "  - values:"
        else:
            yield f"  - {when}: {value}"
            yield "    values:"
        for name, written in entry.values.items():
            yield f"      {_text(name)}: {written.text}"
        if entry.note:
            yield f"    note: {_text(entry.note, _PLAIN_LINE)}"


def _numbers(values: FloatArray) -> str:
    return _list(map(repr, values.tolist()))


def _list(parts: Iterable[str]) -> str:
    return f"[{', '.join(parts)}]"


def _flow(start: str, value: str) -> Lines:
    """A value in brackets, broken at spaces outside quotes where it is wider than a page."""
    line = start.rstrip()
    for word in _WORD.findall(value):
        if len(line) + 1 + len(word) > _WIDTH:
            yield line
            line = " " * len(start) + word
        else:
            line += " " + word
    yield line


def _number(value: float) -> str:
    return repr(float(value))


def _text(text: str, plain: re.Pattern[str] = _PLAIN) -> str:
    """Text as a scalar, in quotes where it could be taken for something else."""
    if plain.fullmatch(text) and resolve(text) == text:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    shown = (letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in escaped)
    return f'"{"".join(shown)}"'
