"""Names that a configuration may give to neurons, though they look like something else."""

from __future__ import annotations

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
