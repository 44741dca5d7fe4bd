"""`step --checkpoints`, and what begins there: the same bits without all iterations before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.cli import run, run_json
from tracer.engine.timeline import NetworkTimeline
from tracer.model.network import State


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ("mazur", ("dE/dw5@470", "w5+@500", "delta_h1@3", "out_o1@200")),
        ("xor", ("dE/dw5@47", "loss@300")),
        ("cs231n-adam", ("w1+@470", "v_w1@201")),
    ],
)
def test_what_is_explained_from_a_checkpoint_is_the_same(
    config: str, names: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "states.npz"
    words = ("step", config, "-n", 500, "--checkpoints", path, "--checkpoint-every", 100)
    assert f"saved 5 states: {path}" in run(*words).stderr
    told = ("explain", config, *names, "--format", "json")
    assert run(*told, "--checkpoints", path).stdout == run(*told).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "mazur", "dE/dw5@700"),
        ("run", "mazur", "--trace-at", "800,700"),
        ("check", "mazur", "answers.yaml"),
        ("compare", "mazur", "--against", "answers.yaml"),
    ],
)
def test_nothing_before_the_checkpoint_is_calculated(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path, advance = tmp_path / "states.npz", NetworkTimeline.advance
    run("step", "mazur", "-n", 1000, "--checkpoints", path)
    right = run_json("explain", "mazur", "w5@700", "out_o1@800")
    lines = (f"{one['name']}: {one['value']!r}\n" for one in right)
    Path("answers.yaml").write_text("".join(lines), encoding="utf-8")
    without = run(*words).stdout
    made = []

    def counted(
        self: NetworkTimeline,
        state: State,
        done: int,
        count: int,
        losses: list[float] | None = None,
    ) -> State:
        made.append(range(done, done + count))
        return advance(self, state, done, count, losses)

    monkeypatch.setattr(NetworkTimeline, "advance", counted)
    assert run(*words, "--checkpoints", path).stdout == without
    assert all(updates.start >= 699 for updates in made)
    assert sum(map(len, made)) < 20


def test_checkpoints_are_of_one_configuration(tmp_path: Path) -> None:
    path, config = tmp_path / "states.npz", tmp_path / "net.yaml"
    text = Path("configs/mazur.yaml").read_text(encoding="utf-8")
    run("step", "mazur", "-n", 10, "--checkpoints", path)
    config.write_text(text.replace("title:", "title: Another title of"), encoding="utf-8")
    run("explain", config, "w5@5", "--checkpoints", path)
    config.write_text(text.replace("learning_rate: 0.5", "learning_rate: 0.4"), encoding="utf-8")
    result = run("explain", config, "w5@5", "--checkpoints", path, code=2)
    assert "these are the checkpoints of another configuration" in result.stderr


def test_iterations_that_run_names_are_those_that_it_counts() -> None:
    (first, third), (*_, last) = (
        run_json("run", "xor", *words)["iterations"] for words in (("--trace-at", "3,1"), ("-n", 3))
    )
    assert (first["iteration"], third) == (1, last)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--trace-at", "3,x"), "--trace-at 3,x: expected iterations from 1, separated by commas"),
        (("--trace-at", "3", "-n", 3), "--iterations and --trace-at exclude each other"),
        (("--trace-at", "3", "--round", "4dp"), "--round begins at the start"),
        (("--checkpoints", "a.npz", "--round", "4dp"), "--checkpoints are of exact numbers"),
        (("--checkpoints", "a.npz"), "--checkpoints a.npz: there is no such file"),
    ],
)
def test_what_run_cannot_begin_at_is_refused(words: tuple[object, ...], message: str) -> None:
    assert message in run("run", "mazur", *words, code=2).stderr


def test_points_are_not_given_from_checkpoints(tmp_path: Path) -> None:
    sheet = tmp_path / "a.yaml"
    sheet.write_text("net_h1: 0.3775", encoding="utf-8")
    result = run("check", "mazur", sheet, "--points", "3", "--checkpoints", "a.npz", code=2)
    assert "leave out --carry, --tolerance, --after and --checkpoints" in result.stderr


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"text", None])
def test_a_file_without_checkpoints_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "states.npz"
    if content is None:
        np.savez(path, updates=np.zeros(2))
    else:
        path.write_bytes(content)
    result = run("explain", "mazur", "w5@5", "--checkpoints", path, code=2)
    assert f"--checkpoints {path}: " in result.stderr


@pytest.mark.parametrize(
    ("array", "value", "message"),
    [
        ("updates", [2, np.nan, 6], "`updates` are no numbers of updates"),
        ("updates", [2, 4, np.inf], "`updates` are no numbers of updates"),
        ("updates", [6, 4, 2], "`updates` are no numbers of updates"),
        ("updates", [0, 0, 0], "`updates` are no numbers of updates"),
        ("updates", [-2, 4, 6], "`updates` are no numbers of updates"),
        ("updates", [2.5, 4, 6], "`updates` are no numbers of updates"),
        ("updates", [[2, 4, 6]], "the states have another shape"),
        ("updates", [], "the states have another shape"),
        ("states", np.zeros((3, 9)), "the states have another shape"),
        ("states", np.full((3, 10), np.nan), "states[0, 0] is nan, expected a finite number"),
        ("states", np.full((3, 10), -np.inf), "states[0, 0] is -inf, expected a finite number"),
    ],
)
def test_what_is_no_state_of_a_training_is_refused(
    array: str, value: object, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "states.npz"
    run("step", "mazur", "-n", 6, "--checkpoints", path, "--checkpoint-every", 2)
    with np.load(path) as archive:
        arrays = dict(archive)
    assert arrays["states"].shape[0] == 3
    np.savez(path, **(arrays | {array: np.array(value, dtype=float)}))
    for words in (("run", "mazur", "--trace-at", 5), ("explain", "mazur", "w5@5")):
        assert message in run(*words, "--checkpoints", path, code=2).stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--checkpoints", "a.csv"), "states go into an .npz file"),
        (("--checkpoint-every", "5"), "--checkpoint-every needs a file"),
    ],
)
def test_what_cannot_be_kept_is_refused(words: tuple[str, ...], message: str) -> None:
    assert message in run("step", "mazur", "-n", 10, *words, code=2).stderr


def test_a_training_that_may_stop_has_no_checkpoints(tmp_path: Path) -> None:
    config = tmp_path / "net.yaml"
    text = Path("configs/mazur.yaml").read_text(encoding="utf-8")
    stop = "training:\n  stop: {loss_below: 0.01, window: 10}\n"
    config.write_text(text.replace("training:\n", stop), encoding="utf-8")
    words = ("step", config, "-n", 10, "--checkpoints", tmp_path / "a.npz")
    assert "`stop` has no checkpoints" in run(*words, code=2).stderr
