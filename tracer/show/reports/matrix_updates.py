"""From the gradients of the samples to the new parameters, in matrices, layer by layer.

What is written are the rows' own formulas, run on symbols of whole arrays: reduction over the batch,
the penalty's part, clipping, the optimiser's states, the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from tracer.engine.stages import NORM
from tracer.engine.trace import IterationTrace
from tracer.formula import Expression, Symbol, replace, symbols
from tracer.language import say
from tracer.model.optimizers import Update
from tracer.model.quantity import (
    AFTER,
    BEFORE,
    CLIPPED_OF,
    CORRECTED_OF,
    DATA_OF,
    GRADIENT_OF,
    PART_OF,
    PENALTY_OF,
    STATE_OF,
    Kind,
    Stage,
)
from tracer.model.settings import STRENGTH
from tracer.show.document import Block, Formula, Heading, Inline, Name, Text, Value
from tracer.show.reports.equations import Part, matrix_parts
from tracer.show.reports.matrices import equation, name_of, stage_matrix
from tracer.show.reports.tables import joined, whose
from tracer.show.words import worded

_Equations = dict[Stage, Expression]
"""Arrays with their formulas, in the order of the calculation."""


def gradients(trace: IterationTrace) -> Iterator[Block]:
    """The gradients over the batch: the samples' own added up or averaged, and the penalty's part."""
    samples, penalty = len(trace.rows), trace.rule.penalty
    if samples > 1 and not trace.rule.batch_means:
        yield from _reduced(trace)
    if penalty is None:
        return
    depth = trace.experiment.network.depth
    value = _number(trace, Stage(Kind.PENALTY, depth))
    yield Heading(say("Penalty"), 4)
    equal = (Name(Kind.PENALTY), f" = {penalty.words} = ", value)
    words = say("{penalty}, with {strength}.")
    yield Text(worded(words, penalty=equal, strength=_meaning(trace, STRENGTH)))
    for old in _parameters(trace):
        if penalty.covers(old.kind):
            data, of_penalty = (Stage(of[old.kind], old.layer) for of in (DATA_OF, PENALTY_OF))
            slope = penalty.slope(Symbol(old), _setting(STRENGTH), samples)
            whole = Symbol(data) + Symbol(of_penalty)
            gradient = Stage(GRADIENT_OF[old.kind], old.layer)
            yield from _written(trace, {of_penalty: slope, gradient: whole}, "")


def _reduced(trace: IterationTrace) -> Iterator[Block]:
    samples = len(trace.rows)
    how = f"1/{samples} · " if trace.rule.divides(samples) else ""
    yield Text(
        say("The gradients of the batch: {how}Σ over its {count} samples.", how=how, count=samples)
    )
    for old in _parameters(trace):
        gradient = Stage(GRADIENT_OF[old.kind], old.layer)
        share = Stage(DATA_OF[old.kind], old.layer)
        whole = share if share in trace.arrays else gradient
        over: list[Part] = [f"{how}Σ ", Name(Stage(PART_OF[gradient.kind], old.layer))]
        yield equation(name_of(trace, whole), over, stage_matrix(trace, whole))


def _parameters(trace: IterationTrace) -> Iterator[Stage]:
    """The weights and the biases of each layer."""
    for layer in trace.experiment.network.layers:
        for kind in (Kind.WEIGHT, Kind.BIAS):
            if Stage(kind, layer.number) in trace.arrays:
                yield Stage(kind, layer.number)


def updates(trace: IterationTrace) -> Iterator[Block]:
    """W+ and b+ by the optimiser's own formula, layer by layer; what is fixed stays."""
    if trace.after is None:
        return
    yield Heading(say("Updates"), 4)
    if _in_letters(trace):
        yield from _meanings(trace)
    for old in _parameters(trace):
        free = trace.rule.free[old.layer - 1][old.kind is Kind.BIAS] if trace.rule.free else False
        if free is False:
            new = Name(Stage(AFTER[old.kind], old.layer))
            yield equation(new, [stage_matrix(trace, old), f" ({say('fixed')})"], None)
        else:
            marked = "" if free is True else f" ({say('where it is not fixed')})"
            yield from _written(trace, _stepped(trace, old), marked)


