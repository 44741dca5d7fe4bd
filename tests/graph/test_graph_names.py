"""Names of a graph's numbers in all their spellings."""

from __future__ import annotations

import keyword
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.graphs import traced_graph
from support.names_page import spellings
from tracer.errors import UnknownNameError
from tracer.graph.spellings import Spellings
from tracer.model.quantity import at

KNOWN = ("apple", "tax", "lr", "total", "dtotal/dapple", "dtotal/dtax", "apple+", "tax+")


@pytest.mark.parametrize(("canonical", "spelling"), spellings("Names in a computation graph"))
def test_spellings_on_the_page_lead_to_the_canonical_name(canonical: str, spelling: str) -> None:
    assert Spellings(KNOWN).read(f"{spelling}@5") == (canonical, 5)


def test_a_name_as_it_stands_comes_before_every_other_reading() -> None:
    names = Spellings(["grad_x", "x_new", "X", "x", "dx", "dy/dx", "dy/ddx", "x+"])
    for name in ("grad_x", "x_new", "X", "x", "dx", "dy/dx", "dy/ddx", "x+"):
        assert names.read(name) == (name, 1)


@pytest.mark.parametrize(("text", "meant"), [("A_B", "'ab' or 'aB'"), ("X new", "'x_new' or 'x+'")])
def test_two_loose_readings_are_none(text: str, meant: str) -> None:
    with pytest.raises(UnknownNameError, match=re.escape(f"'{text}' may mean {meant}")):
        Spellings(["ab", "aB", "x_new", "x", "x+"]).read(text)


def allowed(name: str) -> bool:
    """Whether a node can be called so, and formulas have its name unchanged."""
    sound = name.isidentifier() and not keyword.iskeyword(name) and "·" not in name
    return sound and unicodedata.is_normalized("NFKC", name)


NAMES = st.text(
    st.characters(categories=("Lu", "Ll", "Lo", "Nd", "Mn")) | st.sampled_from("dDx_1"),
    min_size=1,
    max_size=4,
).filter(allowed)


@given(st.lists(NAMES, min_size=2, max_size=5, unique=True))
def test_names_are_never_ambiguous(names: list[str]) -> None:
    *inputs, node = names
    trace = traced_graph(dict.fromkeys(inputs, 2.0), **{node: " + ".join(inputs)})
    for identity in trace.order():
        assert trace.names.parse(f"{trace.names.bare(identity)}@3") == at(identity, 3)
