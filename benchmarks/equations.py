"""The equations of docs/optimizers.md, as the rows of optimisers, schedules and penalties calculate.

`python -m benchmarks.equations` prints them, with `--write PAGE` it puts them there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.block import put
from tracer.digits.numbers import shortest
from tracer.formula import Expression, Symbol
from tracer.model.optimizers import OPTIMIZERS, Optimizer
from tracer.model.options import Option, options_of
from tracer.model.penalties import FACTORS, NORMS, Penalty
from tracer.model.schedules import SCHEDULES
from tracer.model.settings import setting_letters
from tracer.show.notation.screen import text
from tracer.show.reports.rules import equations

BEGIN = "<!-- written by `make equations` -->"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the equations, or write them into a page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.equations", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put them into the page's block")
    options = parser.parse_args(arguments)
    if options.write:
        put(options.write, BEGIN, lines())
    else:
        print("\n".join(lines()))


def lines() -> list[str]:
    """The block of the page, in Markdown."""
    return [*_optimizers(), *_schedules(), *_penalties()]


def _optimizers() -> Iterator[str]:
    for row in OPTIMIZERS.values():
        yield from ("", f"### `{row.name}`", "")
        first = row()
        letters, numbers = setting_letters(), options_of(row)
        named = [f"{letters[n]} `{n}: {shortest(x)}`" for n, x in first.numbers().items()]
        if named:
            yield from (f"With {', '.join(named)} unless stated.", "")
        yield from _fenced(first)
        for name, option in numbers.items():
            for value in _others(option, getattr(first, name)):
                yield from _variation(first, name, value)


def _others(option: Option, own: Any) -> Iterator[Any]:
    """The other values of a choice; of a number none, but where 0 leaves it out."""
    if option.choices or isinstance(option.default, bool):
        yield from (value for value in option.usual if value != own)
    elif own == 0 and option.is_number and option.told:
        yield 0.5


def _variation(optimizer: Optimizer, name: str, value: Any) -> Iterator[str]:
    """The equations with another value of an option, for each form in which it makes sense."""
    changed = replace(optimizer, **{name: value})
    for form in ("", *(["velocity"] if name == "nesterov" else [])):
        shown: Any = replace(changed, form=form) if form else changed  # type: ignore[call-arg]
        if shown.problem() is None:
            written = str(value).lower() if isinstance(value, bool) else value
            stated = f"`{name}` given" if value == 0.5 else f"`{name}: {written}`"
            yield from ("", f"{stated}{f', `form: {form}`' if form else ''}:", "")
            yield from _fenced(shown)


def _fenced(optimizer: Optimizer) -> Iterator[str]:
    found = equations(optimizer, gradient="g", rate="lr")
    yield from ("```text", *(f"{name} = {_text(formula)}" for name, formula in found), "```")


def _text(formula: Expression) -> str:
    return text(formula, number=shortest, limit=None)


def _schedules() -> Iterator[str]:
    yield from ("", "### Schedules", "", "| `schedule` | learning rate |", "|---|---|")
    for row in SCHEDULES.values():
        yield f"| `{row.name}` | {row.words} |"


def _penalties() -> Iterator[str]:
    yield from (
        "",
        "### Penalties",
        "",
        "| `kind` | `form` | penalty | slope |",
        "|---|---|---|---|",
    )
    for norm in NORMS.values():
        for form in norm.forms:
            penalty = Penalty(1.0, norm.name, form)
            shown = form if len(norm.forms) > 1 else ""
            words = penalty.words.replace("|", "\\|")
            yield f"| `{norm.name}` | {f'`{shown}`' if shown else ''} | {words} | {_slope(penalty)} |"


def _slope(penalty: Penalty) -> str:
    """∂penalty/∂w, as the row calculates it."""
    w, strength, samples = Symbol("w"), Symbol("λ"), Symbol("m")
    if penalty.kind == "l1":
        return _text(penalty.slope(w, strength, 1))
    whole: Any = samples
    return _text(FACTORS[penalty.form].of_slope(strength, whole) * w)


if __name__ == "__main__":
    main()
