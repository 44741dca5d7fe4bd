"""`bptrace walk`: through the calculation one number at a time, at the reader's pace."""

from __future__ import annotations

import io
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from tracer.cli.byhand import RoundingMode, RoundingOption, RoundOption, how_to_round
from tracer.cli.checkpoints import ReadOption, states_of
from tracer.cli.display import Display, NotationStyle, notation, number_format
from tracer.cli.progress import progress
from tracer.cli.source import ConfigArgument, load_config
from tracer.errors import UsageError
from tracer.language import message, say
from tracer.visible import printable

if TYPE_CHECKING:
    from tracer.diagnose.dialogue import Dialogue
    from tracer.digits.numbers import NumberFormat
    from tracer.digits.rounding import Rounding
    from tracer.explain.calculation import Calculation
    from tracer.explain.walk import Walk
    from tracer.model.experiment import Experiment, GraphExperiment
    from tracer.model.network import State
    from tracer.model.quantity import Identity
    from tracer.show.document import Block, Derivation, Notation
    from tracer.show.formats import Medium

_HELP = message(
    """  Enter  show more: the formula, the numbers put in, the result, the next formula
  b      back, first to the formula, then to the number before
  s      skip the rest of this layer
  q      quit (also Ctrl-D)
  ?      this help"""
)
_HELP_ASK = message(
    """  a number (0.38 or 0,38): your result, at the formula or with the numbers put in;
           of a wrong one you are told what check knows, and have another try; after the
           second wrong one the result shows, as it does after Enter"""
)


def walk(
    config: ConfigArgument,
    *,
    ask: Annotated[
        bool, typer.Option("--ask", help="You give each result before it shows.")
    ] = False,
    iteration: Annotated[
        int, typer.Option("--iteration", "-n", min=1, help="The iteration to walk through.")
    ] = 1,
    sample: Annotated[
        int | None, typer.Option(min=1, help="The sample to follow (default: the batch's first).")
    ] = None,
    round: RoundOption = None,
    rounding: RoundingOption = RoundingMode.HALF_UP,
    checkpoints: ReadOption = None,
    digits: Annotated[
        int | None, typer.Option(min=0, max=30, help="Decimals shown (default: 9).")
    ] = None,
    sig: Annotated[
        int | None, typer.Option(min=1, max=30, help="Significant digits shown instead.")
    ] = None,
    notation: Annotated[
        NotationStyle, typer.Option(help="Letters: net, out, target or z, a, y.")
    ] = NotationStyle.NET_OUT,
) -> None:
    """Walk through the calculation, number by number.

    Formula, Enter, the numbers put in, Enter, the result; --ask lets you answer first.
    """
    from tracer.explain.walk import walk_through

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("walk needs a terminal", "`bptrace explain CONFIG NAME` does not")
    display = Display(digits=digits, sig=sig, notation=notation)
    experiment = load_config(config)
    how = how_to_round(round, rounding)
    states = states_of(checkpoints, experiment, by_hand=how)
    calculation = _calculation(experiment, iteration, how, states)
    way = walk_through(calculation, None if sample is None else sample - 1)
    dialogue = _dialogue(experiment, calculation, way, how) if ask else None
    _Session(calculation, way, display, dialogue, by_hand=how is not None).go()


def _calculation(
    experiment: Experiment | GraphExperiment,
    iteration: int,
    rounding: Rounding | None,
    states: Sequence[tuple[int, State]] = (),
) -> Calculation:
    """The iteration, exactly or by hand."""
    from tracer.explain.byhand import by_hand
    from tracer.explain.calculation import Calculation, calculations

    if rounding is None:
        with progress(iteration, "training") as report:
            return calculations(experiment, [iteration], report, states)[iteration]
    timeline = by_hand(experiment, rounding)
    return Calculation(timeline, timeline.trace(iteration))


def _dialogue(
    experiment: Experiment | GraphExperiment,
    calculation: Calculation,
    way: Walk,
    rounding: Rounding | None,
) -> Dialogue:
    """Who judges the answers: by the exact numbers, and by those by hand where there are such."""
    from tracer.diagnose.dialogue import Dialogue

    order = [item.identity for item in way.items]
    if rounding is None:
        return Dialogue(experiment, calculation, order)
    exact = _calculation(experiment, calculation.number, None)
    return Dialogue(experiment, exact, order, rounding, calculation)


