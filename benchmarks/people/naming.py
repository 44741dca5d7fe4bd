"""What a number is called on a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.people.exercises import Exercise
from benchmarks.people.places import BIAS, Place, parameters

OF_PARAMETERS = {
    "part": "dE/d{}", "grad": "dE/d{}", "data": "dE/d{}:data", "pen": "dE/d{}:penalty",
    "clip": "g_{}", "m+": "m_{}+", "v+": "v_{}+", "s+": "s_{}+", "mhat": "mhat_{}",
    "vhat": "vhat_{}", "new": "{}+",
}  # fmt: skip


class Namer:
    """Names of an exercise's numbers; `by_column` numbers each matrix column by column."""

    def __init__(self, exercise: Exercise, *, by_column: bool = False) -> None:
        self.exercise = exercise
        self._numbers = dict(self._counted(by_column))

    def _counted(self, by_column: bool) -> Iterator[tuple[tuple[int, int, int], str]]:
        weights = biases = 0
        for number, layer in enumerate(self.exercise.layers, 1):
            places = [place for place in parameters(self.exercise, number) if place[1] != BIAS]
            if by_column:
                places.sort(key=lambda place: (place[1], place[0]))
            for row, column in places:
                weights += 1
                yield (number, row, column), f"w{weights}"
            for row in range(len(layer.biases)):
                if layer.bias == "threshold":
                    yield (number, row, BIAS), f"theta_{layer.names[row]}"
                else:
                    biases += 1
                    yield (number, row, BIAS), f"b{biases}"

    def __call__(self, place: Place) -> str:
        """The name with its iteration and sample, where they aren't the first."""
        name = self._plain(place)
        name += f"@{place.iteration}" if place.iteration > 1 else ""
        return name + (f"#{place.sample}" if place.sample > 1 or place.kind == "part" else "")

    def parameter(self, place: Place) -> str:
        """The name of the place's weight or bias."""
        return self._numbers[place.layer, place.row, place.column]

    def _plain(self, place: Place) -> str:
        if place.kind in OF_PARAMETERS:
            return OF_PARAMETERS[place.kind].format(self.parameter(place))
        if place.kind in ("E_total", "loss", "lr", "penalty"):
            return place.kind
        neurons = self.exercise.names(place.layer)
        neuron = neurons[place.row]
        if place.kind == "path":
            return f"dE/dout_{neuron}:{self.exercise.names(place.layer + 1)[place.column]}"
        if place.kind == "cross":
            return f"dout_{neuron}/dnet_{neurons[place.column]}"
        return {"dout": "dE/dout_", "slope": "dout/dnet_"}.get(
            place.kind, f"{place.kind}_"
        ) + neuron
