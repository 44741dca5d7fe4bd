"""`bptrace page`: one HTML file with the pictures, the program and the data of a calculation.

From an experiment and its run to the text of the page. Everything stands in the file: nothing is
loaded, the content-security policy forbids it, and the one script is allowed by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

from tracer import __version__
from tracer.formula.javascript import javascript_functions
from tracer.immutable import immutable
from tracer.language import message, plural, say, tag
from tracer.page.asked import Asked
from tracer.page.chains import chains
from tracer.page.exercise import exercise_data, judge_script
from tracer.page.model import Notate, PageModel, page_model
from tracer.page.subject import Subject
from tracer.page.words import asset, spoken_there
from tracer.show.document import Notation
from tracer.show.formats import render
from tracer.show.formats.html import stylesheet
from tracer.show.formats.medium import Medium
from tracer.show.pictures.picture import Picture
from tracer.show.pictures.style import STYLE
from tracer.show.pictures.svg import drawings
from tracer.show.symbols import escaped
from tracer.visible import json_escaped

_PLACE = re.compile(r"§(\w+)§")
_MESSAGE = re.compile(r"\{\{(.+?)\}\}")
_SCRIPTS = (
    "say", "numbers", "calculation", "names", "formulas", "page", "explain", "steps", "tables", "curve",
    "maps", "exercise", "main",
)  # fmt: skip
_ROOM = 8
_VIEWS = {
    "forward": message("Forward"),
    "backward": message("Backward"),
    "update": message("Update"),
    "graph": message("Graph"),
}


@immutable
class Notations:
    """How the page's names and formulas are written: as MathML, among words, and in pictures.

    MathML for any names: another convention may count the biases otherwise.
    """

    mathml: Notate
    html: Notation
    svg: Notation


def page(
    subject: Subject,
    notations: Notations,
    number_format: Mapping[str, Any],
    asked: Asked | None = None,
) -> str:
    """The whole page; `number_format`: decimals or significant digits, for its own numbers.

    `asked`: the page asks for the numbers, and holds none that would have to be calculated.

    Raises:
        UsageError: an exercise has too many numbers, or asks for one that is given.
        UnknownNameError: it asks for one that doesn't exist.
    """
    model = page_model(subject.experiment, notations.mathml, stated=asked is not None)
    subject = subject if asked is None else subject.without_results()
    mathml = notations.mathml(subject.names)
    content = {
        **model.content,
        **subject.content,
        "format": number_format,
        "chains": chains(subject.experiment, mathml),
        "exercise": _exercise(subject, asked),
        "language": spoken_there(),
    }
    script = _script(model, judge_script() if asked else "")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    title = escaped(subject.title)
    parts = {
        "language": tag(),
        "hash": digest,
        "title": title,
        "style": f"{stylesheet()}{STYLE}{asset('page.css')}",
        "source": _source(subject.source),
        "conventions": render(
            subject.conventions,
            notations.html,
            "html",
            Medium(fragment=True, math=mathml),
        ),
        "open": " open" if asked else "",
        "untrained": "" if subject.trained else " hidden",
        "samples": _samples(subject.samples),
        "alone": " hidden" if len(subject.pictures) < 2 else "",
        "views": _views(subject.pictures),
        "exercise": " exercise" if asked else "",
        "pictures": _pictures(subject.pictures, _Roomy(notations.svg, blank=asked is not None)),
        "left_out": "".join(f'<p class="note">{escaped(words)}</p>' for words in subject.left_out),
        "data": _json(subject.data),
        "model": _json(content),
        "script": script,
    }
    template = _MESSAGE.sub(_said, asset("page.html"))
    return _PLACE.sub(lambda found: parts[found[1]], template)


def _said(found: re.Match[str]) -> str:
    return escape(say(found[1], version=__version__), quote=False)


def _exercise(subject: Subject, asked: Asked | None) -> Mapping[str, Any] | None:
    """What the judge needs; `key` names the exercise where the browser keeps its answers."""
    if asked is None:
        return None
    data = exercise_data(subject.experiment, asked.ask)
    key = hashlib.sha256(_json(data).encode()).hexdigest()[:16]
    return {"data": data, "reveal": asked.reveal, "key": key}


def _script(model: PageModel, judge: str) -> str:
    """All of the page's JavaScript: what is written for this calculation, then what every page has."""
    own = "\n".join(
        (
            javascript_functions(),
            f"const plural = n => Number({plural()});",
            f"const functions = [\n{_listed(model.functions)}\n];",
            f"const rates = [\n{_listed(model.rates)}\n];",
        )
    )
    shared = "\n".join(asset(f"{name}.js") for name in _SCRIPTS)
    begin = (
        "main(JSON.parse(document.getElementById('bptrace-model').textContent), functions, rates);"
    )
    return f"(() => {{ 'use strict';\n{own}\n{judge}\n{shared}\n{begin}\n}})();"


def _listed(functions: Iterable[str]) -> str:
    return ",\n".join(functions)


def _json(content: Any) -> str:
    """JSON that can stand in a script of an HTML page, whatever is in its strings."""
    text = json.dumps(
        content, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=list
    )
    return json_escaped(text).replace("</", "<\\/").replace("<!", "\\u003c!")


def _source(source: str) -> str:
    """Where the example is from; a link where that is an address of the web."""
    if not source:
        return ""
    written = escaped(source)
    if re.fullmatch(r"https?://\S+", source):
        written = f'<a href="{written}" rel="noreferrer">{written}</a>'
    return f'<p class="origin">{written}</p>'


def _samples(samples: Iterable[str]) -> str:
    rows = list(samples)
    if len(rows) < 2:
        return ""
    options = "".join(
        f'<option value="{k}">{escaped(words)}</option>' for k, words in enumerate(rows, 1)
    )
    words = escaped(say("Sample"))
    return f'<label class="samples">{words} <select data-choose="sample">{options}</select></label>'


def _views(pictures: Iterable[Picture]) -> str:
    return "".join(
        f'<button type="button" data-view="{picture.view}" aria-pressed="{str(not place).lower()}">'
        f"{escaped(say(_VIEWS[picture.view]))}</button>"
        for place, picture in enumerate(pictures)
    )


def _pictures(pictures: tuple[Picture, ...], notation: Notation) -> str:
    """The views of one picture, of which the first is shown."""
    if not pictures:
        return ""
    untitled = [replace(picture, title="", subtitle="") for picture in pictures]
    drawn = zip(pictures, drawings(untitled, notation, style=False, role="group"), strict=True)
    return "\n".join(
        f'<div class="picture-box" data-picture="{picture.view}" tabindex="0" role="group" '
        f'aria-label="{escaped(say(_VIEWS[picture.view]))}"{" hidden" if place else ""}>{text}</div>'
        for place, (picture, text) in enumerate(drawn)
    )


class _Roomy:
    """A notation whose numbers leave room for those that come after them."""

    def __init__(self, notation: Notation, *, blank: bool) -> None:
        self._notation, self._blank = notation, blank

    def __getattr__(self, name: str) -> Any:
        return getattr(self._notation, name)

    def number(self, value: float, /) -> str:
        """The number, with spaces as wide as digits before it; or only these."""
        written = "" if self._blank else self._notation.number(value)
        return written.rjust(_ROOM, "\u2007")
