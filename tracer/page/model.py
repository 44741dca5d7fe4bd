"""What a page knows of a calculation: its arrays, its programs, what it starts from.

From an experiment to one object for JSON and the JavaScript functions that it numbers. Contains what is
given and how everything else is calculated, and no result.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any

from tracer.diagnose.variant import Variant
from tracer.engine.batches import Batches
from tracer.engine.rule import Rule
from tracer.engine.stages import LEARNING_RATE, NORM, RATE, UPDATE_NUMBER, T
from tracer.engine.timeline import NetworkTimeline
from tracer.explain.calculation import timeline_of
from tracer.explain.walk import graph_group, network_group
from tracer.formula.javascript import to_javascript
from tracer.graph.names import GraphNames
from tracer.graph.timeline import GraphTimeline
from tracer.immutable import immutable
from tracer.language import in_force, say
from tracer.model.content import form
from tracer.model.experiment import Experiment
from tracer.model.names import Names
from tracer.model.options import options_of
from tracer.model.quantity import AFTER, Kind, Phase, Quantity, Stage, after_update
from tracer.model.words import plain
from tracer.page.names import Labels, array_head, array_words, is_part
from tracer.page.program import ArrayKey, Program
from tracer.page.rates import AS_FAR_AS, Moving, stretches
from tracer.page.shown import Shown
from tracer.page.switches import Switch, key_of, switches, ways
from tracer.page.whole import Local, is_of_samples, phase_of
from tracer.show.document import Notation

Object = dict[str, Any]
_Begin = tuple[Hashable, tuple[int, ...], list[float]]

_AT_HAND = 8
"""So many programs are kept: a set of exercises has one."""

MOST_ORDERED = 20_000
"""Row numbers of shuffled batches that a page carries at most."""
WIDE = 2000
"""Parameters beyond which a page leaves out what grows with them; see docs/page.md."""


@immutable
class PageModel:
    """`content`: an object for JSON; `functions` and `rates` are JavaScript that it refers to."""

    content: Object
    functions: tuple[str, ...]
    rates: tuple[str, ...]


Notate = Callable[[Names | GraphNames], Notation]
"""The notation for these names."""


def page_model(experiment: Any, notate: Notate, *, stated: bool = False) -> PageModel:
    """Everything that the page calculates with; `notate` gives a notation that writes MathML.

    `stated`: only the way that the configuration states, without the other conventions.
    """
    timeline = timeline_of(experiment)
    begins = _start(timeline)
    found = () if stated or _size(experiment) > WIDE else switches(experiment)
    program, written = _programmed(experiment, timeline, notate, begins, found)
    start = [(program.number(array, shape), values) for array, shape, values in begins]
    rates, rate_functions = _rates(timeline.rule, experiment, program)
    content: Object = {
        "switches": [_switch(switch) for switch in found],
        "ways": written,
        "start": start,
        "rate": program.arrays.get(ArrayKey(_rate(experiment), ())),
        "update": program.arrays.get(ArrayKey(_update(experiment), ())),
        "earlier": timeline.rule.earlier,
        "rates": rates,
        "ranges": _ranges(timeline.rule),
        **_data(experiment),
    }
    content["arrays"] = [_array(key, program, experiment) for key in program.arrays]
    texts: dict[str, int] = {}
    content["formulas"] = [[_formula(f, texts) for f in formulas] for formulas in program.formulas]
    content["texts"] = list(texts)
    return PageModel(content, tuple(program.functions), rate_functions)


_Programmed = tuple[Program, Object]
_at_hand: OrderedDict[Hashable, _Programmed] = OrderedDict()


def _programmed(
    experiment: Any,
    timeline: NetworkTimeline | GraphTimeline,
    notate: Notate,
    begins: Sequence[_Begin],
    found: Sequence[Switch],
) -> _Programmed:
    """The program, and the steps of each way; one at hand where only given numbers are others."""
    key = None if found else _structure(experiment, notate)
    if key in _at_hand:
        _at_hand.move_to_end(key)
        return _at_hand[key]
    program = Program(lambda variant: Labels(notate(_names(variant, timeline))))
    program.begin(Variant(experiment))
    for array, shape, _ in begins:
        program.number(array, shape)
    sizes, all_rows = _sizes(experiment)
    written = {
        key_of(choice): _way(program, variant, sizes, all_rows)
        for choice, variant in ways(experiment, found)
    }
    if key is not None:
        _at_hand[key] = program, written
        if len(_at_hand) > _AT_HAND:
            _at_hand.popitem(last=False)
    return program, written


def _structure(experiment: Any, notate: Notate) -> Hashable | None:
    """All that a network's program is made from; None of others."""
    if not isinstance(experiment, Experiment):
        return None
    letter = notate(Names(experiment.network)).letter
    return form(experiment), in_force(), *map(letter, (Kind.NET, Kind.OUT, Kind.TARGET, Kind.TOTAL))


