"""Messages in other languages, their numbers and their plural forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tracer.language import (
    UnknownLanguageError,
    catalogue,
    codes,
    counted,
    decimals,
    grouped,
    in_language,
    known,
    message,
    preamble,
    read_by_programs,
    say,
    tag,
    writable,
)

POLISH = """
[language]
name = "polski"
decimal_mark = ","
group_mark = " "
plural = "n == 1 ? 0 : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 10 || n % 100 >= 20) ? 1 : 2"

[messages]
"{count} update" = "{count} aktualizacja"
"{count} updates" = ["{count} aktualizacja", "{count} aktualizacje", "{count} aktualizacji"]
"""

Add = Callable[[str, str], None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Puts one more file beside the catalogues."""
    for path in catalogue.CATALOGUES.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(catalogue, "CATALOGUES", tmp_path)

    def written(code: str, text: str) -> None:
        (tmp_path / f"{code}.toml").write_text(text, encoding="utf-8")
        catalogue.codes.cache_clear()

    yield written
    catalogue.codes.cache_clear()
    catalogue.language.cache_clear()


def test_a_message_without_a_translation_stays_english() -> None:
    with in_language("de"):
        assert say("No such message, {who}.", who="Eve") == "No such message, Eve."


def test_a_message_is_put_into_the_language_in_force() -> None:
    with in_language("de"):
        assert say("Given") == "Gegeben"
    assert say("Given") == "Given"


def test_a_constant_is_put_into_the_language_when_it_is_said() -> None:
    constant = message("Given")
    with in_language("de"):
        assert say(constant) == "Gegeben"
        assert say("{what}!", what=constant) == "Gegeben!"
    assert constant == "Given"


def test_letters_of_quantities_are_left_for_the_notation() -> None:
    assert say("{count} times {OUT}", count=2) == "2 times {OUT}"


def test_one_thing_is_not_many() -> None:
    assert counted(1, "{count} sheet", "{count} sheets") == "1 sheet"
    assert counted(0, "{count} sheet", "{count} sheets") == "0 sheets"


def test_numbers_have_the_marks_of_the_language() -> None:
    with in_language("de"):
        assert say("{x}", x=0.5) == "0,5"
        assert say("{x}", x=Decimal("0.5")) == "0,5"
        assert decimals("w5 = 0.5, 1e-7, 2.5e-7, v1.") == "w5 = 0,5, 1e-7, 2,5e-7, v1."
        assert grouped(f"{12345.5:,}") == "12.345,5"
    with in_language("zh"):
        assert (decimals("0.5"), grouped(f"{12345:,}")) == ("0.5", "12,345")


def test_what_programs_read_is_english_whatever_people_are_spoken_to_in() -> None:
    with in_language("de"), read_by_programs():
        assert (say("Given"), decimals("0.5")) == ("Given", "0.5")
        with read_by_programs(False):
            assert say("Given") == "Gegeben"


@pytest.mark.parametrize("code", ["de", "DE", "de_AT", "de-AT", "de_DE.UTF-8@euro"])
def test_a_language_goes_by_its_code_with_any_country(code: str) -> None:
    assert known(code) == "de"


def test_a_language_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownLanguageError) as error:
        known("fr")
    assert str(error.value) == (
        "there is no language 'fr'; there are en (English), de (Deutsch), zh (中文)"
    )


def test_pages_and_latex_are_told_the_language() -> None:
    with in_language("zh"):
        assert (tag(), "ctex" in preamble()) == ("zh-Hans", True)
    assert (tag(), preamble()) == ("en", "")


def test_an_encoding_without_the_signs_of_a_language_can_not_write_it() -> None:
    assert writable("zh", "utf-8")
    assert not writable("zh", "latin-1")
    assert writable("en", "ascii")


def test_a_language_is_one_file(add: Add) -> None:
    add("pl", POLISH)
    assert codes() == ("en", "de", "pl", "zh")
    with in_language("pl_PL"):
        said = [counted(n, "{count} update", "{count} updates") for n in (1, 3, 5, 22)]
        assert decimals("0.5") == "0,5"
    assert said == ["1 aktualizacja", "3 aktualizacje", "5 aktualizacji", "22 aktualizacje"]


def test_a_language_of_one_country_goes_before_that_of_all(add: Add) -> None:
    add("zh_tw", '[language]\nname = "繁體中文"\n[messages]\n"Given" = "已知條件"\n')
    assert known("zh_TW.UTF-8") == "zh_tw"
    assert known("zh_CN.UTF-8") == "zh"
