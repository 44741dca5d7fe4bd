"""One iteration as straight-line code, for many iterations: what both ways of writing it share.

The engine runs once, on arrays of symbols (`compiled`: Python on floats) or on arrays that record
(`recorded`: NumPy's own operations), and `exec` makes a function of the lines that loops over batches.
What falls away is the walk through layers, rules and observers, which costs a small network more than
its arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Program = Callable[[Any, Iterable[Any], list[float]], Any]
"""program(state, batches, losses): the state's numbers or arrays after an update for each batch.

Where the rule varies from one iteration to the next, each batch comes as (batch, learning rate, t).
"""


def looped(
    scope: dict[str, Any],
    state: Sequence[str],
    batch: Sequence[str],
    body: Sequence[str],
    rescue: str = "",
    moment: Sequence[str] = (),
    *,
    with_states: bool = False,
) -> Program:
    """The function that does the lines of `body` for every batch.

    `state` and `batch` are the names of the variables that stand for them, `moment` those of what
    else an iteration is given. `rescue` is an expression in `state`, `batch` and `moment` that
    gives the state after an iteration whose lines failed. `with_states`: the numbers of the state after
    each iteration are appended to the list that the program gets.
    """
    old, row = (f"({', '.join(names)},)" if names else "_" for names in (state, batch))
    indent = "   " if rescue else "  "
    lines = [
        "def program(state, batches, losses):",
        f" {old} = state",
        f" for {', '.join(('batch', *moment))} in batches:",
        f"  {row} = batch",
        *(["  try:"] if rescue else []),
        *(f"{indent}{line}" for line in body),
    ]
    if rescue:
        # math raises where NumPy goes on with infinity; a root may make a number complex
        lines += ["  except (ArithmeticError, TypeError, ValueError):", f"   {old} = {rescue}"]
    if with_states:
        lines += [f"  losses += {old}"]
    exec("\n".join([*lines, f" return {old}"]), scope)  # the text is made by the two modules alone
    program: Program = scope["program"]
    return program
