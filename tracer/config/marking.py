"""A marking scheme in YAML → `Scheme`, or all that is wrong with it.

```yaml
total: 10                   # what a sheet that is right throughout gets
round: 0.5                  # to which steps the sum is rounded
verdicts: {mistake: 0.25}   # which part of its points a number gets
after_trivial: 0            # what is left of that behind a trivial number
points: {each: 1, updates: 0.5, "delta_*": 2, E_total: 3}
```
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from tracer.config.fields import ConfigModel, Sound
from tracer.config.files import read_text
from tracer.config.reader import is_configuration, read
from tracer.config.report import Report
from tracer.config.wording import sift
from tracer.errors import did_you_mean
from tracer.model.marking import EACH, SHARES, Scheme, Worth

Part: TypeAlias = Annotated[float, Field(ge=0, le=1)]
Points: TypeAlias = Annotated[float, Field(ge=0, le=1e9)]
Total: TypeAlias = Annotated[float, Field(gt=0, le=1e9)]
Step: TypeAlias = Annotated[float, Field(ge=1e-6, le=1e9)]

_DEFAULTS = Scheme()


class SchemeModel(ConfigModel):
    """A marking scheme."""

    total: Sound[Total] = Field(None, description="what a sheet that is right throughout gets")
    round: Sound[Step] = Field(None, description="the sum is rounded to multiples of it")
    verdicts: Sound[dict[str, Sound[Part]]] = Field(
        default_factory=lambda: {},
        description="which part of its points a number with a verdict gets",
    )
    after_trivial: Sound[Part] = Field(
        None, description="what is left of that where a number follows from a trivial one"
    )
    points: Sound[dict[str, Sound[Points]]] = Field(
        default_factory=lambda: {},
        description=f"of numbers by name, by names with *, by phase; {EACH}: of all others",
    )


def load_scheme(source: str | Path, text: str | None = None) -> Scheme:
    """The scheme in a file, or in `text`, for which `source` is only the name in problems.

    Raises:
        ConfigError: all the problems at once, each as `FILE:LINE:COLUMN: PATH: problem; hint`.
    """
    shown = str(source)
    content = read_text(Path(source), shown) if text is None else text
    root, problems = read(content, shown, tops=(object,))
    report = Report(shown, root)
    report.problems += problems
    if not isinstance(root.value, dict) or is_configuration(root):
        found = "this is a configuration" if is_configuration(root) else "expected keys with values"
        report.at((), found, "a marking scheme has keys such as total: 10")
        report.raise_if_any()
    model: SchemeModel = sift(SchemeModel.model_validate(root.value), root, (), report)
    worths, shares = tuple(_worths(model, report)), _shares(model, report)
    report.raise_if_any()
    return Scheme(
        shares,
        _fraction(model.after_trivial, _DEFAULTS.after_trivial),
        worths,
        None if model.total is None else _fraction(model.total, Fraction(1)),
        _fraction(model.round, _DEFAULTS.step),
        shown,
    )


def _worths(model: SchemeModel, report: Report) -> list[Worth]:
    found = []
    for name, points in (model.points or {}).items():
        line, column = report.root.position_of_key(("points", name))
        if points is not None:
            found.append(Worth(name, _fraction(points, Fraction(1)), line, column))
    if found and not any(worth.points for worth in found) and any(w.of == EACH for w in found):
        report.at(
            ("points",), "nothing is worth any points", f"give {EACH} or some names more than 0"
        )
    return found


def _shares(model: SchemeModel, report: Report) -> dict[str, Fraction]:
    """Of the verdicts that the file names."""
    found = {}
    for name, part in (model.verdicts or {}).items():
        if name not in SHARES:
            hint = did_you_mean(name, list(SHARES)) or f"there are {', '.join(SHARES)}"
            report.at_key(("verdicts", name), f"unknown verdict '{name}'", hint)
        elif part is not None:
            found[name] = _fraction(part, Fraction(0))
    return found


def _fraction(number: float | None, otherwise: Fraction) -> Fraction:
    """The number as it was written: 0.1 is a tenth."""
    return otherwise if number is None else Fraction(repr(float(number)))
