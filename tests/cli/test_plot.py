"""`--plot` of step and compare, and the curve that step shows on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support.cli import ended, forked, process, run, run_json

NS = {"svg": "http://www.w3.org/2000/svg"}
BRAILLE = "⠁⣀⠤⠒⠉⢄"


def descriptions(path: Path) -> list[str]:
    """What the picture says of each of its curves."""
    root = ElementTree.parse(path).getroot()
    return [
        curve.findtext("svg:title", "", NS)
        for curve in root.iterfind(".//svg:g[@class='curve']", NS)
    ]


def titles(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()
    found = root.iterfind(".//svg:text[@class='panel-title']", NS)
    return ["".join(title.itertext()) for title in found]


def test_step_draws_the_loss(tmp_path: Path) -> None:
    path = tmp_path / "loss.svg"
    result = run("step", "mazur", "-n", 100, "--plot", path)
    assert f"drew 1 curve: {path}" in result.stderr
    history = run_json("step", "mazur", "-n", 100)["history"]
    begin, end = (f"{history[place]['loss']:.6g}" for place in (0, -1))
    assert descriptions(path) == [
        f"loss over all of the data: {begin} after 0 updates, {end} after 100"
    ]


def test_quantities_of_a_kind_share_a_panel(tmp_path: Path) -> None:
    path = tmp_path / "some.svg"
    wanted = ["out_o1", "w5", "out_o2", "gradients", "delta_h1", "loss"]
    names = [word for name in wanted for word in ("--plot-quantity", name)]
    run("step", "mazur", "-n", 10, "--plot", path, *names)
    assert titles(path) == [
        "output",
        "w5 (weight)",
        "norm of ∂E/∂W (log axis)",
        "δ_h1 (delta, ∂E/∂net)",
        "loss over all of the data",
    ]
    drawn = [words.partition(":")[0] for words in descriptions(path)]
    assert drawn == [
        "out_o1", "out_o2", "w5", "layer 1", "layer 2", "δ_h1", "loss over all of the data",
    ]  # fmt: skip


def test_compare_draws_a_curve_a_run(tmp_path: Path) -> None:
    path = tmp_path / "runs.svg"
    words = ("--plot-quantity", "loss", "--plot-quantity", "gradients")
    run("compare", "mazur", "mazur-as-published", "-n", 30, "--plot", path, *words, code=1)
    loss, *norms = titles(path)
    assert loss.startswith("loss over all of the data")
    assert [title[:22] for title in norms] == ["norm of ∂E/∂W, layer 1", "norm of ∂E/∂W, layer 2"]
    drawn = [text.partition(":")[0] for text in descriptions(path)]
    assert drawn == ["(1) mazur", "(2) mazur-as-published"] * 3


def test_a_run_that_lacks_a_quantity_has_no_curve_of_it(tmp_path: Path) -> None:
    path = tmp_path / "runs.svg"
    words = ("--plot", path, "--plot-quantity", "w9", "--plot-quantity", "loss")
    result = run("compare", "mazur", "cubes", "-n", 3, *words, code=1)
    assert "mazur: there is no" in result.stderr
    assert "no curve of it" in result.stderr
    assert [text.partition(":")[0] for text in descriptions(path)] == [
        "(1) mazur", "(2) cubes", "(2) cubes",
    ]  # fmt: skip


def test_what_there_is_of_a_diverging_run_is_drawn(tmp_path: Path) -> None:
    config, path = tmp_path / "net.yaml", tmp_path / "loss.svg"
    text = Path("configs/descent.yaml").read_text(encoding="utf-8")
    config.write_text(text.replace("learning_rate: 0.4", "learning_rate: 100"), encoding="utf-8")
    result = run("step", config, "-n", 5000, "--plot", path, code=2)
    assert "drew 1 curve" in result.stderr
    [told] = descriptions(path)
    assert float(told.split(" after ")[-2].split()[-1]) > 1e100


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--plot", "loss.gif"), "there is no such kind of picture; name it .svg, .png or .pdf"),
        (("--plot", "loss"), "there is no such kind of picture"),
        (("--plot", "loss.sgv"), "did you mean '.svg'?"),
        (
            ("--plot-quantity", "w5"),
            "--plot-quantity needs a file to draw into; add --plot FILE.svg",
        ),
        (("--plot", "a.svg", "--plot-quantity", "w55"), "w55"),
        (("--plot", "a.svg", "--plot-quantity", "w5@2"), "leave out @: w5"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("step", "mazur", *words, code=2)
    assert message in result.stderr
    assert not result.stdout
    assert not list(tmp_path.iterdir())


def test_a_picture_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "loss.svg"
    path.write_text("mine")
    result = run("step", "mazur", "--plot", path, code=2)
    assert "exists already; --force overwrites it" in result.stderr
    assert path.read_text() == "mine"
    run("step", "mazur", "--plot", path, "--force")
    assert len(descriptions(path)) == 1


@pytest.mark.parametrize("ending", ["png", "pdf"])
def test_without_matplotlib_it_is_said_what_to_install(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("step", "mazur", "--plot", tmp_path / f"loss.{ending}", code=2)
    assert "is not installed" in result.stderr
    assert 'pip install "bptrace[plot]"' in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_terminal_shows_the_loss_as_a_curve() -> None:
    child = forked("step", "mazur", "-n", "2000")
    assert ended(child) == 0
    before, _, curve = child.before.partition("The loss as a curve (log axis)")
    assert "Loss over all of the data" in before
    assert any(sign in curve for sign in BRAILLE)
    assert "2,000 updates" in curve


def test_a_terminal_shows_no_curve_that_is_not_wanted() -> None:
    child = forked("step", "mazur", "-n", "2000", "--no-curve")
    assert ended(child) == 0
    assert "as a curve" not in child.before


def test_a_pipe_gets_the_curve_only_when_asked() -> None:
    assert "as a curve" not in run("step", "mazur", "-n", 100).stdout
    assert "The output as a curve" in run("step", "descent", "--curve").stdout
    ascii = process("step", "mazur", "-n", 100, "--curve", env={"PYTHONIOENCODING": "ascii"})
    text = ascii.stdout.decode("ascii")
    assert "The loss as a curve" in text
    assert "****" in text
    assert "u28" not in text  # no braille sign was written as an escape


def test_a_format_without_room_refuses_the_curve() -> None:
    result = run("step", "mazur", "--curve", "--format", "json", code=2)
    assert "--format json has no --curve" in result.stderr
