"""Pictures for Graphviz and Mermaid: all numbers as labels, everything of people's escaped."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from support.cli import run
from support.pictures import of_yaml, traced
from tracer.model.names import Names
from tracer.show.formats import PICTURES, Medium
from tracer.show.notation.notation import QuantityNotation
from tracer.show.pictures import dot, mermaid
from tracer.show.pictures.network import network_picture


def written(format: str, *words: str) -> str:
    return run(*words, "--format", format).stdout


@pytest.mark.parametrize("format", ["dot", "mermaid"])
def test_networks_and_graphs_have_all_their_numbers(format: str) -> None:
    forward = written(format, "run", "mazur")
    for number in ("w5 = 0.4", "net_h1 = 0.3775", "target_o1 = 0.01", "E_total = 0.2984"):
        assert number in forward
    backward = written(format, "run", "mazur", "--view", "backward")
    for number in ("δ_o1 = 0.1385", "∂E/∂w5 = 0.08217", "∂E/∂out_h1:o1 = 0.05540"):
        assert number in backward
    graph = written(format, "graph", "apples")
    for number in ("value 220", "gradient 2.2", "= apple · apples", "1.1"):
        assert number in graph


def test_edges_below_zero_are_dashed() -> None:
    text = written("dot", "run", "relu-bce")
    assert re.search(r'label="w2 = -0\.3".*style=dashed', text)
    assert not re.search(r'label="w1 = 0\.4".*style=dashed', text)
    assert '-.->|"w2 = -0.3"|' in written("mermaid", "run", "relu-bce")


def test_each_edge_has_its_colour_and_width_in_mermaid() -> None:
    lines = written("mermaid", "run", "relu-bce").splitlines()
    links = [line for line in lines if re.match(r"  n\d+ -", line)]
    for line in lines:
        if found := re.match(r"  linkStyle (\d+) stroke:(#\w+),stroke-width:[\d.]+px", line):
            assert ("-.->" in links[int(found[1])]) == (found[2] == "#c2410c")


ODD = ["back\\slash\\n", "<b>&amp;", "end", "1.x", "semi;colon", "x"]


def odd(format: str) -> str:
    from io import StringIO

    experiment = of_yaml((6, 1), inputs=ODD, title='quote " and \\ and --> end')
    stream = StringIO()
    notation = QuantityNotation(Names(experiment.network))
    PICTURES[format].write(network_picture(traced(experiment)), notation, stream, Medium())
    return stream.getvalue()


def test_text_of_people_is_escaped_for_graphviz() -> None:
    text = odd("dot")
    assert r'label="quote \" and \\ and --> end\n' in text
    for label in (r"back\\slash\\n", "<b>&amp;amp;"):
        assert f'label="{label}\\n' in text
    strings = re.compile(r'"(?:[^"\\]|\\.)*"')
    for line in text.splitlines():
        assert '"' not in strings.sub("", line), line


def test_text_of_people_is_escaped_for_mermaid() -> None:
    text = odd("mermaid")
    assert "accTitle: quote   and   and --  end" in text
    assert '"back#92;slash#92;n<br/>' in text
    assert '"#60;b#62;#38;amp;<br/>' in text
    for line in text.splitlines():
        assert line.count('"') in (0, 2), line
        assert not re.search(r"<(?!br/>)", line), line


def test_signs_that_mean_something_are_written_as_numbers() -> None:
    assert mermaid.escaped('1. a * "') == "#49;#46;#32;a #42; #34;"
    assert dot.quoted('"\\') == '"\\"\\\\"'


@pytest.mark.skipif(not shutil.which("dot"), reason="there is no Graphviz here")
def test_graphviz_reads_what_is_written_for_it() -> None:
    for text in (odd("dot"), written("dot", "run", "mazur"), written("dot", "graph", "apples")):
        done = subprocess.run(
            ["dot", "-Tplain"], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("graph")
