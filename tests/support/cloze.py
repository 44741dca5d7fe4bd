"""Moodle's question banks read back: the XML, the embedded answers, and how they judge.

Written from the description of the formats, and on purpose not with what writes them. What a course
site does on the way is done here in the same order: answers are found first, references decoded then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from xml.etree import ElementTree

_START = re.compile(r"\{(\d*):(?:NUMERICAL|NM):")
_NUMBER = r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ANSWER = re.compile(rf"({_NUMBER}):({_NUMBER})")
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Alternative:
    """An answer that is known; `feedback` as somebody reads it."""

    value: float
    tolerance: float
    percent: int
    feedback: str


@dataclass(frozen=True)
class Question:
    """A Cloze question; `text` has `{#1}`, `{#2}`, … where its blanks are."""

    name: str
    text: str
    blanks: tuple[tuple[Alternative, ...], ...]

    def judged(self, blank: int, number: float) -> Alternative | None:
        """What the site says of a number: the first alternative that it is near enough to."""
        near = (a for a in self.blanks[blank] if abs(a.value - number) <= a.tolerance * (1 + 1e-9))
        return next(near, None)


@dataclass(frozen=True)
class Bank:
    """A file of questions."""

    categories: tuple[str, ...]
    questions: tuple[Question, ...]


def read_bank(text: str) -> Bank:
    """All of a file; an error where it is no well-formed XML, or an answer is none."""
    quiz = ElementTree.fromstring(text.encode())
    assert quiz.tag == "quiz"
    kinds = [question.get("type") for question in quiz]
    assert kinds[0] == "category"
    assert set(kinds) <= {"category", "cloze"}
    named = [found.text or "" for found in quiz.findall("question/category/text")]
    return Bank(tuple(named), tuple(_question(q) for q in quiz if q.get("type") == "cloze"))


def _question(element: ElementTree.Element) -> Question:
    name, text = element.findtext("name/text"), element.findtext("questiontext/text")
    assert name
    assert text
    questiontext = element.find("questiontext")
    assert questiontext is not None
    assert questiontext.get("format") == "html"
    blanks = []
    while found := _START.search(text):
        alternatives, end = _alternatives(text, found.end())
        blanks.append(alternatives)
        text = f"{text[: found.start()]}{{#{len(blanks)}}}{text[end:]}"
    return Question(name, text, tuple(blanks))


def _alternatives(text: str, start: int) -> tuple[tuple[Alternative, ...], int]:
    found = []
    while True:
        end = _end_of_one(text, start)
        found.append(_alternative(text[start:end]))
        if text[end] == "}":
            return tuple(found), end + 1
        start = end + 1


def _end_of_one(text: str, start: int) -> int:
    """Where the alternative ends: at a ~ or a } without a backslash before it."""
    for place in range(start, len(text)):
        if text[place] in "~}" and text[place - 1] != "\\":
            return place
    raise AssertionError("an answer without an end")


def _alternative(source: str) -> Alternative:
    percent, rest = 0, source
    if source.startswith("="):
        percent, rest = 100, source[1:]
    elif part := re.match(r"%(-?\d+)%", source):
        percent, rest = int(part[1]), source[part.end() :]
    answer, _, feedback = rest.partition("#")
    number = _ANSWER.fullmatch(answer)
    assert number, source
    shown = unescape(feedback).replace("\\}", "}").replace("\\#", "#")
    said = unescape(_TAG.sub("", shown))
    return Alternative(float(number[1]), float(number[2]), percent, said)
