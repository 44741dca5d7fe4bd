"""The files that `bptrace page` writes, and what it says where it writes none."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from math import isclose
from pathlib import Path
from typing import Any

import pytest

from support.cli import run, run_json
from support.hostile import NEURONS, TITLE, hostile
from support.paths import CONFIGS
from support.sparing import sparing
from tracer.config import load
from tracer.explain.calculation import calculations
from tracer.page.asked import REVEAL

SMALL = sparing(["mazur", "zhou-training", "recurrent-two-steps", "zhou-neuron", "xor"], 4)
ASKED = sparing(
    ["mazur", "zhou-training", "recurrent-two-steps", "sigmoid-graph", "xor", "relu-bce"], 4
)
_NUMBER = re.compile(r"\d*\.\d+(?:e-?\d+)?")
_SIX = 6

Written = Callable[..., str]
"""The text of the page of a configuration, with options."""


class Read(HTMLParser):
    """The scripts by their ids (the program's is ""), the policy, and what stands in the title."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, str] = {}
        self._inside = ""
        self._script = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self._script = dict(attrs).get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts[self._script] = self.scripts.get(self._script, "") + data
        elif self._inside:
            self.words[self._inside] = self.words.get(self._inside, "") + data

    @property
    def policy(self) -> dict[str, str]:
        """The content-security policy."""
        (found,) = (
            given["content"] or ""
            for tag, given in self.tags
            if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"
        )
        parts = (part.strip().partition(" ") for part in found.split(";"))
        return {name: value for name, _, value in parts}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    known: dict[tuple[str, ...], str] = {}
    folder = tmp_path_factory.mktemp("pages")

    def of(*words: str) -> str:
        if words not in known:
            path = folder / f"{len(known)}.html"
            run("page", *words, "-o", path)
            known[words] = path.read_text(encoding="utf-8")
        return known[words]

    return of


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mazur"], "a page needs a file; name it with --output: bptrace page mazur -o page.html"),
        (["nonsense", "-o", "p.html"], "there is no file or bundled example 'nonsense'"),
        (["mazur", "-o", "p.html", "--ask", "net_h1"], "--ask is for exercises; add --exercise"),
        (["mazur", "-o", "p.html", "--reveal", "never"], "--reveal is for exercises"),
        (["mazur", "-o", "p.html", "--exercise", "--ask", "w1"], "cannot ask for w1; it is given"),
        (["mazur", "-o", "p.html", "--exercise", "--ask", "net_h9"], "no quantity 'net_h9'"),
        (["mazur", "-o", "p.html", "--exercise", "--reveal", "soon"], "soon"),
        (["mazur", "zhou", "-o", "p.html"], "2 results need 2 files"),
        (["mazur", "mazur", "-o", "{name}.html"], "2 results need 2 files"),
        (["mazur", "-o", "nowhere/p.html"], "the folder nowhere does not exist; make it first"),
        (["mazur", "-o", "."], ". is a folder; name a file in it"),
        pytest.param(
            ["cubes", "-o", "p.html", "--exercise"],
            "too large for a page; 600 is the most",
            marks=pytest.mark.long,
        ),
        (["mazur", "-o", "p.html", "--digits", "3", "--sig", "3"], "exclude each other"),
    ],
)
def test_what_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in run("page", *words, code=2).output
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_overwritten_only_if_told_so(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("mine", encoding="utf-8")
    assert "exists already; --force" in run("page", "zhou-neuron", "-o", path, code=2).output
    assert path.read_text(encoding="utf-8") == "mine"
    run("page", "zhou-neuron", "-o", path, "--force")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_network_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.page.subject.MOST_OF_ALL", 9)
    path = tmp_path / "page.html"
    told = run("page", "mazur", "-o", path, code=2).output
    assert "a page of 10 parameters is too large; at most 9 are shown" in told
    assert not path.exists()


def test_several_configurations_have_a_page_each(tmp_path: Path) -> None:
    run("page", "zhou-neuron", "apples", "-o", tmp_path / "sheet-{name}.html")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["sheet-apples.html", "sheet-zhou-neuron.html"]
    title = load(CONFIGS / "apples.yaml").title
    assert Read((tmp_path / names[0]).read_text(encoding="utf-8")).words["title"].startswith(title)


def test_a_configuration_may_come_from_standard_input(tmp_path: Path, written: Written) -> None:
    path = tmp_path / "page.html"
    text = (CONFIGS / "zhou-neuron.yaml").read_text(encoding="utf-8")
    run("page", "-", "-o", path, input=text)
    assert path.read_text(encoding="utf-8") == written("zhou-neuron")


@pytest.mark.parametrize("options", [(), ("--exercise",)])
def test_the_same_page_is_the_same_to_the_last_byte(
    tmp_path: Path, written: Written, options: tuple[str, ...]
) -> None:
    path = tmp_path / "again.html"
    run("page", "mazur", *options, "-o", path)
    assert path.read_text(encoding="utf-8") == written("mazur", *options)


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("options", [(), ("--exercise",)])
def test_the_one_script_is_allowed_by_its_hash_and_nothing_else_is(
    written: Written, name: str, options: tuple[str, ...]
) -> None:
    page = Read(written(name, *options))
    digest = base64.b64encode(hashlib.sha256(page.scripts[""].encode()).digest()).decode()
    assert page.policy["script-src"] == f"'sha256-{digest}'"
    assert page.policy["default-src"] == "'none'"
    assert sorted(page.scripts) == ["", "bptrace-data", "bptrace-model"]
    for tag, given in page.tags:
        assert tag not in ("link", "iframe", "object", "embed", "img", "base")
        assert not [each for each in given if each.startswith("on") or each == "src"]


@pytest.mark.parametrize("name", SMALL)
def test_the_page_of_a_small_example_is_small(written: Written, name: str) -> None:
    assert len(written(name).encode()) < 400_000


@pytest.mark.parametrize("name", SMALL)
def test_the_runs_json_stands_in_the_page(written: Written, name: str) -> None:
    scripts = Read(written(name)).scripts
    command = "graph" if name.startswith("recurrent") else "run"
    assert json.loads(scripts["bptrace-data"]) == run_json(command, name)


def test_what_people_wrote_is_text(tmp_path: Path, written: Written) -> None:
    config = tmp_path / "hostile.yaml"
    config.write_text(hostile(), encoding="utf-8")
    for options in ((), ("--exercise",)):
        text = written(str(config), *options)
        page = Read(text)
        assert page.words["title"].startswith("</title></style></script><script>")
        assert sorted(page.scripts) == ["", "bptrace-data", "bptrace-model"]
        assert "javascript:" not in str([given.get("href") for _, given in page.tags])
        assert json.loads(page.scripts["bptrace-data"])["title"] == TITLE
        names = str(json.loads(page.scripts["bptrace-model"])["arrays"])
        assert all(neuron in names for neuron in NEURONS[2:])
        assert "\u202e" not in "".join(page.words.values())


def values(name: str) -> list[float]:
    """What has to be calculated, and can't be taken for anything else."""
    exact = calculations(load(CONFIGS / f"{name}.yaml"), [1])[1]
    given = {abs(float(exact[i])) for i in exact if exact.formula(i) is None}
    found = {abs(float(exact[i])) for i in exact if exact.formula(i) is not None} - given
    return [value for value in found if len(f"{value:.12g}".replace(".", "").lstrip("0")) > _SIX]


def long_numbers(text: str) -> Iterator[float]:
    for written_so in _NUMBER.findall(text):
        digits = written_so.partition("e")[0].replace(".", "").lstrip("0")
        if len(digits) >= _SIX:
            yield float(written_so)


@pytest.mark.parametrize("name", ASKED)
def test_the_file_of_an_exercise_holds_no_right_value(written: Written, name: str) -> None:
    calculated = values(name)
    assert len(calculated) > 4
    in_file = sorted(set(long_numbers(written(name, "--exercise"))))
    for value in calculated:
        assert not [n for n in in_file if isclose(n, value, rel_tol=2e-6)], value


def test_the_other_page_does_hold_them(written: Written) -> None:
    in_file = sorted(set(long_numbers(written("mazur"))))
    assert all(any(isclose(n, value, rel_tol=2e-6) for n in in_file) for value in values("mazur"))


@pytest.mark.parametrize("reveal", REVEAL)
def test_the_page_knows_what_is_asked_and_when_it_may_be_shown(
    written: Written, reveal: str
) -> None:
    text = written("mazur", "--exercise", "--ask", "E_total, delta_h1", "--reveal", reveal)
    exercise = json.loads(Read(text).scripts["bptrace-model"])["exercise"]
    assert exercise["reveal"] == reveal
    data: Any = exercise["data"]
    assert [data["numbers"][k]["name"] for k in data["asked"]] == ["E_total", "delta_h1"]


def test_digits_and_letters_are_as_asked(written: Written) -> None:
    for options, expected in (
        ((), {"digits": 9, "significant": None}),
        (("--digits", "3"), {"digits": 3, "significant": None}),
        (("--sig", "5"), {"significant": 5}),
    ):
        shown = json.loads(Read(written("zhou-neuron", *options)).scripts["bptrace-model"])
        assert expected.items() <= shown["format"].items()
    labels = str(json.loads(Read(written("mazur", "--notation", "z-a")).scripts["bptrace-model"]))
    assert "<mi>z</mi>" in labels
    assert "<mi>net</mi>" not in labels


def test_help_and_completion_know_the_command() -> None:
    assert "page" in run("--help").output
    told = run("page", "--help").output
    for option in ("--exercise", "--ask", "--reveal", "--output", "--force"):
        assert option in told


def test_a_page_is_made_in_one_language(tmp_path: Path) -> None:
    path = tmp_path / "seite.html"
    run("page", "mazur", "-o", path, "--lang", "de")
    text = path.read_text(encoding="utf-8")
    assert '<html lang="de">' in text
    assert ">Eine Aktualisierung<" in text
    assert "{{" not in text.split("<style>")[0] + text.split("</style>")[1].split("<script")[0]
    found = re.search('id="bptrace-model">(.*?)</script>', text)
    assert found
    model = json.loads(found[1])
    assert model["language"]["mark"] == ","
    assert model["language"]["messages"]["Explanation"] == "Erklärung"
    assert {array["words"] for array in model["arrays"]} >= {"Nettoeingabe", "Gewicht"}
    assert "<mn>0,5<" in text  # the ½ of a formula
