"""Configurations of networks as the documentation describes them: whole, then damaged."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import strategies as st

from benchmarks.fuzz.documents import Node, damaged, mapping, written
from benchmarks.fuzz.texts import among, odd_numbers, odd_texts, quoted, rarely, saved

ACTIVATIONS = (
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "elu",
    "softplus",
    "silu",
    "gelu",
    "identity",
)
LOSSES = (
    "half_squared_error",
    "squared_error",
    "mean_squared_error",
    "binary_cross_entropy",
    "cross_entropy",
)
OPTIMIZERS: tuple[Node, ...] = (
    "sgd", "momentum", "adagrad", "rmsprop", "adam", "adamw",
    mapping(name="momentum", momentum="0.5", form="average"),
    mapping(name="momentum", form="velocity", nesterov="true"),
    mapping(name="momentum", dampening="0.3"),
    mapping(name="adagrad", epsilon="0", epsilon_place="inside"),
    mapping(name="rmsprop", decay="0", centered="true"),
    mapping(name="adam", beta1="0", beta2="0", epsilon="0", bias_correction="false"),
    mapping(name="adam", epsilon_place="uncorrected"),
    mapping(name="adamw", weight_decay="0.5"),
)  # fmt: skip
RATES: tuple[Node, ...] = (
    "0.5", "0", "0.01", "1e-9", "1000", "1e300",
    mapping(initial="0.1", schedule="exponential", rate="0.95"),
    mapping(initial="0.1", schedule="step", factor="0.5", every="2", warmup="2"),
    mapping(initial="0.1", schedule="inverse_time", rate="1"),
    mapping(initial="0.1", schedule="linear", final="0", over="3"),
    mapping(initial="0.1", schedule="cosine", final="0.01", over="1"),
)  # fmt: skip
INITIAL: tuple[Node, ...] = (
    mapping(init="he"), mapping(init="xavier", distribution="normal"), mapping(init="lecun"),
    mapping(init="normal", std="0.5"), mapping(init="uniform", low="-1", high="1"),
    mapping(init="constant", value="0.1"),
)  # fmt: skip
usual = st.decimals(-2, 2, places=2).map(str)
extreme = st.sampled_from(
    ("0", "1", "-1", "30", "-40", "800", "-800", "1e-200", "1e160", "1e308", "-1e308")
)


@st.composite
def vector(draw: st.DrawFn, size: int, odd: bool = False) -> list[Node]:
    """So many numbers, usual ones or such as saturate and overflow."""
    number = rarely(usual, extreme, 3) if odd else usual
    return [draw(number) for _ in range(size)]


@st.composite
def _layer(draw: st.DrawFn, before: int, neurons: list[str], activation: str, odd: bool) -> Node:
    rows: Node = [draw(vector(before, odd)) for _ in neurons]
    bias = among(draw, ("none", "0.35", "each", "threshold", "init"))
    return mapping(
        neurons=[*neurons] if draw(st.booleans()) else str(len(neurons)),
        activation=activation,
        weights=rows if draw(st.integers(0, 2)) else among(draw, ("0.1", *INITIAL)),
        bias=draw(vector(len(neurons), odd)) if bias == "each" else INITIAL[3] if bias == "init"
        else "" if bias == "threshold" else bias,
        threshold="0.5" if bias == "threshold" else "",
    )  # fmt: skip


@st.composite
def _sample(draw: st.DrawFn, inputs: int, outputs: int, loss: str, odd: bool) -> Node:
    targets: Node = draw(vector(outputs, odd))
    if loss == "binary_cross_entropy":
        targets = [among(draw, ("0", "1", "0.5")) for _ in range(outputs)]
    hot = loss == "cross_entropy" or (outputs > 1 and draw(st.integers(0, 5)) == 0)
    named = draw(st.integers(0, 3)) == 0
    return mapping(
        name=draw(odd_texts.map(quoted)) if named else "",
        inputs=draw(vector(inputs, odd)),
        **({"class": "0"} if hot else {"targets": targets}),
    )


@st.composite
def training(draw: st.DrawFn) -> Node:
    """How the parameters change, with a few of its keys."""
    keys: dict[str, tuple[Node, ...]] = {
        "learning_rate": RATES,
        "iterations": ("", "1", "3", "12"),
        "batch": ("", "", "full", "online", "2"),
        "shuffle": ("", "", "true"),
        "gradient": ("", "", "", "batch_means"),
        "freeze": ("", "", "biases", "weights", ["w1"], ["b1"]),
        "update_order": ("", "", "output_first"),
        "optimizer": ("", *OPTIMIZERS),
        "clip": ("", "", mapping(norm="1.0"), mapping(value="0.01")),
        "regularization": ("", "", mapping(strength="0.01"), mapping(kind="l1", strength="1",
            of="parameters"),
                           mapping(strength="0.1", form="per_sample")),
        "stop": ("", "", mapping(loss_below="0.01"), mapping(loss_below="1e300", window="3")),
        "resume": ("", "", "", mapping(iterations="2", losses=["0.3", "0.2"])),
        "state": ("", "", "", mapping(updates="3"), mapping(updates="5", v="[0.1]")),
    }  # fmt: skip
    return mapping(**{key: among(draw, choices) for key, choices in keys.items()})


@st.composite
def expected(draw: st.DrawFn) -> Node:
    """Somebody's numbers."""
    names = (
        "net_h1",
        "out_o1",
        "E_total",
        "dE/dw1",
        "w1+",
        "delta_o1",
        "loss",
        "E_total#2",
        "w1+@2",
    )
    values = tuple((among(draw, names), draw(rarely(usual, odd_numbers))) for _ in range(3))
    when = among(draw, ({}, {"iteration": "1"}, {"after": "1"}, {"after": "3"}, {"iteration": "3"}))
    return [mapping(**when, values=tuple(dict(values).items()), note=among(draw, ("", "by hand")))]


