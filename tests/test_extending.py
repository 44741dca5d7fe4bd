"""A row added to a table is the whole change: docs/extending.md says so, and here it is done."""

from __future__ import annotations

import re

import numpy as np
import pytest

from support.networks import build, random_parameters
from support.paths import DOCS
from support.traces import analytic_gradient, numeric_gradient, traced
from tracer import formula as expression
from tracer.formula import evaluate
from tracer.model import activations
from tracer.model.experiment import Data, Experiment
from tracer.model.network import Bias

GUIDE = DOCS / "extending.md"


@pytest.fixture
def softsign(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row of the guide, taken from its text."""
    found = re.search(
        r"```python\n(Activation\(.+?)\n```", GUIDE.read_text(encoding="utf-8"), re.DOTALL
    )
    assert found
    row = eval(found[1], vars(expression) | vars(activations))
    monkeypatch.setitem(activations.ACTIVATIONS, row.name, row)


@pytest.mark.usefixtures("softsign")
def test_a_new_activation_has_gradients_and_formulas() -> None:
    rng = np.random.default_rng(4)
    network, _ = build([2, 3, 2], ["softsign"] * 2, [Bias.EACH] * 2, "squared_error")
    data = Data(rng.normal(0, 1, (4, 2)), rng.normal(0, 1, (4, 2)), (None,) * 4)
    experiment = Experiment("softsign", network, random_parameters(network, rng), data=data)
    trace = traced(experiment)
    np.testing.assert_allclose(
        analytic_gradient(trace), numeric_gradient(experiment), rtol=1e-6, atol=1e-8
    )
    for quantity in trace.quantities():
        formula = trace.formula(quantity)
        if formula is not None:
            assert evaluate(formula, trace) == pytest.approx(trace.value(quantity), rel=1e-12)
