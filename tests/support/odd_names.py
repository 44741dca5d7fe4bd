"""Names that a configuration may give to neurons, though they look like something else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st

from tracer.config.neurons import reserved
from tracer.model.activations import ACTIVATIONS
from tracer.model.network import Bias, Network

ODD = (
    "δ1", "Δ", "μ", "λ", "η1", "∇x", "a⁺", "h²", "x₁", "h′", "h’", "½", "٣", "[red]", "[",
    "][", "{x}", "$x$", "a|b", "a\\b", "50%", "x&y", "<b>", "~", "!h", "?x", "a;b", "x^1",
    "^1_1", "«q»", "猫", "שלום", "قلب", "e\u0301", "ﬁ", "ß", "SS", "İ", "😀", "C", "L", "d",
    "w", "b", "a", "z", "W", "W1", "B2", "dx", "dw5", "dh", "do1", "ut_h", "h_new", "w_1",
    "_", "__", "_x_", "NET_h", "Out_x", "h1", "H1", "h_1", "nan", "null", "true", "yes",
    "sigma", "neth1", "lr1", "Loss", "Total", "E1",
)  # fmt: skip

_NETWORK = """\
network:
  inputs: {inputs}
  layers:
    - {{neurons: {hidden}, activation: sigmoid, weights: 0.1, bias: 0.1}}
    - {{neurons: {outputs}, activation: softmax, weights: 0.2, {offset}: 0.1}}
loss: cross_entropy
data: [{{inputs: {values}, targets: {targets}}}]
training: {{learning_rate: 0.5, iterations: 2}}
"""


def odd_file(folder: Path, names: Sequence[str], offset: str = "bias") -> Path:
    """The file of a network with these names, a third of them in each layer.

    `offset`: what its outputs have, biases or thresholds.
    """
    rows = [list(names[layer::3]) for layer in range(3)]
    text = _NETWORK.format(
        inputs=json.dumps(rows[0], ensure_ascii=False),
        hidden=json.dumps(rows[1], ensure_ascii=False),
        outputs=json.dumps(rows[2], ensure_ascii=False),
        offset=offset,
        values=[0.5] * len(rows[0]),
        targets=[1, *[0] * (len(rows[2]) - 1)],
    )
    path = folder / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@st.composite
def odd_networks(draw: st.DrawFn) -> Network:
    """Small networks whose neurons have names that nothing but the configuration would refuse."""
    name = st.sampled_from(ODD) | st.text(min_size=1, max_size=4)
    allowed = name.filter(lambda text: not reserved(text))
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    names = draw(st.lists(allowed, min_size=sum(sizes), max_size=sum(sizes), unique=True))
    rows = [[names.pop() for _ in range(size)] for size in sizes]
    layers = [
        (row, draw(st.sampled_from(sorted(ACTIVATIONS))), draw(st.sampled_from(Bias)))
        for row in rows[1:]
    ]
    return Network.build(rows[0], layers, "half_squared_error")