@st.composite
def network(draw: st.DrawFn) -> Node:
    """A configuration that is right, as far as its numbers let it."""
    odd = draw(st.integers(0, 2)) == 0
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    loss = among(draw, LOSSES)
    sizes[-1] += loss == "cross_entropy"
    last = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}.get(loss)
    letters = ["i", *("h" * (len(sizes) - 2)), "o"]
    names = [[f"{letter}{k + sum(sizes[1:layer] if letter == 'h' else ()) + 1}" for k in range(size)]
             for layer, (size, letter) in enumerate(zip(sizes, letters, strict=True))]  # fmt: skip
    if draw(st.integers(0, 3)) == 0:
        names[-1][0] = quoted(draw(odd_texts))
    layers: list[Node] = [
        draw(_layer(len(before), row, last if last and row is names[-1] else among(draw,
            ACTIVATIONS), odd))
        for before, row in pairwise(names)
    ]  # fmt: skip
    samples: list[Node] = [
        draw(_sample(sizes[0], sizes[-1], loss, odd)) for _ in range(draw(st.integers(1, 4)))
    ]
    has = [draw(st.integers(0, 9)) != 0 for _ in range(3)]
    return mapping(
        title=draw(odd_texts.map(quoted)),
        network=mapping(inputs=[*names[0]], layers=layers, seed=among(draw, ("", "7"))),
        loss=loss,
        reduction=among(draw, ("", "mean", "sum")),
        data=samples if has[0] else "",
        predict="" if has[0] else [mapping(inputs=draw(vector(sizes[0])), name="new")],
        training=draw(training()) if has[0] and has[1] else "",
        expected=draw(expected()) if has[0] and not has[2] else "",
    )


configurations = network().flatmap(damaged).flatmap(written).flatmap(saved)
"""The bytes of a configuration: right, damaged as a document, damaged as a file."""
