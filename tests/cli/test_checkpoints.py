"""`step --checkpoints`, and `explain` from there: the same bits without all iterations before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.cli import run
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


def test_nothing_before_the_checkpoint_is_calculated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, advance = tmp_path / "states.npz", NetworkTimeline.advance
    run("step", "mazur", "-n", 1000, "--checkpoints", path)
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
    run("explain", "mazur", "dE/dw5@700", "--checkpoints", path)
    assert all(updates.start >= 699 for updates in made)


def test_checkpoints_are_of_one_configuration(tmp_path: Path) -> None:
    path, config = tmp_path / "states.npz", tmp_path / "net.yaml"
    text = Path("configs/mazur.yaml").read_text(encoding="utf-8")
    run("step", "mazur", "-n", 10, "--checkpoints", path)
    config.write_text(text.replace("title:", "title: Another title of"), encoding="utf-8")
    run("explain", config, "w5@5", "--checkpoints", path)
    config.write_text(text.replace("learning_rate: 0.5", "learning_rate: 0.4"), encoding="utf-8")
    result = run("explain", config, "w5@5", "--checkpoints", path, code=2)
    assert "these are the checkpoints of another configuration" in result.stderr


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
