"""What `step --record` has written, read by `check` and `compare`: every number of every iteration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from support.cli import run, run_json
from tracer.config.arrays import write_arrays
from tracer.diagnose.answers import read_answers

NAMES = ("W1", "b1", "net2", "out1", "path1", "weight_part1", "dW2", "loss", "lr", "E_total")
QUANTITIES = ("out_o1", "dE/dw5", "W2", "loss", "target_o1", "w1+")


def batches(size: int, folder: Path) -> Path:
    """Five samples in batches of which the last one of an epoch is smaller."""
    path = folder / "net.yaml"
    text = Path("configs/four-equations.yaml").read_text(encoding="utf-8")
    assert "batch: full" in text
    path.write_text(text.replace("batch: full", f"batch: {size}"), encoding="utf-8")
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Three samples, then two, and again."""
    return batches(3, tmp_path)


def recorded(config: Path | str, path: Path, *words: object) -> dict[str, np.ndarray]:
    run("step", config, "-n", 7, "--record", path, *words)
    with np.load(path) as archive:
        return dict(archive)


def changed(path: Path, arrays: dict[str, np.ndarray], name: str, place: tuple[int, ...]) -> None:
    """The file with one number that is wrong."""
    arrays[name][place] += 0.25
    save(path, arrays)


def save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with path.open("wb") as stream:
        write_arrays(stream, arrays.items())


@pytest.mark.parametrize("words", [(), ("--record-every", 2), ("--record-every", 6)])
@pytest.mark.parametrize("name", ["mazur", "cubes-batch-means", "xor-thresholds", "descent", 2, 3])
def test_a_recording_is_right_in_every_number(
    name: str | int, words: tuple[object, ...], tmp_path: Path
) -> None:
    path = tmp_path / "all.npz"
    config = batches(name, tmp_path) if isinstance(name, int) else name
    arrays = recorded(config, path, *words)
    judged = run("check", config, path, "--format", "json")
    compared = run_json("compare", config, "--against", path)
    iterations = arrays.pop("iteration")
    arrays.pop("sample", None)
    numbers = sum(int(np.isfinite(array).sum()) for array in arrays.values())
    assert (judged.stderr, compared["first_difference"]) == ("", None)
    assert compared["compared"]["iterations"] == len(iterations)
    assert compared["compared"]["numbers"] == numbers
    assert json.loads(judged.stdout)["counts"]["right"] == numbers


