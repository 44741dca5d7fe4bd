"""What the update of one parameter works with, and what another step would have made of it.

Between the rows about updates and the optimisers: a row changes what goes into the step, the options or
the gradient or the state, and gets the formula that stands in the place of the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from tracer.diagnose.mistakes.row import Site
from tracer.formula import Expression, Symbol
from tracer.immutable import immutable
from tracer.model.optimizers import Optimizer, Update
from tracer.model.options import options_of
from tracer.model.quantity import (
    AFTER,
    CLIPPED_OF,
    CORRECTED_OF,
    GRADIENT_OF,
    STATE_OF,
    Kind,
    Quantity,
    Stage,
    at,
)

_SITES_AT_HAND = 64

_PARAMETERS = (Kind.WEIGHT, Kind.BIAS, Kind.NODE)
NEW = frozenset(AFTER[kind] for kind in _PARAMETERS)
KEPT = frozenset(AFTER[STATE_OF[kind]] for kind in _PARAMETERS)
"""The optimiser's states after the update."""
CORRECTED = frozenset(CORRECTED_OF[kind] for kind in _PARAMETERS)
CLIPPED = frozenset(CLIPPED_OF[kind] for kind in _PARAMETERS)
STEP = NEW | KEPT | CORRECTED
"""All that an optimiser's step makes."""

_OF = {
    kind: parameter
    for parameter in _PARAMETERS
    for kind in (
        AFTER[parameter],
        AFTER[STATE_OF[parameter]],
        CORRECTED_OF[parameter],
        CLIPPED_OF[parameter],
    )
} | {GRADIENT_OF[parameter]: parameter for parameter in (Kind.WEIGHT, Kind.BIAS)}


@immutable
class Around:
    """A site in the update of one parameter, and the symbols that the step is made of.

    `right`: the step as it should be; `kept`: the symbols of the states after it, and of what the
    optimiser calculates on the way, by their letters.
    """

    site: Site
    right: Update
    kept: Mapping[str, Symbol]

    @staticmethod
    @lru_cache(maxsize=_SITES_AT_HAND)
    def at(site: Site) -> Around:
        """Of the parameter whose new value, state or gradient the site is about."""
        trace, optimizer = site.trace, site.trace.rule.optimizer
        parameter = _OF[site.quantity.kind]

        def lettered(kind: Kind, letters: Iterable[str]) -> dict[str, Symbol]:
            return {letter: symbol_of(site, kind, letter) for letter in letters}

        step = Update(
            symbol_of(site, parameter),
            _gradient(site, parameter),
            site.symbol(Kind.LEARNING_RATE, 0, ()),
            lettered(STATE_OF[parameter], optimizer.slots),
            {name: setting(name) for name in trace.moment.settings},
            trace.moment.t,
        )
        kept = lettered(AFTER[STATE_OF[parameter]], optimizer.slots)
        return Around(site, step, kept | lettered(CORRECTED_OF[parameter], optimizer.corrected))

    @property
    def optimizer(self) -> Optimizer:
        """The optimiser."""
        optimizer: Optimizer = self.site.trace.rule.optimizer
        return optimizer

    @property
    def before(self) -> Symbol:
        """The parameter before the update."""
        symbol: Symbol = self.right.parameter
        return symbol

    @property
    def gradient(self) -> Symbol:
        """What reaches the optimiser of its gradient."""
        symbol: Symbol = self.right.gradient
        return symbol

    @property
    def is_free(self) -> bool:
        """Whether the parameter is not fixed."""
        if self.site.in_a_graph:
            return True
        training, key = self.site.trace.experiment.training, self.before.key
        return training is None or Quantity(key.stage, key.index) not in training.frozen

    def stepped(
        self,
        optimizer: Optimizer | None = None,
        kept: Mapping[str, Expression] | None = None,
        **changes: Any,
    ) -> Expression | None:
        """What the site's number is where `changes` go into the step; None where it isn't made.

        `optimizer`: with other options than the right one's; `kept`: what it goes on with in place
        of its own states.
        """
        return self._made(optimizer or self.optimizer, {**self.kept, **(kept or {})}, changes)[0]

    def from_scratch(self) -> Expression | None:
        """What the step makes of what is fixed, its states too calculated in one formula."""
        return self._made(self.optimizer, {}, {})[0]

    def change(self) -> Expression:
        """What is subtracted from the parameter."""
        return self._made(self.optimizer, self.kept, {})[1]

    def _made(
        self, optimizer: Optimizer, kept: Mapping[str, Expression], changes: Mapping[str, Any]
    ) -> tuple[Expression | None, Expression]:
        """The formula of the site's number, and what is subtracted."""
        found: dict[str, Expression] = {}

        def observe(letter: str, formula: Any) -> Any:
            found[letter] = formula
            return kept.get(letter, formula)

        step = replace(self.right, **changes, observe=observe, kept={})
        found[""] = optimizer.step(step)
        return found.get(self.site.quantity.stage.slot), optimizer.change(step)


def _gradient(site: Site, parameter: Kind) -> Symbol:
    """What reaches the optimiser of the parameter's gradient."""
    if site.in_a_graph:
        if site.trace.rule.clip is not None:
            return symbol_of(site, CLIPPED_OF[parameter])
        node = Quantity(Stage(parameter, 0), site.quantity.index)
        return Symbol(at(site.trace.graph.gradient(node), site.quantity.iteration))
    clipped = Stage(CLIPPED_OF[parameter], site.quantity.layer)  # of what is fixed there is none
    return symbol_of(site, (CLIPPED_OF if clipped in site.trace.arrays else GRADIENT_OF)[parameter])


def symbol_of(site: Site, kind: Kind, slot: str = "") -> Symbol:
    """Another number of the site's own parameter: its state, its gradient."""
    return Symbol(replace(site.quantity, stage=Stage(kind, site.quantity.layer, slot=slot)))


def setting(name: str) -> Symbol:
    """An option of the training."""
    return Symbol(Quantity(Stage(Kind.SETTING, 0, slot=name)))


Change = Callable[[Around], Expression | None]


def stepping(change: Change) -> Callable[[Site], Iterable[Expression]]:
    """A row's rewriting: what `change` makes of the step of a parameter that isn't fixed."""

    def rewrite(site: Site) -> Iterable[Expression]:
        around = Around.at(site)
        formula = change(around) if around.is_free else None
        return () if formula is None else (formula,)

    return rewrite


def instead(
    option: str, right: Any, wrong: Any, **others: Any
) -> Callable[[Site], Iterable[Expression]]:
    """A row's rewriting: the step with an option set to `wrong` where it is `right`.

    `others`: what other options are set to with it, where it doesn't go with theirs.
    """

    def change(around: Around) -> Expression | None:
        optimizer = around.optimizer
        if option not in options_of(optimizer) or getattr(optimizer, option) != right:
            return None
        changed: dict[str, Any] = {option: wrong, **others}
        other = replace(optimizer, **changed)
        return None if other.problem() else around.stepped(other)

    return stepping(change)
