"""The page of an experiment as text, its names and numbers written as somebody wants them."""

from __future__ import annotations

from typing import Any

from tracer.digits.numbers import NumberFormat
from tracer.page.asked import Asked
from tracer.page.build import Notations, page
from tracer.page.subject import subject_of
from tracer.show.notation.notation import QuantityNotation
from tracer.show.pictures.numbers import PICTURE_NUMBERS


def written_page(
    experiment: Any, numbers: NumberFormat, letters: str = "net-out", asked: Asked | None = None
) -> str:
    """The whole page; `letters`: of neurons' net inputs and outputs, `net-out` or `z-a`.

    Raises what `page` raises, and UsageError where the network is too large.
    """
    subject = subject_of(experiment)
    notations = Notations(
        lambda names: QuantityNotation(names, letters, "mathml", numbers),
        QuantityNotation(subject.names, letters, "html", numbers),
        QuantityNotation(subject.names, letters, "svg", PICTURE_NUMBERS),
    )
    shown = {"digits": numbers.digits, "significant": numbers.significant}
    return page(subject, notations, shown, asked)