def _in_letters(trace: IterationTrace) -> bool:
    """Whether the formulas are more than the learning rate times the gradient."""
    return bool(trace.rule.optimizer.slots or trace.rule.clip or trace.rule.schedule.varies)


def _meanings(trace: IterationTrace) -> Iterator[Block]:
    """The letters of the formulas with their numbers."""
    rule, rate = trace.rule, Value(float(trace.moment.learning_rate), exact=True)
    said: list[tuple[Inline, ...]] = [(Name(Kind.LEARNING_RATE), " = ", rate)]
    said += [_meaning(trace, name) for name in rule.optimizer.numbers()]
    if rule.clip is not None:
        said.append(_meaning(trace, rule.clip.setting))
    if NORM in trace.arrays:
        said.append((Name(NORM), " = ", _number(trace, NORM)))
    yield Text(worded(say("With {meanings}."), meanings=joined(said, ", ")))


def _meaning(trace: IterationTrace, name: str) -> tuple[Inline, ...]:
    """`β₁ = 0.9`."""
    number = Value(float(trace.moment.settings[name]), exact=True)
    return (Name(Stage(Kind.SETTING, 0, slot=name)), " = ", number)


def _setting(name: str) -> Symbol:
    return Symbol(Stage(Kind.SETTING, 0, slot=name))


def _written(trace: IterationTrace, equations: _Equations, marked: str) -> Iterator[Block]:
    """Each array: its formula, the matrices put in, what comes out; `marked` behind what may stay."""
    for stage, formula in equations.items():
        if stage.kind not in BEFORE or _in_letters(trace):
            called = {key: Symbol(name_of(trace, key).label) for key in symbols(formula)}
            yield Text((name_of(trace, stage), " = ", Formula(replace(formula, called))))
        parts = matrix_parts(formula, partial(_operand, trace))
        mark: list[Part] = [marked] if marked and stage.kind in BEFORE else []
        yield equation(name_of(trace, stage), [*parts, *mark], stage_matrix(trace, stage))


def _stepped(trace: IterationTrace, old: Stage) -> _Equations:
    """Clipping, the optimiser's states and what it calculates of them, the parameters."""
    found: _Equations = {}
    states, rule = STATE_OF[old.kind], trace.rule

    def keep(slot: str, formula: Expression) -> Expression:
        kind = AFTER[states] if slot in rule.optimizer.slots else CORRECTED_OF[old.kind]
        stage = Stage(kind, old.layer, slot=slot)
        found[stage] = formula
        return Symbol(stage)

    slots = {slot: Symbol(Stage(states, old.layer, slot=slot)) for slot in rule.optimizer.slots}
    gradient = Symbol(Stage(GRADIENT_OF[old.kind], old.layer))
    if rule.clip is not None:
        clipped, limit = Stage(CLIPPED_OF[old.kind], old.layer), _setting(rule.clip.setting)
        by_norm = NORM in trace.arrays
        scaled = rule.clip.scaled(gradient, Symbol(NORM), limit)
        found[clipped] = scaled if by_norm else rule.clip.cut(gradient, limit)
        gradient = Symbol(clipped)
    settings = {name: _setting(name) for name in trace.moment.settings}
    rate, t = Symbol(Kind.LEARNING_RATE), trace.moment.t
    step = Update(Symbol(old), gradient, rate, slots, settings, t, keep)
    new = rule.optimizer.step(step)
    return found | {Stage(AFTER[old.kind], old.layer): new}


def _operand(trace: IterationTrace, key: Stage | Kind) -> Part:
    """An option or the learning rate as a number, an array as a matrix under its name."""
    if isinstance(key, Kind):
        return Value(float(trace.moment.learning_rate), exact=True)
    if key.kind is Kind.SETTING:
        return Value(float(trace.moment.settings[key.slot]), exact=True)
    return stage_matrix(trace, key) if np.ndim(trace.arrays[key]) else _number(trace, key)


def _number(trace: IterationTrace, stage: Stage) -> Value:
    """The only number of an array."""
    return Value(float(trace.arrays[stage]), of=whose(trace, stage, ()))
