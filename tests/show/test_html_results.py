"""Results as HTML: each number that says which it is, is that number; pages of every command."""

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest

from support.cli import run
from support.html_pages import known, number, parsed
from support.networks import shipped_networks
from support.sparing import small_first
from tracer.bundled import examples
from tracer.config import load
from tracer.explain.calculation import Calculation, timeline_of

EVERY = [example.name for example in examples()]


def check(name: str, markup: str) -> set[str]:
    """The names that a result has numbers under, each the one that the calculation has."""
    path = next(example.path for example in examples() if example.name == name)
    timeline = timeline_of(load(path))
    calculation = Calculation(timeline, timeline.trace(1))
    found = known(parsed(markup))
    for called, written in found:
        identity = calculation.names.parse(called)  # type: ignore[attr-defined]
        assert calculation.names.name(identity) == called
        value = calculation.value(identity)
        assert number(written) == pytest.approx(value, rel=1e-3, abs=1e-9), called
    return {called for called, _ in found}


def fragment(*words: object) -> str:
    return run(*words, "--format", "html", "--fragment", "--sig", 12).stdout


@pytest.mark.parametrize("name", small_first(EVERY))
def test_every_number_of_a_run_is_the_one_it_is_called(name: str) -> None:
    assert check(name, fragment("run", name))


@pytest.mark.parametrize("view", ["matrix", "paths"])
@pytest.mark.parametrize(
    "name", small_first(n for n in shipped_networks() if n != "cs231n-two-layer")
)
def test_so_is_every_number_of_a_view(name: str, view: str) -> None:
    markup = fragment("run", name, "--view", view)
    found = check(name, markup)
    assert found or "no hidden layer" in markup


def test_names_say_iteration_and_sample_where_they_are_not_the_first() -> None:
    markup = fragment("run", "xor", "--iterations", 2, "--sample", 2)
    found = check("xor", markup)
    assert any(called.endswith("@2#2") for called in found)
    assert any(called.endswith("#2") and "@" not in called for called in found)
    assert "loss" in found
    assert "loss@2" in found


def test_a_sample_s_own_part_of_a_gradient_is_not_the_batch_s() -> None:
    found = check("xor", fragment("run", "xor", "--sample", 1))
    assert {"dE/dw1", "dE/dw1#1"} <= found


@pytest.mark.parametrize("name", ["mazur", "xor", "cs231n-adam", "descent"])
def test_a_history_names_the_numbers_of_the_iterations_that_follow(name: str) -> None:
    found = check(name, fragment("step", name, "--iterations", 3))
    assert found
    if name == "mazur":
        assert {"loss", "loss@2", "loss@3", "out_o1@2", "w5", "w5+@3"} <= found
        assert "loss@4" not in found


def test_explanations_keys_and_roundings_name_their_numbers() -> None:
    derived = check("mazur", fragment("explain", "mazur", "dE/dw1", "--depth", "all"))
    assert {"dE/dw1", "delta_h1", "net_h1", "dout/dnet_o1"} <= derived
    assert {"net_h1", "w5+"} <= check("mazur", fragment("worksheet", "mazur", "--key"))
    assert {"net_h1", "w5+"} <= check("mazur", fragment("run", "mazur", "--round", "4dp"))


def test_right_values_are_named_and_wrong_ones_not(tmp_path: Path) -> None:
    answers = tmp_path / "mine.yaml"
    answers.write_text("net_h1: 0.5\nE_total: 0.298371109\n", encoding="utf-8")
    words = ("check", "mazur", answers, "--format", "html", "--fragment", "--carry")
    found = check("mazur", run(*words, code=1).stdout)
    assert {"net_h1", "E_total", "out_h1"} <= found


COMMANDS: Iterable[tuple[object, ...]] = [
    ("run", "mazur"),
    ("run", "apples"),
    ("run", "cubes", "--view", "layers"),
    ("step", "mazur", "-n", 2),
    ("explain", "mazur", "w5+"),
    ("explain", "mazur"),
    ("check", "zhou"),
    pytest.param(("check", "mazur"), marks=pytest.mark.long),
    ("why", "mazur", "E_total=0.291027924"),
    ("gradcheck", "mazur"),
    ("compare", "mazur", "mazur"),
    ("graph", "apples"),
    ("worksheet", "mazur", "--formulas"),
    ("run", "mazur", "--table", "updates"),
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(map(str, words)))
def test_each_command_s_result_is_a_page(words: tuple[object, ...], tmp_path: Path) -> None:
    target = tmp_path / "result.html"
    run(*words, "-o", target, code=None)
    root = parsed(target.read_text(encoding="utf-8").removeprefix("<!doctype html>"))
    assert root.only("h1").text == root.only("title").text != "bptrace"
    levels = [int(heading.tag[1]) for heading in root.every("h1", "h2", "h3", "h4", "h5")]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_only_html_has_fragments() -> None:
    told = run("run", "mazur", "--fragment", code=2).stderr
    assert "--fragment is not for --format table; it goes with --format html" in told
    run("explain", "mazur", "w5", "--format", "json", "--fragment", code=2)
