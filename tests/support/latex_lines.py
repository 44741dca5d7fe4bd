"""What stands on a line in LaTeX output, and how wide it is by estimate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracer.show.formats.latex_width import width

_SCALES = {"": 1.0, "small": 0.9, "footnotesize": 0.8, "scriptsize": 0.7}
_SIZE = r"(?:\{\\(small|footnotesize|scriptsize) )?"
_TABULAR = re.compile(
    _SIZE + r"\\noindent \\begin\{tabular\}\{((?:[lrc]|p\{\d+pt\})+)\}\n(.*?)\\end\{tabular\}",
    re.DOTALL,
)
_DISPLAYED = re.compile(_SIZE + r"\\\[\n(.*?)\\\]", re.DOTALL)
_ALIGNED = re.compile(r"\\begin\{align\*\}\n(.*?)\\end\{align\*\}", re.DOTALL)


def tabulars(text: str) -> list[list[list[str]]]:
    """The rows of each tabular, its header first, as cells."""
    return [_rows(found[3]) for found in _TABULAR.finditer(text)]


def widths(text: str) -> Iterator[float]:
    """The width of each tabular, and of each line of a displayed formula."""
    for found in _TABULAR.finditer(text):
        columns = re.findall(r"[lrc]|p\{\d+pt\}", found[2])
        rows = [row for row in _rows(found[3]) if len(row) == len(columns)]
        cells = (
            float(column[2:-3]) if column[0] == "p" else max(width(c, math=False) for c in drawn)
            for column, drawn in zip(columns, zip(*rows, strict=True), strict=True)
        )
        yield (sum(cells) + 12 * len(columns)) * _SCALES[found[1] or ""]
    for found in _DISPLAYED.finditer(text):
        for line in re.split(r"\n\\\\\n", re.sub(r"\\(begin|end)\{aligned\}", "", found[2])):
            yield width(line.replace("&", "")) * _SCALES[found[1] or ""]
    for found in _ALIGNED.finditer(text):
        lines = [line.removesuffix(r" \\").split("&", 1) for line in found[1].splitlines()]
        head = max(width(before) for before, _ in lines)
        yield from (head + width(after) for _, after in lines)


def _rows(body: str) -> list[list[str]]:
    lines = [line for line in body.splitlines() if line != r"\hline"]
    return [re.sub(r" (\\\\|\\tabularnewline)$", "", line).split(" & ") for line in lines]
