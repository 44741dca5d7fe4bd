"""`python -m benchmarks.arrays`: how long `check` takes for the arrays of a 784-128-10 program.

Right ones, and ones with the mask of ReLU forgotten in the backward pass; 16 samples, all arrays. The
whole command is timed, with the start of the interpreter.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tracer.model.network import FloatArray

INPUTS, HIDDEN, OUTPUTS, SAMPLES, RATE = 784, 128, 10, 16, 0.1
CONFIG = f"""
network:
  inputs: {INPUTS}
  layers:
    - {{neurons: {HIDDEN}, activation: relu, weights: {{file: model.npz, array: W1}}, bias: 0.0}}
    - {{neurons: {OUTPUTS}, activation: softmax, weights: {{file: model.npz, array: W2}}, bias: 0.0}}
loss: cross_entropy
data: {{file: data.npz, inputs: X, class: labels}}
training: {{learning_rate: {RATE}, iterations: 1}}
"""


def program(
    X: FloatArray, labels: npt.NDArray[np.int64], W1: FloatArray, W2: FloatArray, *, mask: bool
) -> dict[str, FloatArray]:
    """Forward, backward, update, as they are written by hand; without `mask` a slip in delta1."""
    net1 = X @ W1.T
    out1 = np.maximum(net1, 0)
    net2 = out1 @ W2.T
    powers = np.exp(net2 - net2.max(axis=1, keepdims=True))
    out2 = powers / powers.sum(axis=1, keepdims=True)
    delta2 = out2 - np.eye(OUTPUTS)[labels]
    delta1 = delta2 @ W2 * ((net1 > 0) if mask else 1)
    dW1, dW2 = delta1.T @ X / SAMPLES, delta2.T @ out1 / SAMPLES
    return {
        "W1": W1, "net1": net1, "out1": out1, "W2": W2, "net2": net2, "out2": out2,
        "delta2": delta2, "delta1": delta1, "dW2": dW2, "dW1": dW1,
        "W2+": W2 - RATE * dW2, "W1+": W1 - RATE * dW1,
    }  # fmt: skip


def main() -> None:
    """Prints a line a program."""
    rng = np.random.default_rng(0)
    X, labels = rng.random((SAMPLES, INPUTS)), rng.integers(0, OUTPUTS, SAMPLES)
    W1, W2 = rng.normal(0, 0.05, (HIDDEN, INPUTS)), rng.normal(0, 0.1, (OUTPUTS, HIDDEN))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "big.yaml").write_text(CONFIG, encoding="utf-8")
        _save(folder / "data.npz", {"X": X, "labels": labels})
        _save(folder / "model.npz", {"W1": W1, "W2": W2})
        for what, mask in (("right", True), ("mask forgotten", False)):
            _save(folder / "mine.npz", program(X, labels, W1, W2, mask=mask))
            words = [sys.executable, "-m", "tracer", "check", "big.yaml", "mine.npz"]
            started = time.perf_counter()
            done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
            seconds = time.perf_counter() - started
            counted = next(line for line in done.stdout.splitlines() if " supplied" in line)
            print(f"{what}: {seconds:.1f} s; {counted}")


def _save(path: Path, arrays: dict[str, Any]) -> None:
    np.savez(path, **arrays)


if __name__ == "__main__":
    main()
