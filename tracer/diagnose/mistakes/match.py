"""What the search for mistakes hands on: the mistakes whose value is the number that was written."""

from __future__ import annotations

from tracer.diagnose.carried import Carried
from tracer.formula import Expression
from tracer.immutable import immutable
from tracer.model.quantity import Identity


@immutable
class MistakeMatch:
    """A mistake whose value is the number that was written.

    `formula` is the rewritten one, with the numbers of `calculation`; None for slips of the pen.
    `step`: the earlier quantity whose formula was rewritten, where it isn't the quantity itself; of a
    number that was misread, that one, and `read_as` what it was taken for.
    `other`: the number that was written in this place. `help`: the sentence of its row.
    `is_resort`: told only where no row rewrites a formula so.
    """

    name: str
    help: str
    value: float
    formula: Expression | None = None
    calculation: Carried | None = None
    step: Identity | None = None
    read_as: str = ""
    other: Identity | None = None
    is_resort: bool = False


@immutable
class MistakesFound:
    """The mistakes that a number matches; `possible` where it has too few digits to name one.

    Several under `named` give the same number to the digits written: nobody can tell which it was.
    """

    named: tuple[MistakeMatch, ...] = ()
    possible: tuple[MistakeMatch, ...] = ()
