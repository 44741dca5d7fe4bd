"""No catalogue lacks a message, and none has one that nobody says."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tracer.language import ENGLISH, catalogue, codes
from tracer.language.catalogue import Language, language
from tracer.page.words import script_messages
from tracer.translation.__main__ import main
from tracer.translation.messages import Lacks, lacks, messages

OTHERS = [code for code in codes() if code != ENGLISH]


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_is_missing(code: str) -> None:
    lacking = lacks(code)
    assert lacking == Lacks({}, (), ()), f"`python -m tracer.translation {code}` lists them"


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ("To calculate", "show/reports/worksheet.py"),  # say, in a choice
        ("{count} more samples in the batch: --sample all shows all, --sample K one, with its part "
         "of each gradient.", "show/reports/selection.py"),  # counted, in two literals
        ("Errors", "explain/walk.py"),
        ("upstream", "show/reports/graph.py"),  # a constant
        ("The step is subtracted once.", "mistakes"),
        ("outputs are written in percent", "readings"),
        ("the sum of the gradients, older ones less", "optimizers"),
        ("Nesterov", "conventions"),
        ("weight after the update", "quantities"),
        ("Copy my answers", "page/assets/*.js"),
        ("{count} more are left out.", "page/assets/*.js"),
        ("One update", "page/assets/page.html"),
    ],
)  # fmt: skip
def test_messages_are_found_wherever_they_stand(message: str, where: str) -> None:
    assert messages()[message] == where


def in_place_of_german(monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str | None]) -> None:
    """The German catalogue with these messages changed; None: without them."""
    changed = {**language("de").messages, **changes}
    kept = {text: form for text, form in changed.items() if form is not None}
    german = Language("Deutsch", messages=kept)
    monkeypatch.setattr("tracer.translation.messages.language", lambda _code: german)


def test_what_a_catalogue_lacks_is_told_as_toml(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changes = {"Given": None, "Nobody says this.": "Keiner.", "Penalty": "{penalty}"}
    in_place_of_german(monkeypatch, changes)
    assert main(["de"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "",
        "# explain/worksheet.py",
        '"Given" = "Given"',
        '# nobody says: "Nobody says this."',
        '# other fields in: "Penalty"',
    ]


def test_a_new_catalogue_begins_with_all_the_messages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    catalogued = catalogue.CATALOGUES / "de.toml"
    assert '"Given" = "Given"' in capsys.readouterr().out
    assert catalogued.exists()
    assert main(["xx"]) == 2
    assert "there are de, zh" in capsys.readouterr().err


@pytest.mark.parametrize("code", OTHERS)
def test_what_a_page_says_has_no_markup_of_its_own(code: str) -> None:
    for text in script_messages():
        assert not re.search('[<>&"]', str(language(code).messages[text])), text


@pytest.mark.parametrize("code", OTHERS)
def test_names_and_options_stay_what_they_are(code: str) -> None:
    """Whatever is typed, or stands in a file, is in no language."""
    typed = re.compile(r"`[^`]+`|--[a-z-]+|\b[a-z]+_[a-z_]+\b|\b(?:net|out|delta)_\w+")
    for text, form in language(code).messages.items():
        whole = form if isinstance(form, str) else " ".join(form)
        for word in typed.findall(re.sub(r"\{\w+\}", "", text)):
            assert word in whole or word == "out_before", (text, word)
