"""What a configuration says of a training: optimiser, penalty, clipping, learning rate, state.

Written from the contract alone; the oracle and the people's exercises calculate by it, each in
its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Option = float | str | bool
INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Rule:
    """`letters` of what an optimiser keeps; its options with their defaults."""

    letters: tuple[str, ...]
    defaults: Mapping[str, Option]


_ADAM: Mapping[str, Option] = {
    "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "epsilon_place": "outside",
    "bias_correction": True,
}  # fmt: skip
RULES: Mapping[str, Rule] = {
    "sgd": Rule((), {}),
    "momentum": Rule(("v",), {"momentum": 0.9, "form": "sum", "dampening": 0.0, "nesterov": False}),
    "adagrad": Rule(("s",), {"epsilon": 1e-10, "epsilon_place": "outside"}),
    "rmsprop": Rule(
        ("s",), {"decay": 0.9, "epsilon": 1e-8, "epsilon_place": "outside", "centered": False}
    ),
    "adam": Rule(("m", "v"), _ADAM),
    "adamw": Rule(("m", "v"), {**_ADAM, "weight_decay": 0.01}),
}


@dataclass(frozen=True, slots=True)
class Penalty:
    """`l2` (half, whole, per_sample) or `l1`, of the weights or of all parameters."""

    strength: float
    kind: str = "l2"
    form: str = "half"
    of: str = "weights"

    def text(self) -> str:
        """As YAML."""
        form = f", form: {self.form}" if self.kind == "l2" else ""
        return f"{{kind: {self.kind}, strength: {self.strength!r}{form}, of: {self.of}}}"


@dataclass(frozen=True, slots=True)
class Rate:
    """A learning rate: fixed, or by a schedule with its options, after a warm-up."""

    initial: float
    schedule: str = ""
    options: Mapping[str, float] = field(default_factory=dict)
    warmup: int = 0

    def text(self) -> str:
        """As YAML."""
        if not self.schedule:
            return repr(self.initial)
        parts = [f"initial: {self.initial!r}", f"schedule: {self.schedule}"]
        parts += [f"{name}: {number!r}" for name, number in self.options.items()]
        parts += [f"warmup: {self.warmup}"] if self.warmup else []
        return f"{{{', '.join(parts)}}}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The training's own part of a configuration; `state` is letter → parameter → number."""

    rate: Rate
    optimizer: str = "sgd"
    options: Mapping[str, Option] = field(default_factory=dict)
    penalty: Penalty | None = None
    clip: tuple[str, float] | None = None
    updates: int = 0
    state: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def letters(self) -> tuple[str, ...]:
        """Of what the optimiser keeps."""
        kept = RULES[self.optimizer].letters
        return ("m", *kept) if self.options.get("centered") else kept

    def option(self, name: str) -> Option:
        """As given, else the default."""
        return self.options.get(name, RULES[self.optimizer].defaults[name])

    def option_or(self, name: str, default: Option) -> Option:
        """As given, else the default; `default` where the optimiser has no such option."""
        return self.option(name) if name in RULES[self.optimizer].defaults else default

    def number(self, name: str) -> float:
        """An option that is a number."""
        return float(self.option(name))

    def lines(self) -> list[str]:
        """As lines of YAML, for `training:`."""
        lines = [f"learning_rate: {self.rate.text()}"]
        if self.optimizer != "sgd":
            options = [f"{name}: {_yaml(option)}" for name, option in self.options.items()]
            lines.append(f"optimizer: {{{', '.join([f'name: {self.optimizer}', *options])}}}")
        lines += [f"regularization: {self.penalty.text()}"] if self.penalty else []
        lines += [f"clip: {{{self.clip[0]}: {self.clip[1]!r}}}"] if self.clip else []
        if self.state or self.updates:
            kept = [
                f"{letter}: {{{', '.join(f'{name}: {x!r}' for name, x in numbers.items())}}}"
                for letter, numbers in self.state.items()
            ]
            lines.append(f"state: {{{', '.join([f'updates: {self.updates}', *kept])}}}")
        return lines


def _yaml(option: Option) -> str:
    return str(option).lower() if isinstance(option, bool) else f"{option}"
