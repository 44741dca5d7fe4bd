"""The reader of YAML: what it refuses, what its scalars mean, and where things stand."""

from __future__ import annotations

from typing import Any

import pytest

from support.configs import SOUND, problems
from tracer.config.nodes import spell
from tracer.config.reader import read

_BOMB = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)

_CASES = {
    "empty": ("", "net.yaml: the file is empty"),
    "only a comment": ("# nothing\n", "net.yaml: the file is empty"),
    "only a document's start": ("---\n", "net.yaml: the file is empty"),
    "a list": (
        "- 1\n",
        "net.yaml:1:1: expected keys with values; a configuration begins with a line such as network:",
    ),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        "net.yaml:2:1: a second document begins here; a file holds one configuration",
    ),
    "an open list": (
        "a:\n  - [1, 2\nb: 3\n",
        "net.yaml:3:2: not valid YAML: a list isn't closed; "
        "it begins in line 2: write a comma between values and ] at its end",
    ),
    "open braces": (
        "a: {b: 1\nc: 2\n",
        "net.yaml:2:2: not valid YAML: a mapping in braces isn't closed; "
        "it begins in line 1: write a comma between entries and } at its end",
    ),
    "a stray colon": (
        "a: b: c\n",
        "net.yaml:1:5: not valid YAML: a colon where no key can stand; "
        "check the indentation, or put text with a colon in quotes",
    ),
    "no colon": (
        "a: 1\nbc\nd: 2\n",
        "net.yaml:3:1: not valid YAML: a key without a colon; write a colon and a space after a key",
    ),
    "an open quote": (
        "a: 'x\n",
        "net.yaml:2:1: not valid YAML: the file ends within quotes; they open in line 1",
    ),
    "a wrong indentation": (
        "a:\n  b: 1\n c: 2\n",
        "net.yaml:3:2: not valid YAML: expected another key, or less indentation; "
        "keys of one mapping begin in the same column",
    ),
    "a key within a list": (
        "a:\n  - 1\n  b: 2\n",
        "net.yaml:3:3: not valid YAML: expected another '- ', or less indentation; "
        "values of one list begin in the same column",
    ),
    "a tab": (
        "a:\n\tb: 1\n",
        "net.yaml:2:1: not valid YAML: a tab where spaces belong; indent with spaces",
    ),
    "a reserved character": (
        "a: @x\n",
        "net.yaml:1:4: not valid YAML: text can't begin with @; put it in quotes",
    ),
    "another fault": (
        "a: %x\n",
        "net.yaml:1:4: not valid YAML: text can't begin with %; put it in quotes",
    ),
    "a control character": (
        "ab: 1\nc: \x01\n",
        "net.yaml:2:4: a character that can't stand in YAML: '\\x01'; remove it",
    ),
    "a lone surrogate": (
        "a: \udc80\n",
        "net.yaml:1:4: a character that can't stand in YAML: '\\udc80'; remove it",
    ),
    "a list for a key": (
        "[a]: 1\n",
        "net.yaml:1:1: a list or a mapping can't be a key; quote the key",
    ),
    "an alias for a key": (
        "a: &x b\n*x : 1\n",
        "net.yaml:2:1: an alias can't be a key; write the key out",
    ),
    "an alias of nothing": ("a: *x\n", "net.yaml:1:4: no anchor &x comes before the alias *x"),
    "an alias of itself": (
        "a: &x [*x]\n",
        "net.yaml:1:8: the alias *x stands within what it stands for",
    ),
    "an alias bomb": (
        _BOMB,
        "net.yaml:6:36: the aliases of this file stand for more than 1,000,000 values; "
        "write the values out",
    ),
    "deep nesting": (
        "a: " + "[" * 500 + "]" * 500,
        "net.yaml:1:103: nested deeper than 100 levels",
    ),
    "lines that end in carriage returns": (
        "a: 1\rb: @x",
        "net.yaml:2:4: not valid YAML: text can't begin with @; put it in quotes",
    ),
    "lines that end in next lines": (
        "a: 1\x85b: `x",
        "net.yaml:2:4: not valid YAML: text can't begin with `; put it in quotes",
    ),
    "a control character after a carriage return": (
        "a: 1\rb: \x01",
        "net.yaml:2:4: a character that can't stand in YAML: '\\x01'; remove it",
    ),
}


