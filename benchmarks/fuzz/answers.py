"""Answers as learners, spreadsheets and programs hand them in."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from benchmarks.fuzz.texts import among, misspelt, odd_numbers, odd_texts, quoted, rarely, saved

RIGHT = {
    "net_h1": "0.3775", "net_h2": "0.3925", "out_h1": "0.593269992", "out_h2": "0.5969",
    "net_o1": "1.1059",
    "out_o1": "0.7514", "out_o2": "0.7729", "E_o1": "0.2748", "E_o2": "0.0236", "E_total": "0.2984",
    "dE/dout_o1": "0.7414", "dout/dnet_o1": "0.1868", "delta_o1": "0.1385", "delta_o2": "-0.0381",
    "dE/dw5": "0.08217", "dE/dw6": "0.0827", "w5+": "0.35891648", "w6+": "0.4087",
    "dE/dout_h1": "0.03635",
    "dE/dout_h1:o1": "0.0554", "delta_h1": "0.00877", "dE/dw1": "0.000439", "w1+": "0.1498",
    "w2+": "0.1996",
    "i1": "0.05", "w1": "0.15", "b1": "0.35", "lr": "0.5", "loss": "0.2984",
}  # fmt: skip
"""The numbers of the example `mazur`."""
SPELLINGS = (
    "w_5", "w₅", "w_{5}", "w[o1,h1]", "wₒ₁ₕ₁", "W_{11}^{2}", "W²₁₁", "∂net_o1/∂out_h1", "w5⁺",
    "w5'", "w5 new",
    "NET_h1", "net h1", "z_1^1", "a¹₁", "σ′(net_h1)", "δ_h1", "∂E/∂w5", "dE/dW5", "dC/dW^2_11",
    "∇w5", "η",
    "δ^2_1@2#3", "E_total@10000", "net_h1#3", "delta_o1@2#3", "w1+@1#1", "E@0", "E#0", "E@-1",
    "E@1@2", "E#1#1",
    "E@1e5", "E@99999999999999999999", "E@" + "9" * 5000, "E#" + "9" * 5000, "E@²", "E@١", "E@",
    "E#", "@", "#",
    "w" + "9" * 5000, "w0", "w-1", "w99", "W^{" + "9" * 5000 + "}_{1,1}", "a^99_1", "w[h1]",
    "w[,]", "w[[[[",
    "d" * 3000, "∂" * 1000 + "/" + "∂" * 1000, "dE/d" * 500 + "w1", "net_" * 1000, "+" * 500,
    "((((((h1",
    "v_w1", "mhat_w1", "theta_h1", "dE/dw5:data", "grad_norm", "‖g‖", "β₁", "mean_delta_h1",
    "penalty", "out",
    "value", "name", "quantity", "iteration", "after", "sample", "values", "*", "?", "net_*",
    "[n]et_h1",
)  # fmt: skip
"""Other names of numbers, and what somebody may take for one."""


@st.composite
def names(draw: st.DrawFn, known: Sequence[str] = tuple(RIGHT)) -> str:
    """A name of a number, mostly one of the known."""
    plain = among(draw, known)
    match among(draw, ("plain",) * 24 + ("spelt", "misspelt", "suffix", "odd")):
        case "spelt":
            return among(draw, SPELLINGS)
        case "misspelt":
            return misspelt(draw, plain)
        case "suffix":
            return plain + among(draw, "@#") + draw(st.integers(0, 4).map(str) | odd_numbers)
        case "odd":
            return draw(odd_texts)
    return plain


@st.composite
def numbers(draw: st.DrawFn, name: str) -> str:
    """A number as somebody writes it down: right, slightly off, cut off, or odd."""
    right = RIGHT.get(name, "0.5")
    shorter = right[: draw(st.integers(3, 9))]
    return among(
        draw,
        (*(right,) * 8, *(shorter,) * 4, f"-{right}", right.replace(".", ","), draw(odd_numbers)),
    )


@st.composite
def rows(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Names with their numbers."""
    asked = draw(st.lists(names(), max_size=8, unique=draw(st.integers(0, 14)) > 0))
    return [(name, draw(numbers(name))) for name in asked]


