"""What programs of every kind say and are given of a network: its head, its batches."""

from __future__ import annotations

from tracer.code.task import Batching
from tracer.engine.batches import Batches
from tracer.model.experiment import Experiment
from tracer.model.quantity import Phase
from tracer.model.words import plain

GENERATED = "Written by bptrace; `bptrace check` reads what the program prints."
"""At the head of every program."""
ROWS_OF_LOSSES = 20
"""So many iterations at most tell their losses one by one."""
WORDS = {
    Phase.FORWARD: "Forward",
    Phase.ERRORS: "Errors",
    Phase.BACKWARD: "Backward",
    Phase.GRADIENTS: "Gradients",
    Phase.UPDATES: "Update",
}
"""What stands above the lines of a phase."""


def head_of(experiment: Experiment) -> tuple[str, ...]:
    """Title, source, and the loss in words."""
    words = plain(experiment.network.loss.words)
    loss = f"Loss: {words}" if experiment.data is not None else ""
    return tuple(text for text in (experiment.title, experiment.source, loss) if text)


def batching_of(experiment: Experiment, iterations: int | None) -> Batching:
    """The batches of so many iterations, with the orders in which samples are drawn for them."""
    data, training = experiment.data or experiment.predict, experiment.training
    assert data is not None
    batches, resumed = Batches(len(data), training), training.resume.iterations if training else 0
    orders: list[tuple[int, ...]] = []
    if batches.shuffled and iterations:
        first, last = (n // batches.per_epoch for n in (resumed, resumed + iterations - 1))
        orders = [tuple(batches.order(n).tolist()) for n in range(first, last + 1)]
    return Batching(batches.size, batches.per_epoch, resumed, tuple(orders))
