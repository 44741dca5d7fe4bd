"""The page that calculates, or that asks: a file, or live in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from os import PathLike

from tracer.api.arguments import one_of, several, text, whole, yes_or_no
from tracer.api.shown import NOTATIONS, one_line, save_text
from tracer.api.source import AnyExperiment
from tracer.digits.numbers import NumberFormat
from tracer.errors import UsageError
from tracer.page.asked import DEFAULT_REVEAL, REVEAL, Asked
from tracer.page.written import written_page


@dataclass(frozen=True, eq=False, repr=False)
class Page:
    """One HTML file that needs no network; `title`: what it is about."""

    html: str
    title: str
    height: int = 760

    def save(self, path: str | PathLike[str], *, force: bool = False) -> None:
        """Write the file; OutputError where it exists already and `force` isn't given."""
        save_text(path, self.html, force=force)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, whose scripts can't reach the notebook."""
        content = escape(self.html, quote=True)
        return (
            f'<iframe srcdoc="{content}" sandbox="allow-scripts allow-downloads allow-popups" '
            f'title="{escape(self.title, quote=True)}" width="100%" height="{self.height}" '
            'style="border:1px solid #8886;border-radius:8px"></iframe>'
        )

    def __repr__(self) -> str:
        return one_line(f"page of {self.title!r}")


def page(
    experiment: AnyExperiment,
    exercise: bool,
    ask: Sequence[str],
    reveal: str,
    numbers: NumberFormat,
    notation: str,
    height: int,
) -> Page:
    """The page of an experiment."""
    yes_or_no(exercise=exercise)
    whole("height", height, 1)
    one_of("reveal", reveal, REVEAL)
    names = tuple(text("ask", name) for name in several("ask", ask, '["delta_h1"]'))
    if (names or reveal != DEFAULT_REVEAL) and not exercise:
        raise UsageError("ask and reveal are for exercises", "add exercise=True")
    asked = Asked(names, reveal) if exercise else None
    written = written_page(experiment, numbers, one_of("notation", notation, NOTATIONS), asked)
    return Page(written, experiment.title or "bptrace", height)
