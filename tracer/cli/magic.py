"""`%bptrace` and `%%bptrace` in notebooks: the commands, their results shown as a notebook can.

`%load_ext tracer` loads them. A cell below `%%bptrace run --view matrix` is the configuration, or what
stands for `-` among the words.
"""

from __future__ import annotations

import inspect
import io
import shlex
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from itertools import pairwise
from typing import Any

from tracer.api.shown import cell as in_cell
from tracer.cli import application
from tracer.cli.commands import COMMANDS, command_of
from tracer.immutable import immutable

_HTML = "text/html"
_RICH = ("--format", "html", "--fragment")
_KINDS = {
    "html": _HTML,
    "markdown": "text/markdown",
    "latex": "text/latex",
    "svg": "image/svg+xml",
}
"""What formats are to a notebook; of others it prints the text."""
_NOT_SHOWN = frozenset(("-h", "--help", "-o", "--output"))
_CONFIG = "-"


def load(ipython: Any) -> None:
    """Gives the magic to an IPython shell."""
    ipython.register_magic_function(magic, "line_cell", "bptrace")


@immutable
class Displayed:
    """What a command has printed, as the representation that its format has in a notebook."""

    kind: str
    content: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {self.kind: self.content, "text/plain": "<bptrace>"}


def magic(line: str, cell: str | None = None) -> Displayed | None:
    """Runs the command in the line: `%bptrace explain mazur dE/dw1`.

    In a cell, `%%bptrace run` takes the lines below as CONFIG. What goes wrong is told as on the
    command line, without a traceback.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        print(f"bptrace: {line}: {error}", file=sys.stderr)
        return None
    if cell is not None and _CONFIG not in words:
        words[1:1] = [_CONFIG]
    kind = _kind(words)
    printed = _printed([*words, *(_RICH if kind == _HTML else ())], cell or "")
    if kind is None or not printed.strip():
        print(printed, end="")
        return None
    return Displayed(kind, in_cell(printed) if kind == _HTML else printed)


def _kind(words: Sequence[str]) -> str | None:
    """What kind of thing the notebook is to show; None for text that is printed."""
    if not words or words[0] not in COMMANDS:
        return None
    if "display" not in inspect.signature(command_of(words[0])).parameters:
        return None
    if any(word.partition("=")[0] in _NOT_SHOWN for word in words):
        return None
    formats = [word for before, word in pairwise(words) if before == "--format"]
    formats += [word.partition("=")[2] for word in words if word.startswith("--format=")]
    return _KINDS.get(formats[-1]) if formats else _HTML


def _printed(words: Sequence[str], cell: str) -> str:
    """What the command prints, the cell being its standard input; its errors are printed at once."""
    stdin, printed = sys.stdin, io.StringIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(cell.encode()), encoding="utf-8")
    try:
        with redirect_stdout(printed), suppress(SystemExit):
            application()(list(words), prog_name="bptrace")
    finally:
        sys.stdin = stdin
    return printed.getvalue()
