"""A network in JAX: `jax.value_and_grad` for the backward pass, the update written out."""

from __future__ import annotations

from tracer.arrays.sources import Library
from tracer.code.differentiated import LARGER, SMALLER, DifferentiatedProgram
from tracer.code.forms import form_of
from tracer.code.languages import Wish
from tracer.code.layout import INDENT, WIDTH, spread
from tracer.code.recorded import ArrayLine
from tracer.model.experiment import Experiment


def jax_program(experiment: Experiment, wish: Wish) -> str:
    """The source."""
    looks = {"max": LARGER, "min": SMALLER, "erf": "jax.lax.erf($1)"}
    form = form_of(experiment, wish.iterations, chain=True)
    return _JaxProgram(experiment, wish, form, Library("jnp", "len(X)", looks=looks)).text()


class _JaxProgram(DifferentiatedProgram):
    framework = "jax"
    array = "jnp.array"
    passed = ("parameters",)

    def imported(self) -> list[str]:
        numpy = ["import numpy as np"] if self.batching.orders else []
        lines = ["import jax", "import jax.numpy as jnp", *numpy]
        return [*lines, "", 'jax.config.update("jax_enable_x64", True)']

    @property
    def _names(self) -> list[str]:
        return [self.name(stage) for stage in self.trainable]

    def unpacked(self, uses: set[str]) -> list[str]:
        names = [name if name in uses else "_" for name in self._names]
        if set(names) <= {"_"}:
            return []
        only = "," if len(names) == 1 else ""
        line = f"{INDENT}{', '.join(names)}{only} = parameters"
        return [line] if len(line) <= WIDTH else spread("(", names, ") = parameters", INDENT)

    def _tuple(self, names: list[str]) -> str:
        return f"({', '.join(names)}{',' if len(names) == 1 else ''})"

    @property
    def given_again(self) -> tuple[str, ...]:
        """The parameters as they are now."""
        return (self._tuple(self._names),)

    def loss_function(self) -> list[str]:
        lines = super().loss_function()
        if lines and self.trainable:
            lines += ["", "", "loss_and_gradients = jax.jit(jax.value_and_grad(loss_of))"]
        return lines

    def loop(self, updates: list[ArrayLine]) -> list[str]:
        if self.experiment.data is None:
            return []
        indent = INDENT if self.looped else ""
        found = self._differentiated(indent)
        if not self.looped:
            return [*found, "", 'print(f"loss: {loss}")', *self.gradients_told("")]
        inside = [*self.rate(), *self.batch(), *found, *self.traced()]
        inside += self.lines(updates, titled=False)
        inside += [f"{INDENT}{line}" for line in self.moved(updates)]
        return self.iterated(
            [*inside, *self.loss_told("float(loss)"), *self.stopped("float(loss)")]
        )

    def _differentiated(self, indent: str) -> list[str]:
        """loss, (dW1, db1) = …"""
        if not self.trainable:
            return [f"{indent}loss = loss_of((), X, T)"]
        gradients = [self.gradient_name(stage) for stage in self.trainable]
        given = self._tuple(self._names)
        line = f"loss, {self._tuple(gradients)} = loss_and_gradients({given}, X, T)"
        if len(indent) + len(line) <= WIDTH:
            return [indent + line]
        return [
            *spread(f"{indent}parameters = (", self._names, ")", ""),
            f"{indent}loss, gradients = loss_and_gradients(parameters, X, T)",
            *spread(f"{indent}(", gradients, ") = gradients", ""),
        ]