def test_nesting_beyond_what_the_parser_takes_is_told_in_the_same_words() -> None:
    (problem,) = problems("a: " + "[" * 5000 + "]" * 5000)  # some parsers refuse it further on
    assert problem.endswith(": nested deeper than 100 levels")


@pytest.mark.parametrize(("text", "problem"), _CASES.values(), ids=list(_CASES))
def test_what_can_not_be_read_is_refused_in_plain_words(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_nesting_that_the_parser_itself_refuses_is_one_problem() -> None:
    (problem,) = problems("a: " + "[" * 5000 + "]" * 5000)
    assert "nest" in problem


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("!!python/object/apply:os.system", "!!python/object/apply:os.system"),
        ("!!float", "!!float"),
        ("!mine", "!mine"),
    ],
)
def test_tags_are_refused(tag: str, shown: str) -> None:
    assert problems(SOUND.replace("weights: 0.5", f"weights: {tag} 0.5")) == [
        f"net.yaml:11:16: network.layers[1].weights: the tag {shown} isn't allowed; "
        "numbers, text, lists and mappings need none"
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 1e5),
        (".5", 0.5),
        ("5.", 5.0),
        ("-0.0", -0.0),
        ("+7", 7),
        ("007", 7),
        ("0x1F", 31),
        ("0o17", 15),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("y", "y"),
        ("no", "no"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2015-03-17", "2015-03-17"),
        ("1e", "1e"),
        ("-", "-"),
        ("nan", "nan"),
        ("'0.5'", "0.5"),
        ('"true"', "true"),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: Any) -> None:
    root, found = read(f"key: [{text}, end]" if text == "-" else f"key: {text}", "net.yaml")
    read_value = root.value["key"][0] if text == "-" else root.value["key"]
    assert not found
    assert type(read_value) is type(value)
    assert read_value == value


def test_not_a_number_is_read_as_such_and_left_to_the_models() -> None:
    value = read("key: .NaN", "net.yaml")[0].value["key"]
    assert value != value  # noqa: PLR0124 - what defines NaN


def test_keys_are_text_whatever_they_look_like() -> None:
    root, _ = read("{y: 1, 2: 3, null: 4, dE/dout_h1:o1: 5}", "net.yaml")
    assert root.value == {"y": 1, "2": 3, "null": 4, "dE/dout_h1:o1": 5}


def test_values_know_their_places_and_their_digits() -> None:
    root, _ = read("猫: 1\nb:\n  - x\n  - {c: 0.3850}\n", "net.yaml")
    node = root.find(("b", 1, "c"))
    assert (node.position, node.text) == ((4, 9), "0.3850")
    assert root.position_of_key(("b", 1, "c")) == (4, 6)
    assert root.position_of_key(("b", 1)) == (4, 5)
    assert root.find(("b", 7, "c")).position == (3, 3)
    assert spell(("b", 1, "c")) == "b[1].c"


def test_an_alias_repeats_its_anchor() -> None:
    root, _ = read("a: &row [1, 2]\nb: [*row, *row]\nc: &word text\nd: *word\n", "net.yaml")
    assert root.value == {"a": [1, 2], "b": [[1, 2], [1, 2]], "c": "text", "d": "text"}


def test_the_first_of_two_keys_counts_and_the_rest_is_read_on() -> None:
    root, found = read("a: 1\na: [2]\nb: 3\n", "net.yaml")
    assert root.value == {"a": 1, "b": 3}
    assert len(found) == 1


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read("\ufeffa: 1", "net.yaml")[0].value == {"a": 1}


def test_a_hundred_thousand_numbers_are_read() -> None:
    rows = ",\n".join("[" + ", ".join(["-0.0123456789"] * 1000) + "]" for _ in range(100))
    root, _ = read(f"rows: [{rows}]", "net.yaml")
    assert root.size == 100_000 + 100 + 2
