"""Messages in other languages."""

from __future__ import annotations

from tracer.language import counted, in_language, say


def test_a_message_without_a_translation_stays_english() -> None:
    with in_language("de"):
        assert say("No such message, {who}.", who="Eve") == "No such message, Eve."


def test_a_message_is_put_into_the_language_in_force() -> None:
    with in_language("de"):
        assert say("Given") == "Gegeben"
    assert say("Given") == "Given"


def test_letters_of_quantities_are_left_for_the_notation() -> None:
    assert say("{count} times {OUT}", count=2) == "2 times {OUT}"


def test_one_thing_is_not_many() -> None:
    assert counted(1, "{count} sheet", "{count} sheets") == "1 sheet"
    assert counted(0, "{count} sheet", "{count} sheets") == "0 sheets"
