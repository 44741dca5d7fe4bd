"""Training in decimals: every number of every iteration, under the contract's names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext

from benchmarks.oracle import rules
from benchmarks.oracle.graph import Polynomial
from benchmarks.oracle.network import Network, through
from benchmarks.settings import Settings

DIGITS = 50
Numbers = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Case:
    """What is calculated and how it is trained."""

    what: Network | Polynomial
    settings: Settings

    def configuration(self) -> str:
        """As a configuration file."""
        lines = [*self.what.lines(), "training:"]
        more = self.settings.lines()
        if isinstance(self.what, Polynomial):
            more.append(f"trainable: [{', '.join(self.what.start)}]")
        else:
            more += [f"batch: {self.what.batch}"] if self.what.batch < len(self.what.inputs) else []
            more += [f"freeze: [{', '.join(self.what.freeze)}]"] if self.what.freeze else []
        return "\n".join([*lines, *(f"  {line}" for line in more)]) + "\n"


def trained(case: Case, iterations: int, digits: int = DIGITS) -> list[Numbers]:
    """The numbers of each iteration.

    Raises decimal.InvalidOperation where a root of a negative number, 0/0 or ln 0 turns up.
    """
    with localcontext(prec=digits):
        return list(_iterations(case, iterations))


def _iterations(case: Case, iterations: int) -> Iterator[Numbers]:
    what, settings = case.what, case.settings
    if isinstance(what, Polynomial):
        parameters = {name: Decimal(number) for name, number in what.start.items()}
        free = list(parameters)
    else:
        parameters = what.parameters()
        free = [name for name in parameters if name not in what.freeze]
    states = {
        name: {letter: _kept(settings, letter, name) for letter in settings.letters}
        for name in free
    }
    for k in range(iterations):
        numbers = dict(parameters)
        gradients = _penalised(case, parameters, _data(case, parameters, k + 1, numbers), numbers)
        numbers["lr"] = rules.learning_rate(settings.rate, k)
        reaching = {name: gradients[name] for name in free}
        if settings.clip:
            reaching = rules.clipped(settings.clip, reaching)
            numbers |= {f"g_{name}": g for name, g in reaching.items()}
        _update(settings, k, reaching, parameters, states, numbers)
        yield _of_graph(numbers) if isinstance(what, Polynomial) else numbers


def _of_graph(numbers: Numbers) -> Numbers:
    """The loss is the node f, its gradient df/d…."""
    return {
        "f" if name == "loss" else name.replace("dE/d", "df/d"): x for name, x in numbers.items()
    }


def _update(
    settings: Settings, k: int, reaching: Numbers, parameters: Numbers,
    states: dict[str, Numbers], numbers: Numbers,
) -> None:  # fmt: skip
    """Iteration k + 1 (k from 0) changes parameters and states; all of it goes into `numbers`."""
    numbers |= {f"{name}+": w for name, w in parameters.items()}
    for name, g in reaching.items():
        t = settings.updates + k + 1
        done = rules.step(rules.Step(settings, parameters[name], g, numbers["lr"], t, states[name]))
        numbers |= {f"{letter}_{name}": x for letter, x in states[name].items()}
        numbers |= {f"{letter}_{name}+": x for letter, x in done.state.items()}
        numbers |= {f"{letter}_{name}": x for letter, x in done.corrected.items()}
        numbers[f"{name}+"] = parameters[name] = done.new
        states[name] = done.state


def _kept(settings: Settings, letter: str, name: str) -> Decimal:
    return Decimal(settings.state.get(letter, {}).get(name, 0.0))


def _data(case: Case, parameters: Numbers, iteration: int, numbers: Numbers) -> Numbers:
    """The gradient of the loss without its penalty; the passes' numbers go into `numbers`."""
    what = case.what
    if isinstance(what, Polynomial):
        numbers["loss"] = what.value(parameters)
        return what.gradient(parameters)
    samples = what.samples(iteration)
    passes = [through(what, parameters, sample) for sample in samples]
    for sample, one in zip(samples, passes, strict=True):
        numbers |= {f"{name}#{sample + 1}": x for name, x in one.values.items()}
    divisor = len(samples) if what.reduction == "mean" else 1
    numbers["loss"] = sum((one.error for one in passes), Decimal(0)) / divisor
    return {
        name: sum((one.gradient[name] for one in passes), Decimal(0)) / divisor
        for name in parameters
    }


def _penalised(case: Case, parameters: Numbers, data: Numbers, numbers: Numbers) -> Numbers:
    """The gradient with the penalty's part; the penalty joins the loss."""
    penalty = case.settings.penalty
    gradients = dict(data)
    if penalty:
        samples = sum(name.startswith("E_total") for name in numbers) or 1
        bound = {
            name: w for name, w in parameters.items()
            if name[0] != "b" or penalty.of == "parameters"
        }  # fmt: skip
        numbers["penalty"] = rules.penalty_value(penalty, bound, samples)
        numbers["loss"] += numbers["penalty"]
        for name, w in bound.items():
            slope = rules.penalty_slope(penalty, w, samples)
            numbers |= {f"dE/d{name}:data": data[name], f"dE/d{name}:penalty": slope}
            gradients[name] += slope
    numbers |= {f"dE/d{name}": g for name, g in gradients.items()}
    return gradients
