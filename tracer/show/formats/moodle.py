r"""Documents as questions of a course site: Moodle's XML, a Cloze question for each document.

A blank with answers becomes an embedded one, `{1:NUMERICAL:=0.3775:0.0001#Right.~0.4275:0.0001#…}`:
the first answer whose tolerance holds what was typed gives the mark and the feedback. All else is the
document as a fragment of HTML. Formats: https://docs.moodle.org/en/Moodle_XML_format and
https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TextIO

from tracer.show.document import Blank, Block, Document, Heading, Judged, Notation
from tracer.show.formats.common import plain
from tracer.show.formats.html import HtmlWriter
from tracer.show.formats.medium import Medium, Part
from tracer.show.symbols import escaped

_BEGIN = '<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n'
_END = "</quiz>\n"
_CATEGORY = """<question type="category">
<category><text>$course$/{name}</text></category>
</question>
"""
_QUESTION = """<question type="cloze">
<name><text>{name}</text></name>
<questiontext format="html">
<text><![CDATA[
{text}
]]></text>
</questiontext>
<generalfeedback format="html"><text></text></generalfeedback>
<penalty>0.3333333</penalty>
<hidden>0</hidden>
</question>
"""
_UNTITLED = "bptrace"
_DIGITS = 10
# An answer's own braces; `printable` lets none of them in from outside.
_OPEN, _CLOSE = "\x01", "\x02"
# Any other brace would begin an answer, and `{#1}` is one that Moodle has taken out.
_BRACES = {"{": "&#123;", "}": "&#125;"}
_LINE = str.maketrans({**_BRACES, _OPEN: "{", _CLOSE: "}", "\ufffe": "\ufffd", "\uffff": "\ufffd"})
# What separates and ends answers, and what would keep it from doing so.
_FEEDBACK = str.maketrans({"&": "&amp;", **{sign: f"&amp;#{ord(sign)};" for sign in "{}~\\"}})


def write(document: Document, notation: Notation, stream: TextIO, medium: Medium) -> None:
    """Write a question bank of one question."""
    write_together([Part(document, notation, medium.math)], stream, medium)


def write_together(parts: Iterable[Part], stream: TextIO, medium: Medium) -> None:
    """Write a question for each document, all of them in the category `medium.title`."""
    # One slash alone means a level below.
    category = (medium.title.strip() or _UNTITLED).replace("/", "//")
    stream.write(_BEGIN)
    stream.write(_encoded(_CATEGORY.format(name=escaped(category)), medium))
    for part in parts:
        name, text = _question(part, replace(medium, fragment=True, math=part.math))
        question = _QUESTION.format(name=escaped(name), text=text.replace("]]>", "]]&gt;"))
        stream.write(_encoded(question, medium))
    stream.write(_END)


def _question(part: Part, medium: Medium) -> tuple[str, str]:
    """The question's name, which is the document's heading, and its text."""
    name = _UNTITLED
    lines: list[str] = []
    writer = _QuestionWriter(part.notation, medium)
    for block in part.document:
        if isinstance(block, Heading) and block.level == 1:
            name = plain(block.text, part.notation)
        else:
            lines += writer.lines(block)
    return name, "\n".join(lines)


def _encoded(text: str, medium: Medium) -> str:
    return HtmlWriter.in_ascii(text) if medium.ascii else text


class _QuestionWriter(HtmlWriter):
    """HTML in which blanks are embedded answers; in all other text braces are references."""

    table = '<table class="table table-bordered table-sm w-auto">'

    def lines(self, block: Block) -> Iterator[str]:
        """The block's lines, as they come."""
        return (line.translate(_LINE) for line in super().lines(block))

    def blank(self, blank: Blank) -> str:
        """The embedded answer; a blank that has none stays a line to write on."""
        answers = "~".join(map(self._answer, blank.answers))
        return f"{_OPEN}1:NUMERICAL:{answers}{_CLOSE}" if answers else super().blank(blank)

    def _answer(self, answer: Judged) -> str:
        """`=0.3775:0.0001#Right.`, `%50%0.38:0.005`; what is worth nothing begins with its value."""
        worth = {100: "=", 0: ""}.get(answer.percent, f"%{answer.percent}%")
        said = self.inline(answer.feedback)
        feedback = f"#{encoded_feedback(said)}" if said else ""
        return f"{worth}{answer.value:.{_DIGITS}g}:{answer.tolerance:.4g}{feedback}"


def encoded_feedback(html: str) -> str:
    """HTML as it must stand behind the `#` of an answer, where references are decoded once.

    Special signs become references of the HTML itself, so that none of them comes to light on the way.
    """
    return html.translate(_FEEDBACK)
