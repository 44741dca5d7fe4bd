"""`step --record`: every number of every iteration, as a file."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from support.cli import run, run_json
from tracer.engine.timeline import NetworkTimeline
from tracer.model.network import State

EXAMPLES = ("mazur", "four-equations", "cubes-batch-means", "xor-thresholds")
OPTIONS = ("beta1", "beta2", "epsilon")


def loaded(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return dict(archive)


@pytest.mark.parametrize("name", EXAMPLES)
def test_csv_is_what_run_prints_as_csv(name: str, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    result = run("step", name, "-n", 3, "--record", path)
    assert f"recorded 3 iterations, from 1 to 3: {path}" in result.stderr
    printed = run("run", name, "-n", 3, "--sample", "all", "--format", "csv").stdout
    assert path.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize("name", EXAMPLES)
def test_jsonl_has_the_iterations_that_run_prints_as_json(name: str, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    run("step", name, "-n", 3, "--record", path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert list(map(json.loads, lines)) == run_json("run", name, "-n", 3)["iterations"]


@pytest.mark.parametrize("name", [*EXAMPLES, "cs231n-adam"])
def test_npz_has_the_arrays_of_save_arrays_one_iteration_after_the_other(
    name: str, tmp_path: Path
) -> None:
    run("step", name, "-n", 3, "--record", tmp_path / "all.npz", "--trace-at", "1,2,3",
        "--save-arrays", tmp_path / "some.npz")  # fmt: skip
    recorded, saved = loaded(tmp_path / "all.npz"), loaded(tmp_path / "some.npz")
    assert recorded["iteration"].tolist() == [1, 2, 3]
    for key in saved:
        called, _, iteration = key.partition("@")
        if called not in OPTIONS:
            found = recorded[called][int(iteration or 1) - 1]
            found = found[: len(saved[key])] if found.ndim else found  # of a smaller batch
            np.testing.assert_array_equal(found, saved[key])


def test_a_csv_recording_is_an_answer_that_check_reads(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    run("step", "mazur", "-n", 2, "--record", path)
    assert run_json("check", "mazur", path)["supplied"] == 126


def test_named_numbers_and_arrays_of_every_so_many_iterations(tmp_path: Path) -> None:
    names = (
        "--record-quantity",
        "W1",
        "--record-quantity",
        "dE/dw5",
        "--record-quantity",
        "out_o1",
    )
    words = ("step", "four-equations", "-n", 7, "--record-every", 3, *names[2:])
    result = run(*words, "--record", tmp_path / "a.npz", *names[:2])
    assert "recorded 2 iterations, from 3 to 6" in result.stderr
    found = loaded(tmp_path / "a.npz")
    shapes = {name: found[name].shape for name in found}
    assert shapes == {
        "iteration": (2,), "sample": (2, 5), "dE/dw5": (2,), "out_o1": (2, 5), "W1": (2, 3, 4),
    }  # fmt: skip
    run(*words, "--record", tmp_path / "a.jsonl")
    last = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert last["iteration"] == 6
    assert [one["quantities"]["out_o1"] for one in last["samples"]] == list(found["out_o1"][1])
    assert last["parameters"] == {"w5": {"gradient": found["dE/dw5"][1]}}


def test_smaller_batches_leave_room_in_the_arrays(tmp_path: Path) -> None:
    config, path = tmp_path / "net.yaml", tmp_path / "a.npz"
    text = Path("configs/four-equations.yaml").read_text(encoding="utf-8")
    assert "batch: full" in text
    config.write_text(text.replace("batch: full", "batch: 2"), encoding="utf-8")
    run("step", config, "-n", 3, "--record", path)
    found = loaded(path)
    assert found["sample"].tolist() == [[1, 2], [3, 4], [5, 0]]
    assert np.isnan(found["net1"][2, 1]).all()
    assert np.isfinite(found["net1"][2, 0]).all()
    printed = run("run", config, "-n", 3, "--sample", "all", "--format", "csv").stdout
    run("step", config, "-n", 3, "--record", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == printed


def test_a_graph_has_no_samples(tmp_path: Path) -> None:
    path, lines = tmp_path / "a.csv", tmp_path / "a.jsonl"
    run("step", "descent-momentum", "-n", 2, "--record", path, "--record-quantity", "w1+")
    head, first, _ = path.read_text(encoding="utf-8").splitlines()
    assert head == "iteration,quantity,value"
    assert first.startswith("1,w1+,")
    run("step", "descent-momentum", "-n", 2, "--record", lines)
    one = json.loads(lines.read_text(encoding="utf-8").splitlines()[0])
    assert one["quantities"]["w1+"] == float(first.rpartition(",")[2])


def test_a_diverging_run_leaves_the_iterations_before(tmp_path: Path) -> None:
    config, path = tmp_path / "net.yaml", tmp_path / "a.npz"
    text = Path("configs/descent.yaml").read_text(encoding="utf-8")
    config.write_text(text.replace("learning_rate: 0.4", "learning_rate: 100"), encoding="utf-8")
    result = run("step", config, "-n", 5000, "--record", path, code=2)
    found = loaded(path)
    assert f"from 1 to {len(found['iteration'])}: {path}" in result.stderr
    assert np.isfinite(found["w1"]).all()


def test_an_interrupted_run_leaves_what_was_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, advance = tmp_path / "a.csv", NetworkTimeline.advance

    def interrupted(
        self: NetworkTimeline,
        state: State,
        done: int,
        count: int,
        losses: list[float] | None = None,
    ) -> State:
        if done > 300:
            os.kill(os.getpid(), signal.SIGINT)
        return advance(self, state, done, count, losses)

    monkeypatch.setattr(NetworkTimeline, "advance", interrupted)
    result = run("step", "mazur", "-n", 100_000, "--record", path, code=130)
    last = path.read_text(encoding="utf-8").splitlines()[-1]
    done = int(last.partition(",")[0])
    assert last == f"{done},,{last.split(',')[2]},{last.split(',')[3]}"
    assert f"recorded {done} iterations, from 1 to {done}: {path}" in result.stderr
    assert f"{done} updates" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--record", "a.txt"),
            "no such kind of recording; name it .npz, .csv, .jsonl or .parquet",
        ),
        (("--record", "a.jsonll"), "did you mean '.jsonl'?"),
        (("--record-quantity", "w5"), "--record-quantity needs a file to record in"),
        (("--record-every", "5"), "--record-every needs a file to record in"),
        (("--record", "a.npz", "--record-quantity", "w55"), "w55"),
        (("--record", "a.npz", "--record-quantity", "w5@2"), "name it w5"),
        (("--record", "a.npz", "--record-quantity", "out_o1#2"), "name it out_o1"),
        (("--record", "a.npz", "--record-every", "11"), "there are 10 iterations"),
        (("--record", "no/a.npz"), "the folder no does not exist"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("step", "mazur", "-n", 10, *words, code=2)
    assert message in result.stderr
    assert not list(tmp_path.iterdir())
