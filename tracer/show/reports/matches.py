"""What a report says of the known mistakes that a wrong number matches, or may come from."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tracer.diagnose.carried import Carried
from tracer.diagnose.finding import Finding
from tracer.diagnose.mistakes.match import MistakeMatch
from tracer.diagnose.parallel import Parallel
from tracer.digits.numbers import NumberFormat
from tracer.explain.explanation import Explanation
from tracer.formula import EvaluationError, Expression, symbols
from tracer.language import decimals, say
from tracer.model.quantity import Identity
from tracer.show.document import Block, Derivation, Inline, Text
from tracer.show.reports.explain import steps
from tracer.show.reports.tables import local
from tracer.show.words import worded

_MOST_TOLD = 4
USUAL = NumberFormat()


def matches_of(
    group: Parallel, digits: NumberFormat = USUAL, *, reveal: bool = True
) -> Iterator[Block]:
    """Each mistake with its sentence; the formulas of the first number, with the mistake in them."""
    if len(group.matches) > 1:
        yield Text(
            say("Nobody can tell which of these it was: each gives this number to its digits.")
        )
    for match in group.matches[:_MOST_TOLD]:
        yield Text(_told(match, group, reveal))
        if reveal:
            yield from _made_so(group.findings[0], match, digits)
    others = [match.name for match in group.matches[_MOST_TOLD:]]
    if others:
        yield Text(say("Also matches {mistakes}.", mistakes=", ".join(others)))


def possible_of(finding: Finding) -> Iterator[Block]:
    """The mistakes that a number of few digits may come from."""
    if finding.possible:
        names = ", ".join(match.name for match in finding.possible)
        yield Text(
            say(
                "With so few digits nobody can tell what went wrong; possible: {mistakes}.",
                mistakes=names,
            )
        )


def _told(match: MistakeMatch, group: Parallel, reveal: bool) -> tuple[Inline, ...]:
    """Which mistake it matches, where it was made, and what is wrong with it."""
    mistake, help = _named(match, reveal), worded(say(match.help))
    if len(group.findings) > 1:
        words = say("Matches {mistake}, in all of these. {help}")
    elif match.step is None or match.read_as:
        words = say("Matches {mistake}. {help}")
    else:
        made_in = local(match.step)
        words = say("Matches {mistake}, made in {name}. {help}")
        return worded(words, mistake=mistake, name=made_in, help=help)
    return worded(words, mistake=mistake, help=help)


def _named(match: MistakeMatch, reveal: bool) -> tuple[Inline, ...]:
    """`given_number_misread (w5 read as 0.54)`."""
    if match.read_as and match.step is not None:
        read = say(
            "{mistake} ({name} read as {number})",
            mistake=match.name,
            number=decimals(match.read_as),
        )
        return worded(read, name=local(match.step))
    if match.other is not None and reveal:
        return worded(
            say("{mistake} (this is {name})", mistake=match.name), name=local(match.other)
        )
    return (match.name,)


def _made_so(finding: Finding, match: MistakeMatch, digits: NumberFormat) -> Iterator[Block]:
    if match.formula is None or match.calculation is None:
        return
    if match.step is not None:
        formula = match.calculation.formula(match.step)
        if formula is not None and not match.read_as:
            value = match.calculation[match.step]
            yield with_numbers(match.step, formula, match.calculation, value, digits)
    yield with_numbers(finding.identity, match.formula, match.calculation, match.value, digits)


def with_numbers(
    identity: Identity,
    formula: Expression,
    calculation: Carried,
    value: float,
    digits: NumberFormat,
) -> Derivation:
    """The formula, then with the calculation's numbers, then what it comes to."""
    inputs = {symbol: number_or_nan(calculation, symbol) for symbol in symbols(formula)}
    return Derivation(identity, tuple(steps(Explanation(identity, formula, inputs, value), digits)))


def number_or_nan(calculation: Carried, identity: Identity) -> float:
    """The value; NaN for one that doesn't exist, in a branch of a formula that doesn't hold."""
    try:
        return calculation[identity]
    except (EvaluationError, ArithmeticError):
        return math.nan
