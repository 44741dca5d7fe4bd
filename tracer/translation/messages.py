"""All the messages: those that the sources say, those of the tables' rows, those of the page's scripts.

A message is the first literal of `say`, the second and third of `counted`, the literal of `message`; in
the page's template it stands between double braces.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from tracer.diagnose.conventions import CONVENTIONS
from tracer.diagnose.descent_conventions import DESCENT_CONVENTIONS
from tracer.diagnose.mistakes import MISTAKES
from tracer.diagnose.mistakes.copying import SLIPS
from tracer.diagnose.mistakes.others import HELP
from tracer.diagnose.readings import READINGS
from tracer.immutable import immutable
from tracer.language.catalogue import Forms, language
from tracer.model.activations import ACTIVATIONS
from tracer.model.experiment import UPDATE_ORDERS
from tracer.model.losses import LOSSES
from tracer.model.optimizers import OPTIMIZERS
from tracer.model.options import ways_of
from tracer.model.penalties import ENTERS
from tracer.model.quantity import Kind
from tracer.model.schedules import SCHEDULES
from tracer.page.switches import title_of
from tracer.page.words import asset, script_messages

PACKAGE = Path(__file__).parent.parent
_LANGUAGE = "tracer.language"
_LITERALS = {"say": (0,), "message": (0,), "counted": (1, 2)}
"""Which arguments of which function are messages."""
_TEMPLATE = re.compile(r"\{\{(.+?)\}\}")
_FIELD = re.compile(r"\{(\w+)\}")
_WORD = re.compile(r"[a-z]{2}(?<!ln)")


def messages() -> dict[str, str]:
    """Every message with where it is from: a file of the package, or a table."""
    found: dict[str, str] = {}
    for where, some in (*_sources(), *_tables(), *_pages()):
        for text in some:
            found.setdefault(text, where)
    return found


def _has_words(text: str) -> bool:
    """Whether there is anything to translate in it: not in `{TOTAL} = Σ ½·({TARGET} − {OUT})²`."""
    return _WORD.search(_FIELD.sub("", text)) is not None


@immutable
class Lacks:
    """What is wrong with a catalogue: the messages that it lacks, those that nobody says, those whose
    fields are others than the message has.

    A message without words, `{name}: {note}.`, needs no translation, but may have one.
    """

    missing: dict[str, str]
    stale: tuple[str, ...]
    fields: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.fields)


def lacks(code: str) -> Lacks:
    """What the catalogue of this language lacks."""
    own, every = language(code).messages, messages()
    return Lacks(
        {t: where for t, where in every.items() if t not in own and _has_words(t)},
        tuple(text for text in own if text not in every),
        tuple(text for text, forms in own.items() if text in every and not _fits(text, forms)),
    )


def _fits(text: str, forms: Forms) -> bool:
    """Whether each form has the fields of the message; one for a count may leave the count out."""
    wanted = set(_FIELD.findall(text))
    all_forms = [forms] if isinstance(forms, str) else forms
    return all(wanted - {"count"} <= set(_FIELD.findall(form)) <= wanted for form in all_forms)


def _sources() -> Iterator[tuple[str, Iterable[str]]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), _said_in(path)


@cache
def _said_in(path: Path) -> tuple[str, ...]:
    """The messages of one file, which is parsed only where it has anything from the language."""
    source = path.read_text(encoding="utf-8")
    if _LANGUAGE not in source:
        return ()
    nodes = list(ast.walk(ast.parse(source)))
    ours = {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == _LANGUAGE
        for alias in node.names
    }
    calls = sorted((n for n in nodes if isinstance(n, ast.Call)), key=lambda n: n.lineno)
    return tuple(text for call in calls for text in _literals(call, ours))


def _literals(call: ast.Call, ours: Collection[str]) -> Iterator[str]:
    """The messages of a call, if it is one of the functions that the module has from the language."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    for place in _LITERALS.get(name, ()) if name in ours else ():
        if place < len(call.args):
            yield from _texts(call.args[place])


def _texts(node: ast.expr) -> Iterator[str]:
    """A literal, or the two of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))


def _tables() -> Iterator[tuple[str, Iterable[str]]]:
    yield "losses", [text for row in LOSSES.values() for text in (row.words, row.cancelled) if text]
    yield "activations", [row.note for row in ACTIVATIONS.values() if row.note]
    yield "optimizers", [text for row in OPTIMIZERS.values() for text in _of_optimizer(row)]
    yield "schedules", [text for row in SCHEDULES.values() for text in (row.words, *_told(row))]
    yield "quantities", [kind.template for kind in Kind]
    yield "update orders", UPDATE_ORDERS.values()
    yield "penalties", ENTERS.values()
    yield "mistakes", [row.help for row in MISTAKES.values()]
    yield "mistakes", [*(row.help for row in SLIPS.values()), *HELP.values()]
    yield "readings", [text for row in READINGS for text in (row.brief, row.words)]
    yield "conventions", sorted(set(map(title_of, _convention_names())))


def _of_optimizer(row: Any) -> Iterator[str]:
    """What it says of itself, with each of its options as it may be set."""
    yield row.change_words
    yield from _told(row)
    made = row()
    ways = [{name: value} for name, some in ways_of(made).items() for value in some]
    for variant in (made, *(replace(made, **changed) for changed in ways)):
        yield from (*variant.slots.values(), *variant.corrected.values())


def _told(row: Any) -> Iterator[str]:
    """The sentences on the values of its options."""
    for field in fields(row):
        known = field.metadata.get("option") or field.metadata.get("unstated")
        yield from known.told.values() if known is not None else ()


def _convention_names() -> Iterator[str]:
    """What a page has a switch for."""
    yield from (row.name for row in (*CONVENTIONS, *DESCENT_CONVENTIONS) if not row.afterwards)
    for row in OPTIMIZERS.values():
        yield from (name for name in ways_of(row()) if name not in row().numbers())


def _pages() -> Iterator[tuple[str, Iterable[str]]]:
    yield "page/assets/*.js", script_messages()
    yield "page/assets/page.html", _TEMPLATE.findall(asset("page.html"))
