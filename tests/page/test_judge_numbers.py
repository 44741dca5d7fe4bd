"""Numbers in the page's judge: read, rounded, written and compared as in tracer.digits."""

from __future__ import annotations

import json
from itertools import product
from random import Random

import pytest

from support.node import needs_node, run_javascript
from support.sparing import sparing
from tracer.digits.agreement import agreement, tells
from tracer.digits.numbers import Written, shortest
from tracer.digits.rounding import Rounding
from tracer.page.words import asset

pytestmark = needs_node

NUMBERS = asset("say.js") + asset("judge/numbers.js")
TEXTS = (
    "0.3775", " 0.3850 ", "-0.5", "−0.5", "+3", "12", "0", "0.000", "-0", ".5", "5.", "1e-4",
    "3.5E-5", "1.20e+2", "2e3", "0.1e400", "1e-400", "1,5", "1.234,5", "3/4", "50%", "1 000", "",
    "abc", "0x10", "1e", "--1", "1_000", "٣", "1.5e−3", "NaN", "Infinity", "007.10", "1e15",
    "123456789012345678", "0.12345678901234567", "0." + "3" * 400, "0." + "0" * 400, "1e" + "9" * 5000,
    "9" * 400, "1e-0003", "0e400",
)  # fmt: skip


def test_texts_are_read_as_written_numbers_are() -> None:
    source = f"""{NUMBERS}
      return given.map((text) => {{
        try {{ return parseNumber(text); }} catch (error) {{ return error.message; }}
      }});"""
    assert run_javascript(source, list(TEXTS)) == list(map(_read, TEXTS))


def _read(text: str) -> object:
    try:
        found = Written.parse(text)
    except ValueError as error:
        return str(error)
    keys = ("text", "value", "decimals", "significant", "unit")
    return {key: getattr(found, key) for key in keys}


def values() -> list[float]:
    rng = Random(7)
    found = [rng.uniform(-2, 2) * 10.0 ** rng.randint(-6, 6) for _ in range(300)]
    found += [round(rng.uniform(-2, 2), rng.randint(0, 6)) for _ in range(300)]
    found += [0.0554 - 0.0191, 0.285, 0.5, 2.5, 1.005, 0.1 + 0.2, 1e-5, 1e22, 123456789.5, -0.125]
    return [*found, *(n / 2000 for n in range(-40, 40)), 0.0, 0.3 - 0.1, 99.9999999, 1e-290]


@pytest.mark.parametrize(
    ("significant", "mode"),
    sparing(product([False, True], ["half-up", "half-even", "cut"]), slice(None, None, 2)),
)
def test_values_are_rounded_as_on_paper(mode: str, significant: bool) -> None:
    source = f"""{NUMBERS}
      return given.values.map((value) => [1, 2, 3, 4, 6, 9, 11].map((digits) => {{
        const rounding = new Rounding(digits, given.significant, given.mode);
        return [rounding.round(value), rounding.exact(value), rounding.unit(value),
                rounding.settled([value, value], given.mode === "cut")];
      }}));"""
    given = {"values": values(), "significant": significant, "mode": mode}
    found = run_javascript(source, given)
    for value, row in zip(values(), found, strict=True):
        for digits, said in zip((1, 2, 3, 4, 6, 9, 11), row, strict=True):
            rounding = Rounding(digits, significant, mode)  # type: ignore[arg-type]
            own = rounding.settled((value, value), cut=mode == "cut")
            expected = [rounding.function()(value), rounding.exact(value), rounding.unit(value)]
            assert said == [*expected, list(own)], (value, rounding)


def test_numbers_are_written_as_in_python() -> None:
    source = f"{NUMBERS} return given.map(shortest);"
    assert run_javascript(source, values()) == list(map(shortest, values()))


def test_what_agrees_and_what_tells_are_the_same() -> None:
    rng = Random(3)
    pairs = []
    for value in values()[:400]:
        text = f"{value * rng.choice((1, 1, 1, 1.01, 2, 0.5)):.{rng.randint(0, 6)}f}"
        pairs.append((text, value))
    source = f"""{NUMBERS}
      return given.map(([text, value]) => {{
        const written = parseNumber(text);
        const usual = [new Rounding(4), new Rounding(3, true)];
        return [agreement(written.value, written.unit, value), tells(written, value, usual)];
      }});"""
    found = run_javascript(source, json.loads(json.dumps(pairs)))
    usual = (Rounding(4), Rounding(3, significant=True))
    for (text, value), (agreed, told) in zip(pairs, found, strict=True):
        written = Written.parse(text)
        own = agreement(written, value)
        assert agreed == (own.value if own else ""), (text, value)
        assert told == tells(written, value, usual), (text, value)
