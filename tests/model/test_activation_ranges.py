"""Where outputs and slopes of each activation lie."""

import numpy as np
import pytest

from tracer.model.activations import ACTIVATIONS


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_outputs_and_slopes_lie_between_the_ends_of_their_row(name: str) -> None:
    row = ACTIVATIONS[name]
    net = np.linspace(-9.0, 9.0, 1800).reshape(-1, 3)
    out = row.value(net)
    for values, (low, high) in ((out, row.outputs), (row.slope(net, out), row.slopes)):
        assert low - 1e-12 <= values.min()
        assert values.max() <= high + 1e-12