@pytest.mark.parametrize("every", [1, 3])
def test_named_quantities_are_read_too(every: int, config: Path, tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    words = [word for name in QUANTITIES for word in ("--record-quantity", name)]
    arrays = recorded(config, path, "--record-every", every, *words)
    last = len(arrays["iteration"]) - 1
    assert run_json("compare", config, "--against", path)["first_difference"] is None
    assert run("check", config, path).stderr == ""
    changed(path, arrays, "out_o1", (last, 0))
    first = run_json("compare", config, "--against", path, code=1)["first_difference"]
    sample = arrays["sample"][last, 0]
    assert first["iteration"] == arrays["iteration"][last]
    assert first["name"] == ("out_o1" if sample == 1 else f"out_o1#{sample}")
    verdicts = run_json("check", config, path, code=1)["verdicts"]
    (wrong,) = [one for one in verdicts if one["verdict"] not in ("right", "coarse")]
    assert (wrong["name"], wrong["iteration"]) == (first["name"], first["iteration"])


@pytest.mark.parametrize("name", NAMES)
def test_the_one_wrong_number_is_named_with_its_iteration(
    name: str, config: Path, tmp_path: Path
) -> None:
    path = tmp_path / "all.npz"
    arrays = recorded(config, path, "--record-every", 2)
    place = (2, *[0] * (arrays[name].ndim - 1))  # iteration 6, whose batch is smaller
    changed(path, arrays, name, place)
    first = run_json("compare", config, "--against", path, code=1)["first_difference"]
    assert (first["array"].partition("@")[0], first["iteration"]) == (name, 6)
    assert first["index"] == list(place[1:])
    judged = run_json("check", config, path, code=1)
    assert judged["first_wrong"] == first["name"]
    wrong = [one for one in judged["verdicts"] if one["verdict"] in ("wrong", "mistake")]
    assert [(one["name"], one["iteration"]) for one in wrong] == [(first["name"], 6)]


def test_a_resumed_training_begins_within_an_epoch(config: Path, tmp_path: Path) -> None:
    path, state = tmp_path / "all.npz", tmp_path / "state.yaml"
    run("step", config, "-n", 1, "--save", state)
    arrays = recorded(state, path)
    assert arrays["sample"][0].tolist() == [4, 5, 0]
    assert run_json("compare", state, "--against", path)["first_difference"] is None


def test_a_recording_of_other_batches_is_refused(config: Path, tmp_path: Path) -> None:
    path, other = tmp_path / "all.npz", tmp_path / "other.yaml"
    recorded(config, path)
    text = config.read_text(encoding="utf-8")
    other.write_text(text.replace("batch: 3", "batch: 3\n  shuffle: true"), encoding="utf-8")
    told = run("check", other, path, code=2).stderr
    assert "sample: iteration 1 has sample 1, 2, 3, expected" in told
    assert "is CONFIG the one that was recorded?" in told


@pytest.mark.parametrize(
    ("array", "value", "message"),
    [
        ("iteration", [1.5, 2, 3], "these are no numbers of iterations"),
        ("iteration", [3, 2, 1], "these are no numbers of iterations"),
        ("iteration", [0, 1, 2], "these are no numbers of iterations"),
        ("iteration", [1, 2, 1e300], "these are no numbers of iterations"),
        ("iteration", [1, 2, np.inf], "these are no numbers of iterations"),
        ("sample", [1, 1, 1], "the shape is 3, expected iterations and samples: 3×1"),
        ("sample", [[1], [1]], "the shape is 2×1, expected iterations and samples: 3×1"),
        ("sample", [[1], [1], [1], [1]], "the shape is 4×1, expected iterations and samples: 3×1"),
        ("sample", [[1, 1, 1]], "the shape is 1×3, expected iterations and samples: 3×1"),
        ("sample", [[1], [np.nan], [1]], "sample[1, 0] is nan, expected a sample's number"),
        ("sample", [[1, np.inf]] * 3, "sample[0, 1] is inf, expected a sample's number"),
        ("sample", [[1], [1.5], [1]], "sample[1, 0] is 1.5, expected a sample's number"),
        ("net1", np.zeros((2, 1, 2)), "the shape is 2×1×2, expected 3×1×2"),
        ("W1", np.zeros((4, 2, 2)), "the shape is 4×2×2, expected 3×2×2"),
        ("net1", np.full((3, 1, 2), np.nan), "net1[0, 0, 0] is nan, expected a finite number"),
        ("out_o1", np.zeros((3, 2, 2)), "the shape is 3×2×2, expected iterations and samples"),
        ("loss", np.zeros((3, 2)), "the shape is 3×2, expected iterations"),
    ],
)
def test_what_is_no_recording_is_told(
    array: str, value: object, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "odd.npz"
    arrays = {"iteration": np.arange(1, 4), "lr": np.full(3, 0.5), array: np.array(value)}
    save(path, arrays)
    for words in (("check", "mazur"), ("compare", "mazur", "--against")):
        assert message in run(*words, path, code=2).stderr


def test_a_number_that_is_not_finite_is_named_by_its_place_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "all.npz"
    arrays = recorded("mazur", path)
    arrays["W1"][4, 1, 0] = np.nan
    save(path, arrays)
    for words in (("check", "mazur"), ("compare", "mazur", "--against")):
        assert "W1[4, 1, 0] is nan" in run(*words, path, code=2).stderr


def test_parts_of_one_sample_are_not_read_as_samples_in_columns(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    arrays = recorded("mazur", path, "-n", 30)
    assert arrays["path1"].shape == (30, 1, 2, 2)
    arrays["path1"] = arrays["path1"].astype(np.float16)
    save(path, {name: arrays[name] for name in ("iteration", "sample", "path1")})
    assert run_json("check", "mazur", path)["counts"]["right"] == 120


def test_numbers_at_the_end_of_float64_are_wrong_without_a_warning(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = tmp_path / "some.npz"
    arrays = recorded("mazur", path)
    wrong = {name: np.sign(arrays[name]) * 1.7e308 for name in ("net1", "dW1", "W2")}
    save(path, {"iteration": arrays["iteration"]} | wrong)
    assert "wrong" in run("check", "mazur", path, code=1).stdout
    assert not recwarn.list


def test_of_a_long_recording_only_what_differs_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.diagnose.answers.moments._MOST", 4)
    path = tmp_path / "all.npz"
    arrays = recorded("mazur", path, "-n", 20)
    numbers = sum(a.size for name, a in arrays.items() if name not in ("iteration", "sample"))
    found = run_json("check", "mazur", path)
    assert (found["counts"]["right"], found["unlisted"]) == (numbers, {"right": 19, "other": 0})
    changed(path, arrays, "b1", (11, 0))
    found = run_json("check", "mazur", path, code=1)
    assert (found["first_wrong"], found["unlisted"]["right"]) == ("b1", 18)
    assert found["counts"]["right"] == numbers - 1
    assert "18 iterations are right in every number" in run("check", "mazur", path, code=1).stdout
    changed(path, arrays, "lr", (slice(2, None),))  # type: ignore[arg-type]
    told = run("check", "mazur", path, code=1).stdout
    assert "15 iterations more have other numbers" in told


@pytest.mark.parametrize("name", ["mazur", "descent-momentum"])
def test_the_iterations_before_a_difference_go_by_in_blocks(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.npz"
    arrays = recorded(name, path, "-n", 6000)
    changed(path, arrays, "lr", (5500,))
    read = []

    def counted(*given: object, **options: object) -> object:
        read.append(options["chosen"])
        return read_answers(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("tracer.diagnose.answers.read_answers", counted)
    found = run_json("compare", name, "--against", path, code=1)
    assert read == [[5500]]
    assert (found["first_difference"]["name"], found["first_difference"]["iteration"]) == (
        "lr", 5501,
    )  # fmt: skip
    assert found["compared"]["iterations"] == 5501


def test_a_number_that_is_called_as_an_array_is_told_by_its_axes(tmp_path: Path) -> None:
    path = tmp_path / "b.npz"
    arrays = recorded("four-equations", path, "--record-quantity", "b1")
    assert arrays["b1"].shape == (7,)
    assert run_json("compare", "four-equations", "--against", path)["first_difference"] is None
    assert run_json("check", "four-equations", path)["counts"]["right"] == 7