@st.composite
def _yaml(draw: st.DrawFn) -> str:
    found = [
        (name if draw(st.booleans()) else quoted(name), number) for name, number in draw(rows())
    ]
    lines = "".join(f"{name}: {number}\n" for name, number in found)
    inner = ", ".join(f"{quoted(name)}: {quoted(number)}" for name, number in found)
    when = among(
        draw,
        (
            "iteration: 1",
            "after: 1",
            "iteration: 1",
            "iteration: 0",
            "after: -1",
            f"iteration: {draw(odd_numbers)}",
        ),
    )
    return among(
        draw,
        (
            lines,
            lines,
            f"{{{inner}}}",
            f"- {{{when}, values: {{{inner}}}}}\n",
            f"expected:\n- {lines}",
        ),
    )


@st.composite
def _json(draw: st.DrawFn) -> str:
    found = draw(rows())
    inner = ", ".join(
        f"{json.dumps(name)}: {number if draw(st.booleans()) else json.dumps(number)}"
        for name, number in found
    )
    return among(draw, (f"{{{inner}}}", f'[{{"iteration": 1, "values": {{{inner}}}}}]',
        f"[{inner}]", f"{{{inner}",
                        f'{{"quantities": {{{inner}}}}}', "[" * 5000, '{"a":' * 3000, "null",
                            "0.3775"))  # fmt: skip


@st.composite
def _table(draw: st.DrawFn) -> str:
    """With commas, semicolons or tabs, as spreadsheets save them, with or without a header."""
    mark = among(draw, (",", ";", "\t", "|"))
    heads = ["name", "value", *among(draw, ([], [], ["iteration"], ["after"], ["sample"],
        ["iteration", "sample"],
                                            ["value"], ["note"], ["iteration", "after",
                                                "sample"]))]  # fmt: skip
    if draw(st.integers(0, 5)) == 0:
        heads[draw(st.integers(0, len(heads) - 1))] = draw(odd_texts)
    cell = rarely(st.sampled_from(("1", "2", "", "0")), odd_numbers | odd_texts)
    lines = [[name, number, *(draw(cell) for _ in heads[2:])] for name, number in draw(rows())]
    if draw(st.integers(0, 5)) == 0:
        lines.append(draw(st.lists(odd_texts, max_size=5)))
    if draw(st.integers(0, 9)) == 0:
        return mark.join(["a"] * among(draw, (300, 20_000))) + "\n"
    written = io.StringIO()
    quoting: Any = among(draw, (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC))
    writer = csv.writer(written, delimiter=mark, quoting=quoting, lineterminator="\n")
    writer.writerows([heads, *lines] if draw(st.booleans()) else lines)
    return among(draw, ("",) * 5 + ("sep=;\n", '"')) + written.getvalue()


@st.composite
def _markdown(draw: st.DrawFn) -> str:
    heads = among(draw, (("quantity", "value"), ("name", "given"), ("quantity", "formula", "value"),
                         ("a", "b"), ("quantity",), ("quantity", "value", "value")))  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", among(draw, ("|---|---|", "|:--|--:|---|", "|-|", "| |"))]
    lines += [
        f"| {name} | {number} |{among(draw, ('', ' x |', ' |'))}" for name, number in draw(rows())
    ]
    return (
        among(draw, ("", "# A step\n\n", "```\n"))
        + "\n".join(lines)
        + among(draw, ("\n", "\n\ntext | text\n"))
    )


@st.composite
def _lines(draw: st.DrawFn) -> str:
    between = among(
        draw, (" = ", " ", "\t", "=", ": ", " = 0.5*0.1 = ", " ≈ ", " == ", " := ", "  ")
    )
    return "\n".join(f"{name}{between}{number}" for name, number in draw(rows()))


texts = st.one_of(_yaml(), _json(), _table(), _markdown(), _lines(), odd_texts)
answers = texts.flatmap(saved)
"""The bytes of a file of answers."""
