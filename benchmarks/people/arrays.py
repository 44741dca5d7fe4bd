"""What a program hands in: its arrays, as JSON or NPZ, in the floats that it calculates with."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.people.calculation import Calculation
from benchmarks.people.exercises import Exercise, Layer
from benchmarks.people.naming import Namer
from benchmarks.people.places import BIAS, Place, states
from benchmarks.people.sheets import Number

Arrays = dict[str, "np.ndarray[Any, Any]"]
FORMS = (
    "JSON, float64", "JSON, float32 in full", "JSON, float32 with 8 digits",
    "JSON, rounded to 4 to 8 decimals", "NPZ, float64", "NPZ, float32", "NPZ, float16",
)  # fmt: skip
PRECISION = dict(zip(FORMS, (1e-9, 1e-5, 1e-5, 1e-3, 1e-9, 1e-5, 1e-2), strict=True))
SINGLE = ("JSON, float32 in full", "JSON, float32 with 8 digits", "NPZ, float32")
UPDATES = {
    "clip": "g_W{}", "m+": "m_W{}+", "v+": "v_W{}+", "s+": "s_W{}+", "mhat": "mhat_W{}",
    "vhat": "vhat_W{}",
}  # fmt: skip
NEURONS = {"net": "net", "out": "out", "delta": "delta", "dout": "dout", "slope": "slope"}
GRADIENTS = ("dW", "db", "delta", "dout")


def _places(calculation: Calculation) -> Iterator[tuple[str, Any]]:
    """Each array's name, and the places of its elements as a list (of lists) of places."""
    exercise = calculation.exercise
    for k in range(1, exercise.iterations + 1):
        at = f"@{k}" if k > 1 else ""
        batch = exercise.batch(k)
        for number, layer in enumerate(exercise.layers, 1):
            rows = range(len(layer.names))
            for kind in NEURONS:
                if kind != "slope" or layer.activation != "softmax":
                    yield (
                        f"{kind}{number}{at}",
                        [[Place(kind, number, r, BIAS, s, k) for r in rows] for s in batch],
                    )
            yield from _parameters(exercise, layer, number, k)
        yield f"E{at}", [[Place("E", number, r, BIAS, s, k) for r in rows] for s in batch]
        yield f"E_total{at}", [Place("E_total", number, 0, BIAS, s, k) for s in batch]
        yield f"loss{at}", Place("loss", 0, 0, BIAS, 0, k)
        for kind in ("lr", "penalty"):
            if (place := Place(kind, 0, 0, BIAS, 0, k)) in calculation.values:
                yield f"{kind}{at}", place


def _parameters(
    exercise: Exercise, layer: Layer, number: int, k: int
) -> Iterator[tuple[str, list[Any]]]:
    """Gradients, what the optimiser makes of them, new parameters of a layer."""
    at, columns = f"@{k}" if k > 1 else "", range(len(layer.weights[0]))
    settings = exercise.settings
    clipped = ["clip"] if settings and settings.clip else []
    of_free = {kind: UPDATES[kind] for kind in [*clipped, *states(exercise)]}
    for kind, name in ({"grad": "dW{}", "new": "W{}+"} | of_free).items():
        matrix = [
            [Place(kind, number, r, c, 0, k) for c in columns] for r in range(len(layer.names))
        ]
        yield name.format(number) + at, matrix
        if layer.biases and not (exercise.freeze and kind in of_free):
            biases = [Place(kind, number, r, BIAS, 0, k) for r in range(len(layer.biases))]
            yield name.replace("W", "b").format(number) + at, biases


def arrays_of(
    calculation: Calculation, wanted: float, seed: float, *, turned: bool = False
) -> tuple[Arrays, list[Number]]:
    """The arrays (each with the chance `wanted`), and the numbers in them.

    `turned`: weights and what belongs to them are stored (inputs, neurons).
    """
    from random import Random

    rng, namer = Random(seed), Namer(calculation.exercise)
    arrays: Arrays = {}
    numbers: list[Number] = []
    for name, places in _places(calculation):
        if rng.random() > wanted:
            continue
        found: list[Place] = []
        array = np.array(_values(calculation, places, found))
        arrays[name] = array.T if turned and "W" in name else array
        numbers += (Number(place, namer(place), repr(calculation.values[place])) for place in found)
    return arrays, numbers


def _values(calculation: Calculation, places: Any, found: list[Place]) -> Any:
    if isinstance(places, Place):
        found.append(places)
        return calculation.values[places]
    return [_values(calculation, inner, found) for inner in places]


def zeroed(arrays: Arrays) -> Arrays:
    """The same with 0.0 for everything that goes back: a program that forgot to calculate it."""
    return {
        name: np.zeros_like(array) if name.startswith(GRADIENTS) else array
        for name, array in arrays.items()
    }


def packed(arrays: Arrays, form: str, decimals: int) -> bytes:
    """The arrays as a file."""
    if form.startswith("NPZ"):
        kind = form.removeprefix("NPZ, ")
        buffer = io.BytesIO()
        cast: dict[str, Any] = {name: array.astype(kind) for name, array in arrays.items()}
        np.savez(buffer, **cast)
        return buffer.getvalue()
    match form:
        case "JSON, float32 in full":
            lists = {name: array.astype(np.float32).tolist() for name, array in arrays.items()}
        case "JSON, float32 with 8 digits":
            lists = {name: _printed(array) for name, array in arrays.items()}
        case "JSON, rounded to 4 to 8 decimals":
            lists = {name: np.round(array, decimals).tolist() for name, array in arrays.items()}
        case _:
            lists = {name: array.tolist() for name, array in arrays.items()}
    return json.dumps(lists).encode()


def _printed(array: np.ndarray[Any, Any]) -> Any:
    """As print shows float32: the shortest digits, 9 at most; here 8."""
    return np.vectorize(lambda number: float(f"{number:.8g}"), otypes=[float])(array).tolist()