def _way(program: Program, variant: Variant[Any], sizes: Sequence[int], all_rows: int) -> Object:
    """The steps for each size of a batch, and of the forward pass over all samples."""
    program.begin(variant)
    own = program.arrays_of(variant, sizes[0])
    keys = list(program.arrays)
    arrays = {keys[number].array: number for number in own}
    return {
        "arrays": own,
        "sizes": {str(size): program.steps(variant, size, end=False) for size in sizes},
        "all": program.steps(variant, all_rows, end=True) if all_rows not in sizes else None,
        "next": [
            [number, arrays[after]]
            for array, number in arrays.items()
            if (after := _after(array)) is not None and after in arrays
        ],
    }


def _after(array: Any) -> Hashable | None:
    """What the update makes of an array."""
    if isinstance(array, Stage):
        return replace(array, kind=AFTER[array.kind]) if array.kind in AFTER else None
    if isinstance(array, Quantity) and array.kind in AFTER:
        return after_update(array)
    return None


def _array(key: ArrayKey, program: Program, experiment: Any) -> Object:
    array: Any = key.array
    return {
        "kind": _kind_name(array),
        "slot": _slot(array),
        "mean": isinstance(array, Stage) and array.mean,
        "layer": array.layer if isinstance(array, (Stage, Quantity)) else 0,
        "phase": phase_of(array).value,
        "group": _group(array, experiment),
        "words": array_words(array),
        "head": array_head(array),
        "shape": list(key.shape),
        "samples": is_of_samples(array),
        "given": array not in program.calculated,
        "part": is_part(array),
        "names": program.named[key][0],
        "labels": program.named[key][1],
    }


def _slot(array: Any) -> str:
    stage = array.stage if isinstance(array, Quantity) else array
    return stage.slot if isinstance(stage, Stage) else ""


def _kind_name(array: Any) -> str:
    if isinstance(array, (Stage, Quantity)):
        kind: Kind = array.kind
        return kind.name.lower()
    return "local" if isinstance(array, Local) else "derivative"


def _group(array: Any, experiment: Any) -> str:
    """The part of the calculation, in the words of a walk through it."""
    if phase_of(array) is Phase.GIVEN:
        return say("Given")
    if isinstance(array, Stage):
        training = experiment.training
        apart = training is not None and training.clip is not None and training.clip.waits
        return network_group(array, apart=apart or array == NORM)
    return say("Local derivatives") if isinstance(array, Local) else graph_group(array)


def _formula(shown: Shown, texts: dict[str, int]) -> list[Any]:
    """Shorter than its fields by their names, and each text once: there are many."""
    return [
        shown.fixed,
        *(texts.setdefault(text, len(texts)) for text in (shown.names, shown.numbers)),
        shown.leaves,
        *([shown.uses] if shown.uses else []),
    ]


def _switch(switch: Switch) -> Object:
    rows = [{"value": a.value, "words": plain(say(a.words))} for a in switch.alternatives]
    return {
        "name": switch.name,
        "title": say(switch.title),
        "stated": plain(say(switch.stated)),
        "alternatives": rows,
    }


def _names(variant: Variant[Any], timeline: NetworkTimeline | GraphTimeline) -> Names | GraphNames:
    """Biases are counted otherwise where each neuron has its own."""
    if isinstance(variant.experiment, Experiment):
        return Names(variant.experiment.network)
    assert isinstance(timeline, GraphTimeline)
    return timeline.graph.names


