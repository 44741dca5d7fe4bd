"""Random networks that descend by every optimiser, with penalties, clipping and schedules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from support.planting import random_experiment
from tracer.model.clipping import Clip
from tracer.model.experiment import Experiment
from tracer.model.optimizers import SGD, Adagrad, Adam, AdamW, Momentum, Optimizer, Rmsprop
from tracer.model.penalties import Penalty
from tracer.model.schedules import (
    CONSTANT,
    Constant,
    Cosine,
    Exponential,
    InverseTime,
    Linear,
    Schedule,
    Step,
)

OPTIMIZERS: tuple[Optimizer, ...] = (
    Momentum(0.8),
    Momentum(0.7, form="average"),
    Momentum(0.6, form="velocity"),
    Momentum(0.8, nesterov=True),
    Momentum(0.8, form="velocity", nesterov=True),
    Momentum(0.7, dampening=0.4),
    Adagrad(epsilon=0.05),
    Adagrad(epsilon=0.002, epsilon_place="inside"),
    Rmsprop(0.7, epsilon=0.04),
    Rmsprop(0.8, epsilon=0.001, epsilon_place="inside"),
    Rmsprop(0.6, epsilon=0.03, centered=True),
    Adam(0.7, 0.8, epsilon=0.05),
    Adam(0.6, 0.9, epsilon=0.003, epsilon_place="inside"),
    Adam(0.7, 0.8, epsilon=0.05, bias_correction=False),
    AdamW(0.8, 0.6, epsilon=0.05, weight_decay=0.3),
    SGD,
)
"""With numbers whose conventions show in the digits that people write."""
PENALTIES: tuple[Penalty | None, ...] = (
    None,
    Penalty(0.1),
    Penalty(0.05, form="whole", of="parameters"),
    Penalty(0.1, form="per_sample"),
    Penalty(0.02, kind="l1", form="whole"),
)
CLIPS: tuple[Clip | None, ...] = (None, Clip("norm", 0.05), None, Clip("value", 0.02))
SCHEDULES: tuple[Schedule, ...] = (
    CONSTANT,
    Exponential(rate=0.8),
    Step(factor=0.5, every=1),
    InverseTime(rate=0.3),
    Linear(final=0.1, over=5),
    Cosine(final=0.1, over=6),
    Constant(warmup=4),
)


def descents(count: int, seed: int = 0) -> Iterator[Experiment]:
    """So many experiments; each optimiser comes with each of the others in turn."""
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        experiment = random_experiment(rng)
        rounds = number + number // len(OPTIMIZERS)
        assert experiment.training is not None
        training = replace(
            experiment.training,
            optimizer=OPTIMIZERS[number % len(OPTIMIZERS)],
            clip=CLIPS[rounds % len(CLIPS)],
            schedule=SCHEDULES[rounds % len(SCHEDULES)],
        )
        penalty = PENALTIES[rounds % len(PENALTIES)]
        yield replace(experiment, training=training, penalty=penalty)
