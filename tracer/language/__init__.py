"""What is said to people in their own language: messages by their English text.

Code and rows of tables hold English; `say` puts a message into the language that is in force, where its
catalogue has it. A catalogue is one file, `CODE.toml` in this folder, and all there is to a language;
English needs none, and loads nothing.
"""

from tracer.language.catalogue import (
    ENGLISH,
    Message,
    UnknownLanguageError,
    codes,
    counted,
    decimal_mark,
    decimals,
    everywhere,
    group_mark,
    grouped,
    in_force,
    in_language,
    known,
    meant,
    message,
    plural,
    preamble,
    read_by_programs,
    say,
    tag,
    translation,
    writable,
)

__all__ = [
    "ENGLISH",
    "Message",
    "UnknownLanguageError",
    "codes",
    "counted",
    "decimal_mark",
    "decimals",
    "everywhere",
    "group_mark",
    "grouped",
    "in_force",
    "in_language",
    "known",
    "meant",
    "message",
    "plural",
    "preamble",
    "read_by_programs",
    "say",
    "tag",
    "translation",
    "writable",
]