@singledispatch
def _start(timeline: Any) -> list[_Begin]:
    """What the calculation begins with: (array, shape, values)."""
    raise TypeError(f"no timeline: {type(timeline).__name__}")


@_start.register
def _(timeline: NetworkTimeline) -> list[_Begin]:
    arrays = timeline.trace(1).arrays
    given = [
        (stage, array)
        for stage, array in arrays.items()
        if stage.is_given and not stage.of_a_sample and stage != LEARNING_RATE
    ]
    found: list[Any] = [(s, a.shape, a.ravel().tolist()) for s, a in given]
    if LEARNING_RATE in arrays:
        found.append((LEARNING_RATE, (), [float(arrays[LEARNING_RATE])]))
    return found


@_start.register
def _(timeline: GraphTimeline) -> list[_Begin]:
    trace = timeline.trace(1)
    given = [identity for identity, formula in trace.formulas.items() if formula is None]
    rate = [RATE] if timeline.trained and RATE not in given else []
    return [(identity, (), [float(trace.value(identity))]) for identity in (*given, *rate)]


def _rate(experiment: Any) -> Hashable:
    return LEARNING_RATE if isinstance(experiment, Experiment) else RATE


def _update(experiment: Any) -> Hashable:
    return UPDATE_NUMBER if isinstance(experiment, Experiment) else T


def _size(experiment: Any) -> int:
    return experiment.network.parameter_count if isinstance(experiment, Experiment) else 0


def _ranges(rule: Rule) -> Object:
    """What the options of the training may be, by their names; as configurations are checked."""
    found: Object = {name: {"least": 0.0} for name in ("learning_rate", "initial", "strength")}
    if rule.clip is not None:
        found[rule.clip.setting] = {"above": 0.0}
    for name, own in (options_of(rule.optimizer) | options_of(rule.schedule)).items():
        limits = {"least": own.least, "above": own.above, "below": own.below}
        found[name] = {limit: value for limit, value in limits.items() if value is not None}
    return found


def _sizes(experiment: Any) -> tuple[list[int], int]:
    """The sizes that batches have, and how many samples there are."""
    if not isinstance(experiment, Experiment):
        return [1], 1
    data = experiment.data or experiment.predict
    count = len(data or ())
    batches = Batches(count, experiment.training)
    return sorted({batches.size_of(k) for k in range(batches.per_epoch)}, reverse=True), count


def _data(experiment: Any) -> Object:
    """The samples, and which of them each update takes."""
    if not isinstance(experiment, Experiment):
        return {"batch": {"size": 1, "samples": 1}}
    data, training = experiment.data or experiment.predict, experiment.training
    assert data is not None
    batches = Batches(len(data), training)
    batch: Object = {"size": batches.size, "samples": len(data)}
    if training is not None and training.shuffle and batches.size < len(data):
        epochs = max(1, MOST_ORDERED // len(data))
        earlier = training.resume.iterations
        batch["orders"] = [
            list(batches.numbers(earlier + k)) for k in range(epochs * batches.per_epoch)
        ]
    elif training is not None:
        batch["first"] = training.resume.iterations
    return {
        "data": {
            "inputs": data.inputs.tolist(),
            "targets": data.targets.tolist() if experiment.data is not None else [],
            "names": list(data.names),
        },
        "batch": batch,
    }


def _rates(rule: Rule, experiment: Any, program: Program) -> tuple[list[Object], tuple[str, ...]]:
    """The learning rate's stretches, and a function of the settings and the moving numbers for each."""
    if rule.initial is None or not rule.schedule.varies:
        return [], ()
    iterations = max(AS_FAR_AS, getattr(experiment.training, "iterations", 0))

    def name(key: Any) -> str:
        if isinstance(key, Moving):
            return f"m[{key.place}]"
        array = key.stage if isinstance(experiment, Experiment) else key
        return f"A[{program.number(array, ())}][0]"

    found, functions = [], []
    for stretch in stretches(rule, min(iterations, 10 * AS_FAR_AS)):
        functions.append(f"(A,m)=>{to_javascript(stretch.formula, name)}")
        found.append({"first": stretch.first, "last": stretch.last, "numbers": stretch.numbers})
    return found, tuple(functions)
