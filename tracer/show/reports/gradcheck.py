"""What `bptrace gradcheck` shows: both numbers of each gradient, and the verdict in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tracer.diagnose.gradcheck import GradientCheck, GradientFinding, GradientVerdict
from tracer.language import message, say
from tracer.model.penalties import Penalty
from tracer.model.quantity import Quantity
from tracer.show.document import Block, Cell, Column, Heading, Items, Name, Note, Table, Text, Warn
from tracer.show.reports.tables import listed, number_column

_COLUMNS = (
    Column(message("name")),
    number_column(message("backpropagation")),
    number_column(message("central difference")),
    number_column(message("complex step")),
    number_column(message("relative error")),
    Column(message("verdict")),
)
_NOTE = Column(message("remark"))


_VERDICTS = {
    GradientVerdict.AGREES: message("agrees"),
    GradientVerdict.DISAGREES: message("disagrees"),
    GradientVerdict.KINK: message("kink"),
}


def gradcheck_document(
    title: str,
    checked: GradientCheck,
    name: Callable[[Quantity], str],
    penalty: Penalty | None = None,
) -> Iterator[Block]:
    """A row a gradient, what was found in all, and what was not checked.

    `penalty`: what of the loss is a penalty, which is checked with it.
    """
    yield Heading(say("Gradient check: {title}", title=title) if title else say("Gradient check"))
    yield Items(
        (
            *([_with(penalty)] if penalty else []),
            say("Central difference: (L(θ+h) − L(θ−h)) / 2h, with h = 1e-6 · max(1, |θ|)."),
            say(
                "Complex step: Im L(θ+ih) / h, with h = 1e-20; decides where it can be calculated."
            ),
            say("Neither uses a slope or a derivative: only values of the loss L."),
        )
    )
    noted = any(check.note for check in checked.checks)
    rows = (_row(check) + ((check.note,) if noted else ()) for check in checked.checks)
    columns = (*_COLUMNS, _NOTE) if noted else _COLUMNS
    yield Table(columns, rows, name="gradients")
    yield from _summary(checked, name)


def _with(penalty: Penalty) -> str:
    """That the penalty is in the loss, and in the gradients."""
    if penalty.has_kink:
        return say(
            "The penalty {penalty} is in L, and in backpropagation's gradients; where a parameter "
            "is 0 it has a kink, and its slope counts as 0.",
            penalty=penalty.words,
        )
    return say(
        "The penalty {penalty} is in L, and in backpropagation's gradients.", penalty=penalty.words
    )


def _row(check: GradientFinding) -> tuple[Cell, ...]:
    exact = check.method == "complex step"
    return (
        Name(check.quantity),
        check.analytic,
        check.central if exact else check.numeric,
        check.numeric if exact else None,
        check.relative_error,
        _VERDICTS[check.verdict],
    )


def _summary(checked: GradientCheck, name: Callable[[Quantity], str]) -> Iterator[Block]:
    count = len(checked.checks)
    found = [c.quantity for c in checked.checks if c.verdict is GradientVerdict.DISAGREES]
    wrong = list(map(name, found))
    if wrong:
        yield Warn(
            say(
                "{wrong} of {count} gradients disagree: {names}.",
                wrong=len(wrong),
                count=count,
                names=listed(wrong),
            )
        )
    else:
        yield Text(
            say(
                "{right} of {count} gradients agree.",
                right=checked.count(GradientVerdict.AGREES),
                count=count,
            )
        )
    kinks = checked.count(GradientVerdict.KINK)
    if kinks:
        yield Note(
            say("{count} at a kink, where there is no derivative to compare with.", count=kinks)
        )
    if checked.unchecked:
        yield Note(
            say(
                "{count} of {total} gradients were not checked; --all checks them.",
                count=checked.unchecked,
                total=checked.total,
            )
        )
