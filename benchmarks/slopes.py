"""`python -m benchmarks.slopes`: how the cost of training grows, over three decades.

The processor's time of training (and, of iterations, of recording them) at four sizes, and the
exponent between neighbours: 1 is linear growth. What does not grow, such as writing a program, makes
the first of them smaller.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from time import process_time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

import numpy as np

from benchmarks.cases import cases
from tracer.engine.recording import NetworkRecording
from tracer.engine.timeline import NetworkTimeline
from tracer.engine.training import train
from tracer.model.experiment import Data, Experiment, Training
from tracer.model.network import Bias, Network

DECADES = (1, 10, 100, 1000)


def iterations(scale: int) -> Callable[[], object]:
    """1,000 iterations of 2-2-2, and so many times more."""
    return lambda: train(NetworkTimeline(cases()[0].experiment), 1000 * scale)


def recorded(scale: int) -> Callable[[], object]:
    """All numbers of 100 iterations of 2-2-2, and so many times more."""

    def work() -> None:
        recording = NetworkRecording(NetworkTimeline(cases()[0].experiment))
        for block in recording.blocks(100 * scale):
            recording.take(block)

    return work


def samples(scale: int) -> Callable[[], object]:
    """100 iterations of 8-8-4 on batches of 100 samples, and so many times more."""
    experiment = _network((8, 8, 4), 100 * scale)
    return lambda: train(NetworkTimeline(experiment), 100)


def parameters(scale: int) -> Callable[[], object]:
    """20 iterations of some 1,000 parameters, two layers of equal width, and so many times more."""
    width = round(math.sqrt(500 * scale))
    experiment = _network((width, width, width), 16)
    return lambda: train(NetworkTimeline(experiment), 20)


CASES = (iterations, recorded, samples, parameters)


def _network(sizes: Sequence[int], count: int) -> Experiment:
    """A network of sigmoids with random parameters and data."""
    rng = np.random.default_rng(0)
    layers = [[f"n{k}_{n}" for n in range(size)] for k, size in enumerate(sizes)]
    network = Network.build(
        layers[0], [(layer, "sigmoid", Bias.EACH) for layer in layers[1:]], "half_squared_error"
    )
    pairs = tuple(
        (rng.normal(0, 0.1, (len(x.neurons), len(x.inputs))), np.zeros(x.bias_count))
        for x in network.layers
    )
    data = Data(
        rng.normal(0, 1, (count, sizes[0])), rng.random((count, sizes[-1])), (None,) * count
    )
    return replace(
        Experiment("slopes", network, pairs), data=data, training=Training(0.1, iterations=1)
    )


def seconds(work: Callable[[], object], rounds: int) -> float:
    """The least of the processor's times."""
    found = []
    for _ in range(rounds):
        began = process_time()
        work()
        found.append(process_time() - began)
    return min(found)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each of what grows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slopes", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each (3)")
    parser.add_argument("--decades", type=int, default=3, choices=(1, 2, 3))
    options = parser.parse_args(arguments)
    scales = DECADES[: options.decades + 1]
    heads = "".join(f"{f'×{scale}':>9}" for scale in scales)
    print(f"{'seconds of CPU':14}{heads}   exponents")
    for case in CASES:
        times = [seconds(case(scale), options.rounds) for scale in scales]
        exponents = [math.log10(max(b, 1e-9) / max(a, 1e-9)) for a, b in pairwise(times)]
        numbers = "".join(f"{time:9.4f}" for time in times)
        told = " ".join(f"{exponent:.2f}" for exponent in exponents)
        print(f"{case.__name__:14}{numbers}   {told}", flush=True)


if __name__ == "__main__":
    main()
