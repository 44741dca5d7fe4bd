"""What everything with a configuration can be asked: its checks, conventions, sheet and page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tracer.api.source import Answers, AnyExperiment, Rounding

if TYPE_CHECKING:
    from tracer.api.causes import Causes
    from tracer.api.checked import Checked
    from tracer.api.gradients import Gradients
    from tracer.api.page import Page
    from tracer.api.worksheet import Worksheet


@dataclass(frozen=True, eq=False, repr=False)
class Configured:
    """Something with a configuration: `experiment` is what that describes."""

    experiment: AnyExperiment

    @property
    def title(self) -> str:
        """What the configuration calls itself; may be empty."""
        return self.experiment.title

    @property
    def yaml(self) -> str:
        """The configuration as the text of a file.

        >>> import tracer
        >>> print(tracer.trace("apples").yaml)
        title: Two apples and the tax
        ...
        """
        from tracer.config.writing import dump

        return dump(self.experiment)

    def check(
        self,
        answers: Answers | None = None,
        *,
        tolerance: str | float | None = None,
        round: str | None = None,
        rounding: Rounding = "half-up",
        digits_required: str | None = None,
        reveal: bool = True,
    ) -> Checked:
        """Which of somebody's numbers are right, and where the first slip is.

        `answers`: names with numbers, best as text with the digits that somebody has; arrays (`W1`,
        `dW1`, `delta2`) are judged whole; None: the numbers that the configuration quotes as
        `expected`. The other options are those of `bptrace check`.

        >>> import tracer
        >>> checked = tracer.trace("mazur").check({"out_h1": "0.5933", "delta_h1": "0.0364"})
        >>> checked
        <check: 2 of 43 supplied; 1 right, 1 wrong with a known mistake. The first wrong one is δ_h1 ...
        >>> checked.first_wrong.mistakes
        ('hidden_delta_without_slope',)

        Raises:
            ConfigError: names that don't exist, numbers that are none, arrays of the wrong shape.
            UsageError: an option can't be obeyed.
        """
        from tracer.api.checked import check

        return check(
            self.experiment, answers, tolerance, round, rounding, digits_required, reveal=reveal
        )

    def why(
        self,
        numbers: Mapping[str, str | float],
        *,
        after: int | None = None,
        iteration: int | None = None,
    ) -> Causes:
        """The conventions under which the calculation gives these numbers; see `tracer.why`."""
        from tracer.api.causes import why

        return why(self.experiment, numbers, after, iteration)

    def gradcheck(self, *, all: bool = False) -> Gradients:
        """Gradients against finite differences; see `tracer.gradcheck`."""
        from tracer.api.gradients import gradcheck

        return gradcheck(self.experiment, all=all)

    def worksheet(
        self,
        *,
        key: bool = False,
        formulas: bool = False,
        iterations: int | None = None,
        round: str | None = None,
        rounding: Rounding = "half-up",
    ) -> Worksheet:
        """The sheet to fill in by hand, or with `key` the same with its numbers.

        `round`: "4dp" or "4sf", the key's numbers as on paper, every step rounded. `iterations`: so
        many; by itself those of the configuration, if they are few.

        >>> import tracer
        >>> print(tracer.trace("apples").worksheet(key=True).markdown())
        # Two apples and the tax: key
        ...

        Raises UsageError where there are too many numbers for a sheet, or nothing to round.
        """
        from tracer.api.worksheet import worksheet

        return worksheet(self.experiment, key, formulas, iterations, round, rounding)

    def page(
        self,
        *,
        exercise: bool = False,
        ask: Sequence[str] = (),
        reveal: Literal["after-try", "always", "never"] = "after-try",
        digits: int | None = None,
        sig: int | None = None,
        notation: Literal["net-out", "z-a"] = "net-out",
        height: int = 760,
    ) -> Page:
        """The page that calculates, or with `exercise` the one that asks; in a notebook it is live.

        `ask`: names of what an exercise asks for; `reveal`: when it shows right values; `height`: of
        the frame in a notebook, in pixels.

        >>> import tracer
        >>> page = tracer.trace("mazur").page(exercise=True, ask=["delta_h1"])
        >>> page.html[:15]
        '<!doctype html>'

        Raises:
            UsageError: the network is too large for a page, or the options don't go together.
            UnknownNameError: nothing is called as one of `ask`.
        """
        from tracer.api.page import page
        from tracer.api.shown import decimals

        asked = exercise, ask, reveal
        return page(self.experiment, *asked, decimals(digits, sig), notation, height)