class _Session:
    """Shows a walk's states, and reads what to do next."""

    def __init__(
        self,
        calculation: Calculation,
        way: Walk,
        display: Display,
        dialogue: Dialogue | None,
        *,
        by_hand: bool,
    ) -> None:
        from tracer.digits.numbers import NumberFormat
        from tracer.show.formats import detect

        self.by_hand, self.dialogue = by_hand, dialogue
        shortest = NumberFormat(digits=None) if by_hand else None
        self.calculation, self.state = calculation, way
        self.digits: NumberFormat = shortest or number_format(display)
        self.medium: Medium = detect(sys.stdout, os.environ)
        target = "ascii" if self.medium.ascii else "unicode"
        self.notation: Notation = notation(
            display, calculation.trace.names, target, numbers=shortest
        )

    def go(self) -> None:
        """The whole way, until its end or until the reader has had enough."""
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="backslashreplace")  # a key of another encoding is no key
        count = len(self.state.items)
        print(say("{count} numbers; Enter goes on, ? tells the keys.", count=count))
        self._say(self._given())
        try:
            while not self.state.finished and (following := self._after(self.state)):
                self.state = following
        except EOFError:
            print()
        except KeyboardInterrupt:
            print()
            self._count()
            raise
        self._count()

    def _given(self) -> Iterator[Block]:
        """The learning rate and the options, where the update has more than a learning rate."""
        from tracer.show.reports.given import options_given

        trace = self.calculation.trace
        if trace.moment.settings:
            yield from options_given(trace.rule, trace.moment)

    def _after(self, state: Walk) -> Walk | None:
        """Show the state and ask for the next one; None to quit."""
        from tracer.explain.walk import Shown

        new = self._lines(state)
        for line in new:
            print(line)
        known = math.isfinite(self.calculation.value(state.item.identity))  # else nothing to answer
        asking = self.dialogue is not None and known and state.shown is Shown.NUMBERS
        if not new and not asking:
            return state.forward()
        while True:
            key = input(f"  {say('your result:')} " if asking else "> ").strip()
            if key in _KEYS:
                return _KEYS[key](state)
            if key == "?":
                print(f"{say(_HELP)}\n{say(_HELP_ASK)}" if self.dialogue else say(_HELP))
            elif self.dialogue is None or not known or state.shown is Shown.RESULT:
                shown = printable(key)
                told = say("no such key: {key}; Enter goes on, ? tells the keys", key=shown)
                print(f"  {told}")
            elif (judged := self._judged(self.dialogue, state, key)).shown is not state.shown:
                return judged
            else:
                self.state = state = judged

    def _lines(self, state: Walk) -> list[str]:
        """What the state shows beyond what was shown before it."""
        from tracer.explain.walk import Shown

        whole = self._derivation(state.item.identity)
        steps = len(whole.steps)
        ends = (0, 1, max(1, steps - 1), steps)
        before, lines = (self._written(whole, ends[state.shown - back]) for back in (1, 0))
        first = state.at == 0 or state.items[state.at - 1].group != state.item.group
        heading = ["", state.item.group, ""] if first and state.shown is Shown.FORMULA else []
        if state.shown is Shown.FORMULA:
            heading.append(state.place)
        return heading + lines[len(before) :]

    def _derivation(self, identity: Identity) -> Derivation:
        from tracer.show.reports.explain import derivation
        from tracer.show.reports.explain_by_hand import derivation_by_hand

        if self.by_hand:
            return derivation_by_hand(self.calculation, identity)
        return derivation(self.calculation, identity, self.digits)

    def _written(self, whole: Derivation, steps: int) -> list[str]:
        """The first so many lines of a derivation, as the terminal gets them."""
        from tracer.show.formats import render

        if steps == 0:
            return []
        part = replace(whole, steps=whole.steps[:steps])
        return render([part], self.notation, "table", self.medium).splitlines()

    def _judged(self, dialogue: Dialogue, state: Walk, text: str) -> Walk:
        """The state after an answer; unchanged by what is no number, after saying so."""
        from tracer.explain.walk import TRIES, Shown
        from tracer.show.reports.walk import remarks

        try:
            finding = dialogue.judged(state.item.identity, text)
        except ValueError as error:
            print(f"  {printable(str(error))}; {say('? tells the keys')}")
            return state
        self._say(remarks(finding, again=finding.blamed and state.missed + 1 < TRIES))
        if finding.verdict == "coarse":
            return state.noted(finding.verdict)
        after = (state.wrong if finding.blamed else state.answered)(finding.verdict)
        if after.shown is Shown.RESULT and state.shown is Shown.FORMULA:
            # Who needs no numbers put in gets them all the same.
            for line in self._lines(state.forward()):
                print(line)
        return after

    def _say(self, blocks: Iterable[Block]) -> None:
        """Blocks as the terminal gets them, without empty lines."""
        from tracer.show.formats import render

        for line in render(blocks, self.notation, "table", self.medium).splitlines():
            if line.strip():
                print(f"  {line}")

    def _count(self) -> None:
        """How many answers were right, rounded, wrong, and which."""
        from tracer.show.reports.walk import tally

        if self.dialogue is not None:
            self._say(tally(self.state))


_KEYS: dict[str, Callable[[Walk], Walk | None]] = {
    "": lambda state: state.forward(),
    "b": lambda state: state.back(),
    "s": lambda state: state.skip(),
    "q": lambda state: None,
}
