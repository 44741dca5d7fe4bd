"""The wheel, built from the sdist, works away from the checkout, in any folder.

Unpacked in `make test`; in `make test-long` installed into a fresh environment, too.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from support.paths import ROOT
from tracer.bundled import examples

Run = Callable[..., str]
Printed = Mapping[tuple[str, ...], str]

COMMANDS = (
    ("examples",),
    ("run", "mazur"),
    ("run", "mazur", "--format", "html"),
    ("run", "mazur", "--lang", "de"),
    ("page", "mazur", "-o", "-"),
    ("page", "mazur", "-o", "-", "--exercise"),
    ("run", "cubes"),
)
ALL_OF_THEM = """
import contextlib, io, json, sys
from tracer import bundled
from tracer.cli import application
printed = ["\\n".join(str(example.path) for example in bundled.examples())]
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as stream, contextlib.suppress(SystemExit):
        application()(words, prog_name="bptrace")
    printed.append(stream.getvalue())
print(json.dumps(printed))
"""


def output_of(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment | {"PYTHONUTF8": "1"},
        encoding="utf-8",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    output_of(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT), cwd=folder
    )
    assert len(list(folder.glob("*.tar.gz"))) == 1
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a program of a fresh environment with the wheel, away from the checkout.

    The dependencies are those of the environment that runs the tests, so nothing is downloaded.
    """
    home = tmp_path_factory.mktemp("fresh environment")
    output_of(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
    paths = sysconfig.get_paths("venv", {"base": str(home / "venv")})
    pip = (sys.executable, "-m", "pip", "--python", home / "venv", "install", "--no-deps")
    output_of(*pip, "--quiet", "--disable-pip-version-check", wheel, cwd=home)
    borrowed = Path(paths["purelib"]) / "dependencies.pth"
    borrowed.write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return lambda program, *arguments: output_of(
        Path(paths["scripts"]) / program, *arguments, cwd=home
    )


@pytest.fixture(scope="module")
def printed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """What each of the commands prints, called one after the other in one process, which is quicker.

    Before them the paths of the bundled examples, as ().
    """
    unpacked = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    command = (sys.executable, "-c", ALL_OF_THEM, json.dumps(COMMANDS))
    found = json.loads(
        output_of(*command, cwd=tmp_path_factory.mktemp("any folder"), path=unpacked)
    )
    return dict(zip(((), *COMMANDS), found, strict=True))


def test_the_wheel_carries_every_example_and_its_data(wheel: Path) -> None:
    bundled = {f"tracer/configs/{example.path.name}" for example in examples()}
    bundled |= {f"tracer/configs/data/{path.name}" for path in (ROOT / "configs/data").iterdir()}
    assets = ROOT / "tracer" / "page" / "assets"
    bundled |= {path.relative_to(ROOT).as_posix() for path in assets.rglob("*.*")}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert bundled <= names
    assert {"tracer/py.typed", "tracer/show/assets/document.css", "bptrace.py"} <= names
    assert not [name for name in names if name.startswith(("tests/", "configs/", "benchmarks/"))]


def test_its_examples_are_its_own(printed: Printed) -> None:
    paths = [Path(line) for line in printed[()].splitlines()]
    assert [path.name for path in paths] == [example.path.name for example in examples()]
    assert not [path for path in paths if ROOT in path.parents]


def test_it_traces_a_bundled_example(printed: Printed) -> None:
    trace = printed["run", "mazur"]
    for number in ("0.593269992", "0.298371109", "0.149780716", "0.291027774"):
        assert number in trace


def test_it_writes_a_page_with_its_style(printed: Printed) -> None:
    assert "--paper:" in printed["run", "mazur", "--format", "html"]


@pytest.mark.parametrize("options", [(), ("--exercise",)])
def test_it_writes_a_page_that_calculates(printed: Printed, options: tuple[str, ...]) -> None:
    assert "function Calculation(" in printed["page", "mazur", "-o", "-", *options]


def test_it_speaks_other_languages(printed: Printed) -> None:
    assert "Rückwärts" in printed["run", "mazur", "--lang", "de"]


def test_it_reads_the_bundled_data_file(printed: Printed) -> None:
    assert "200" in printed["run", "cubes"]


def listed(listing: str) -> bool:
    return all(each.name in listing and each.title() in listing for each in examples())


def test_it_lists_the_examples_with_their_titles(printed: Printed) -> None:
    assert listed(printed[("examples",)])


@pytest.mark.long
def test_the_installed_command_lists_the_examples_with_their_titles(installed: Run) -> None:
    assert listed(installed("bptrace", "examples"))


@pytest.mark.long
@pytest.mark.parametrize("module", ["bptrace", "tracer"])
def test_the_package_runs_as_a_module(installed: Run, module: str) -> None:
    usage = installed("python", "-m", module, "--help")
    assert usage.startswith("Usage: bptrace ")
    assert "run" in usage


def test_a_checkout_runs_as_a_module() -> None:
    assert output_of(sys.executable, "-m", "bptrace", "examples", "mazur", cwd=ROOT) == (
        ROOT / "configs" / "mazur.yaml"
    ).read_text(encoding="utf-8")


def test_the_sdist_carries_the_module_too(wheel: Path) -> None:
    (source,) = wheel.parent.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"bptrace.py", "tracer/cli/__init__.py", "configs/mazur.yaml"} <= names
