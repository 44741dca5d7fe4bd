"""Programs written by `bptrace code`, run: their numbers are the engine's, as `check` reads them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from support.descents import OPTIMIZERS, descents
from support.networks import experiments
from support.node import NODE, needs_node
from support.paths import CONFIGS, EXAMPLES
from support.programs import assert_same, run_python, varied
from support.sparing import LARGE, small_first, sparing
from support.traces import trained
from tracer.code.program import program
from tracer.config import load
from tracer.errors import DivergedError, UsageError
from tracer.model.experiment import Experiment, GraphExperiment

AnyExperiment = Experiment | GraphExperiment
_MOST = 12
_WIDE = frozenset({"cs231n-two-layer", "cs231n-two-layer-l2"})
"""Examples with hundreds of parameters."""


def capped(experiment: AnyExperiment) -> int | None:
    """The configuration's iterations, not more than a test has time for."""
    training = experiment.training
    return min(training.iterations, _MOST) if training else None


def longest(source: str) -> int:
    return max(map(len, source.splitlines()))


@pytest.mark.parametrize("name", small_first(path.stem for path in EXAMPLES))
def test_examples_in_python_and_numpy(name: str) -> None:
    experiment = load(CONFIGS / f"{name}.yaml")
    languages = ["python", "numpy"] if isinstance(experiment, Experiment) else ["python"]
    for language in languages:
        source = program(experiment, language, capped(experiment), trace=name not in _WIDE)
        assert longest(source) <= 100
        assert assert_same(run_python(source), experiment)


def test_a_trace_has_every_number_that_the_program_calculates() -> None:
    experiment = load(CONFIGS / "mazur.yaml")
    for language, count in (("python", 42), ("numpy", 39)):
        source = program(experiment, language, trace=True)
        assert assert_same(run_python(source), experiment) == count


@given(experiment=experiments())
def test_any_network_in_python_and_numpy(experiment: Experiment) -> None:
    for language in ("python", "numpy"):
        try:
            source = program(experiment, language, 3)
        except DivergedError:
            return
        assert_same(run_python(source), experiment)


@pytest.mark.parametrize("language", ["python", "numpy"])
def test_every_optimiser_with_batches_schedules_penalties_and_clipping(language: str) -> None:
    for number, experiment in enumerate(descents(16)):
        some = varied(experiment, number)
        assert_same(run_python(program(some, language, 5)), some)


def all_of_javascript(left_out: Collection[str]) -> list[tuple[AnyExperiment, int | None]]:
    shipped: list[tuple[AnyExperiment, int | None]] = []
    for path in (path for path in EXAMPLES if path.stem not in left_out):
        experiment = load(path)
        shipped.append((experiment, capped(experiment)))
    return [*shipped, *((varied(e, n), 5) for n, e in enumerate(descents(16)))]


def printed_by_node(sources: list[str]) -> list[str]:
    """What each program prints, all of them in one process."""
    runner = """
        const sources = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        const write = console.log;
        const printed = sources.map((source) => {
            const lines = [];
            console.log = (line) => lines.push(line);
            new Function(source)();
            return lines.join('\\n') + '\\n';
        });
        write(JSON.stringify(printed));
    """
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", runner], input=json.dumps(sources), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    printed: list[str] = json.loads(done.stdout)
    return printed


@needs_node
@pytest.mark.parametrize("left_out", sparing([LARGE, _WIDE], 1), ids=["large", "wide"])
def test_everything_in_javascript(left_out: Collection[str]) -> None:
    """Of the examples all but those."""
    found = all_of_javascript(left_out)
    sources = [program(e, "javascript", n, trace=True) for e, n in found]
    assert max(map(longest, sources)) <= 100
    for (experiment, _), printed in zip(found, printed_by_node(sources), strict=True):
        # exp rounds its last bit in its own way there
        assert assert_same(printed, experiment, 1e-11)


def stopping(**changes: Any) -> Experiment:
    """An example whose criterion is met after a few iterations."""
    experiment = load(CONFIGS / "xor-thresholds.yaml")
    assert isinstance(experiment, Experiment)
    assert experiment.training is not None
    assert experiment.training.stop is not None
    stop = replace(experiment.training.stop, **changes)
    return replace(experiment, training=replace(experiment.training, stop=stop))


@pytest.mark.parametrize("language", ["python", "numpy"])
@pytest.mark.parametrize("window", [1, 4])
def test_stops_where_the_training_does(language: str, window: int) -> None:
    experiment = stopping(loss_below=0.13, window=window)
    printed = run_python(program(experiment, language, 40))
    assert_same(printed, experiment)
    done = trained(experiment, 40).done
    assert done < 40
    assert f"+@{done}" in printed
    assert f"+@{done + 1}" not in printed


def test_what_does_not_stop_tells_outputs_that_check_can_judge() -> None:
    printed = run_python(program(load(CONFIGS / "mazur.yaml"), "python"))
    assert "out_o1@2#1 = " in printed
    stopped = run_python(program(stopping(loss_below=0.13), "python", 40))
    assert "# after that: out_" in stopped


@pytest.mark.parametrize("language", ["torch", "jax"])
def test_what_is_no_gradient_is_refused_with_the_languages_that_have_it(language: str) -> None:
    for name, why in (("mazur-as-published", "output_first"), ("cubes-batch-means", "batch_means")):
        with pytest.raises(UsageError) as caught:
            program(load(CONFIGS / f"{name}.yaml"), language, 3)
        assert why in caught.value.message
        assert caught.value.hint == "--language python, javascript or numpy has it"


def test_training_that_diverges_is_no_program() -> None:
    experiment = load(
        "graph.yaml",
        "graph:\n  inputs: {x: 2}\n  nodes: {f: x ** 4}\n"
        "training: {learning_rate: 10, trainable: [x], iterations: 20}\n",
    )
    with pytest.raises(DivergedError, match="iteration"):
        program(experiment, "python")


def test_torch_steps_with_its_own_optimiser_where_that_makes_the_same_steps() -> None:
    base = load(CONFIGS / "mazur.yaml")
    assert isinstance(base, Experiment)
    assert base.training is not None
    for optimizer in OPTIMIZERS:
        training = replace(base.training, optimizer=optimizer)
        source = program(replace(base, training=training), "torch")
        own = optimizer.in_torch
        assert ("torch.optim." in source) is (own is not None)
        if own is not None:
            assert f"optimizer = torch.optim.{own[0]}([W1, W2], lr=lr" in source
        else:
            assert "with torch.no_grad():" in source
