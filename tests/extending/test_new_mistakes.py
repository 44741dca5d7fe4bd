"""A row in the tables of mistakes: the whole change."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from support.cli import built
from support.guide import guide_row
from support.networks import shipped
from support.planting import exact_of, plants, sheet
from tracer.diagnose import mistakes
from tracer.diagnose.mistakes import copying, row
from tracer.model.quantity import Kind
from tracer.show.formats import FORMATS

SENTENCE = "The learning rate is a factor of the step; it isn't added to the weight."


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mistake of the guide, in one weight of a whole sheet."""
    found = guide_row("Mistake", vars(row) | {"Kind": Kind})
    monkeypatch.setitem(mistakes.MISTAKES, found.name, found)
    exact = exact_of(shipped("mazur"))
    plant = next(plants(exact, found, np.random.default_rng(3)))
    assert plant.value == plant.right + 0.5
    name = exact.names.name
    path = tmp_path / "answers.yaml"
    texts = sheet(exact, 7, plant).items()
    path.write_text("".join(f"{name(identity)}: {text}\n" for identity, text in texts))
    return path


@pytest.mark.parametrize("format", [n for n, each in FORMATS.items() if not each.for_programs])
def test_a_new_mistake_is_told_with_its_sentence(planted: Path, format: str) -> None:
    text = unescape(built("check", "mazur", str(planted), "--format", format, code=1))
    words = " ".join(text.split())
    assert SENTENCE in words
    assert "rate_added" in words.replace("\\", "")


def test_a_new_mistake_stands_in_the_records_by_its_name(planted: Path) -> None:
    written = built("check", "mazur", str(planted), "--format", "csv", code=1)
    wrong = [line for line in written.splitlines() if ",mistake," in line]
    assert [line.rsplit(",", 1)[1] for line in wrong] == ["rate_added"]
    found = json.loads(built("check", "mazur", str(planted), "--format", "json", code=1))
    assert found["counts"]["mistake"] == 1
    (verdict,) = (v for v in found["verdicts"] if v["mistakes"])
    assert (verdict["name"], verdict["mistakes"]) == (found["first_wrong"], ["rate_added"])


def test_a_new_slip_of_the_pen_is_told_with_its_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = copying.CopyingSlip(
        "thousandfold",
        lambda written, value: abs(written.value / value - 1000) < 0.1,
        "The number is in thousandths.",
    )
    monkeypatch.setitem(copying.SLIPS, slip.name, slip)
    path = tmp_path / "answers.yaml"
    path.write_text("net_h1: 377.5\n")
    shown = built("check", "mazur", str(path), code=1)
    assert "Matches thousandfold. The number is in thousandths." in shown
