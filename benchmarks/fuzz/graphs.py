"""Formulas as people type them, as generators make them and as nobody should; graphs of them."""

from __future__ import annotations

from hypothesis import strategies as st

from benchmarks.fuzz.documents import Node, block, damaged, mapping, written
from benchmarks.fuzz.networks import OPTIMIZERS, RATES, extreme, usual
from benchmarks.fuzz.texts import ODD_NUMBERS, among, odd_numbers, odd_texts, quoted, rarely, saved

NAMES = ("x", "y", "w", "b")
KNOWN = (*NAMES, "n0", "dn0/dx", "dn0/dn0", "x+", "lr")
"""Names of numbers that most of these graphs have."""
FUNCTIONS = ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "tanh", "sin", "cos", "erf",
    "sigmoid",
             "softplus", "abs", "max", "min")  # fmt: skip
_OPERATORS = (" + ", " - ", " * ", "/", " ** ", "-", "**", "*", "+")
_COMPARED = (
    ">",
    "<",
    ">=",
    ">",
    "<",
    "<=",
    ">",
    "<",
    ">=",
    "<=",
    "==",
    "!=",
    "is",
    "in",
    "and",
    "or",
    "=",
    "<>",
)
_DEEP = (
    ("(", "x", ")"), ("-", "x", ""), ("x ** ", "x", ""), ("x + ", "x", ""), ("exp(", "x", ")"),
    ("x if x > 0 else ", "y", ""), ("max(x, ", "y", ")"), ("(x + ", "y", ")"), ("not ", "x", ""),
    ("x * (", "y", ") + 1"), ("", "x", " - y"), ("", "x", " ** 2"), ("[", "x", "]"), ("abs(-", "x",
        ")"),
    ("2 ** ", "2", ""), ("9 ** ", "9", ""), ("x / ", "y", ""), ("(", "x", " + x)"), ("(", "x",
        ") * 2"),
    ("(x if x > ", "y", " else x)"),
)  # fmt: skip
_SOUP = (
    *NAMES, *FUNCTIONS, "(", ")", "[", "]", "{", "}", "+", "-", "*", "**", "/", "//", "%", "@",
    "^", ",", ".",
    ":", ";", "=", "==", ">", "<", "!", "?", "if", "else", "lambda", "for", "in", "not", "and",
    "or", "is",
    "await", "yield", ":=", "'", '"', "\\", "\n", "#", "__import__('os')", "x.real", "x()", "f(x)",
    "1if", "2e", "1_0", "σ", "·", "×", "²", "√", "π", "−", "≤", "∂", "x⁺", "x'", "…", "\x1b[31m",
        "\u202e", "\0",
)  # fmt: skip


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One step up the tree: an operation, brackets, a function, a choice between two."""
    return st.one_of(
        st.tuples(parts, st.sampled_from(_OPERATORS), parts).map("".join),
        parts.map("({})".format),
        parts.map("-{}".format),
        st.tuples(st.sampled_from(FUNCTIONS[:-2]), parts).map(lambda pair: f"{pair[0]}({pair[1]})"),
        st.tuples(st.sampled_from(("max", "min")), parts, parts).map(
            lambda three: f"{three[0]}({three[1]}, {three[2]})"
        ),
        st.tuples(parts, st.sampled_from(_COMPARED), parts, parts, parts).map(
            lambda five: f"{five[3]} if {five[0]} {five[1]} {five[2]} else {five[4]}"
        ),
    )


_atoms = st.sampled_from(NAMES) | usual | extreme | rarely(usual, odd_numbers, 12)
sound = st.recursive(_atoms, _joined, max_leaves=12)
_soup = st.lists(st.sampled_from(_SOUP) | st.sampled_from(ODD_NUMBERS), max_size=12).map(" ".join)
_deep = st.tuples(st.sampled_from(_DEEP), st.sampled_from((2, 30, 90, 200, 1000, 20_000))).map(
    lambda pair: pair[0][0] * pair[1] + pair[0][1] + pair[0][2] * pair[1]
)
_miscalled = st.tuples(st.sampled_from(FUNCTIONS), st.lists(sound, max_size=3).map(", ".join)).map(
    lambda pair: f"{pair[0]}({pair[1]})"
)
formulas = st.one_of(sound, sound, sound, sound, _miscalled, _soup, _deep, odd_texts)
"""Formulas: mostly sound ones."""


@st.composite
def graph(draw: st.DrawFn) -> Node:
    """A graph with nodes that use each other, mostly in order."""
    inputs = {name: draw(rarely(usual, extreme)) for name in NAMES}
    if draw(st.integers(0, 19)) == 0:
        inputs[quoted(draw(odd_texts))] = "2"
    nodes: dict[str, Node] = {}
    for place in range(draw(st.integers(1, 4))):
        formula = draw(formulas if draw(st.integers(0, 9)) == 0 else sound)
        used = among(draw, [*NAMES, *(name for name in nodes if name.isalnum())])
        plain = formula if set(formula) <= set("xywb0123456789.+-*/() ") else quoted(formula)
        odd = draw(st.integers(0, 24)) == 0
        nodes[quoted(draw(odd_texts)) if odd else f"n{place}"] = among(
            draw, (plain or "x", quoted(f"{used} + {formula}"), quoted(f"tanh({used}) * 0.1"))
        )
    trainable: list[Node] = [["x"], ["x", "y"], ["y", "x"]]
    trained = draw(st.integers(0, 2)) == 0
    return mapping(
        title=draw(odd_texts.map(quoted)),
        graph=mapping(inputs=tuple(inputs.items()), nodes=tuple(nodes.items())),
        training=mapping(
            learning_rate=among(draw, RATES),
            iterations=among(draw, ("", "1", "5")),
            optimizer=among(draw, ("", *OPTIMIZERS)),
            clip=among(draw, ("", "", mapping(value="0.1"))),
            trainable=among(draw, trainable),
        )
        if trained
        else "",
        expected=among(draw, ("",) * 4 + ([mapping(values=(("n0", "1.0"), ("dn0/dx", "0.5")))],)),
    )


@st.composite
def formula_files(draw: st.DrawFn) -> bytes:
    """A graph with one formula, of whatever kind."""
    numbers = tuple((name, draw(rarely(usual, extreme))) for name in NAMES)
    nodes = (("n", quoted(draw(formulas))),)
    return block_of(mapping(graph=mapping(inputs=numbers, nodes=nodes)))


def block_of(document: Node) -> bytes:
    """The document as a plain file."""
    return f"{block(document)}\n".encode("utf-8", "surrogatepass")


graph_files = graph().flatmap(damaged).flatmap(written).flatmap(saved)
"""The bytes of a graph's configuration: right, damaged as a document, damaged as a file."""
