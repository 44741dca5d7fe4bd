"""Where results go: whole files or none, clean errors, and pipes that close early."""

import io
import os
import resource
import stat
import sys
import threading
from pathlib import Path

import pytest

from support.cli import python
from tracer.errors import OutputError, UsageError
from tracer.show import replacement
from tracer.show.output import check_targets, open_binary_output, open_output, output_paths


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with open_output(path) as stream:
        stream.write("δ\r\n")
        assert not path.exists()
    assert path.read_bytes() == "δ\r\n".encode()
    assert listing(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_a_file_that_failed(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")

    with pytest.raises(error), open_output(path, force=True):
        raise error
    assert path.read_text() == "before"
    assert listing(tmp_path) == ["out.txt"]


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    with pytest.raises(OutputError) as caught, open_output(path):
        pass
    assert (caught.value.message, caught.value.hint) == (
        f"{path} exists already",
        "--force overwrites it",
    )
    assert path.read_text() == "before"


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with pytest.raises(OutputError, match="exists already"), open_output(path):
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert listing(tmp_path) == ["out.txt"]


def test_force_keeps_permissions_and_links(tmp_path: Path) -> None:
    path, link = tmp_path / "out.txt", tmp_path / "link.txt"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to(path)
    with open_output(link, force=True) as stream:
        stream.write("after")
    assert link.is_symlink()
    assert path.read_text() == "after"
    assert path.stat().st_mode & 0o777 == 0o640


def test_new_files_have_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    with open_output(tmp_path / "new"):
        pass
    assert (tmp_path / "new").stat().st_mode == usual.stat().st_mode


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_is_not_a_file(tmp_path: Path, force: bool) -> None:
    with pytest.raises(OutputError, match="is a folder; name a file in it"):
        open_output(tmp_path, force).__enter__()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        open_output(tmp_path / "no" / "out.txt").__enter__()
    assert caught.value.message == f"the folder {tmp_path / 'no'} does not exist"


def test_a_write_protected_file_is_kept_even_with_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anything
    with pytest.raises(OutputError, match="write-protected"):
        open_output(path, force=True).__enter__()


def test_what_the_system_refuses_is_a_clean_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied", str(source), None, str(target))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError) as caught, open_output(Path("out.txt"), force=True):
        pass
    assert str(caught.value) == "can't write to out.txt: Permission denied"
    assert listing(tmp_path) == []
    with pytest.raises(OutputError, match="File name too long"):
        open_output(Path("x" * 300)).__enter__()


def test_a_full_disk_is_a_clean_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No space left"), open_output(tmp_path / "out"):
        raise OSError(28, "No space left on device")
    assert listing(tmp_path) == []


def test_errors_about_other_files_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_output(tmp_path / "out"):
        (tmp_path / "elsewhere" / "data.csv").read_text()
    with pytest.raises(FileNotFoundError), open_output(None):
        (tmp_path / "data.csv").read_text()


def test_devices_and_pipes_are_written_directly(tmp_path: Path) -> None:
    with open_output(Path(os.devnull)) as stream:
        stream.write("gone")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    for kind in (open_output, open_binary_output):
        reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
        reader.start()
        with kind(pipe) as stream:
            stream.write("through" if kind is open_output else b"through")  # type: ignore[arg-type]
        reader.join()
    assert read == [b"through"] * 2


@pytest.mark.parametrize("path", [None, Path("-")])
def test_no_path_or_a_dash_is_standard_output(
    path: Path | None, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_output(path) as stream:
        stream.write("here")
    assert capsys.readouterr().out == "here"


class _Broken(io.StringIO):
    def flush(self) -> None:
        raise BrokenPipeError(32, "Broken pipe")


def test_a_closed_pipe_without_a_file_behind_it_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", _Broken())
    with open_output(None) as stream:
        stream.write("x")
    monkeypatch.undo()


def test_a_failed_write_to_standard_output_is_worded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(OutputError) as caught, open_output(None):
        raise OSError(5, "Input/output error")
    assert str(caught.value) == "can't write to standard output: Input/output error"
    monkeypatch.undo()


def run(code: str, stdout: int, **environ: str) -> tuple[int, str]:
    code = f"from tracer.show.output import open_output\n{code}"
    done = python(code, stdout=stdout, env=os.environ | environ)
    return done.returncode, done.stderr


def test_a_reader_that_leaves_early_ends_it_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    code = "with open_output(None) as s:\n  for i in range(100000): print(i, file=s)"
    assert run(code, writing) == (0, "")
    os.close(writing)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_standard_output_is_one_clean_error() -> None:
    code = (
        "from tracer.errors import OutputError\n"
        "try:\n  with open_output(None) as s: s.write('x')\n"
        "except OutputError as error: raise SystemExit(str(error))"
    )
    with open("/dev/full", "w") as full:
        status, errors = run(code, full.fileno())
    assert (status, errors) == (1, "can't write to standard output: No space left on device\n")


def test_standard_output_in_an_ascii_locale_never_fails(tmp_path: Path) -> None:
    file = tmp_path / "out"
    with file.open("w") as out:
        status, errors = run(
            "with open_output(None) as s: s.write('δ ≈ 中')",
            out.fileno(),
            PYTHONIOENCODING="ascii:strict",
        )
    assert (status, errors) == (0, "")
    assert file.read_text() == r"delta ~= \u4e2d"


def test_a_result_fills_the_fields_of_its_files_name() -> None:
    results = [{"name": "xor", "seed": 1}, {"name": "mazur", "seed": 2}]
    assert output_paths(Path("{name}/{seed}-{name}.md"), results) == [
        Path("xor/1-xor.md"),
        Path("mazur/2-mazur.md"),
    ]
    assert output_paths(Path("one.md"), results[:1]) == [Path("one.md")]
    assert output_paths(None, results[:1]) == [None]


@pytest.mark.parametrize("pattern", [None, Path("one.md"), Path("-")])
def test_several_results_need_several_files(pattern: Path | None) -> None:
    with pytest.raises(UsageError) as caught:
        output_paths(pattern, [{"name": "a"}, {"name": "b"}])
    assert str(caught.value) == (
        "2 results need 2 files; name them with --output, and {name} in the name"
    )


def test_results_of_the_same_name_are_not_written_over_one_another() -> None:
    with pytest.raises(UsageError, match="2 results need 2 files"):
        output_paths(Path("{name}.md"), [{"name": "a"}, {"name": "a"}])


def test_an_unknown_field_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        output_paths(Path("{nme}.md"), [{"name": "a", "seed": 1}])
    assert str(caught.value) == "--output {nme}.md: there is no {nme}; there is {name}, {seed}"


def test_what_is_written_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sizes = tmp_path / "out.txt", list[int]()
    fsync = os.fsync

    def watched(number: int) -> None:
        fsync(number)
        if stat.S_ISREG(os.fstat(number).st_mode):
            assert not path.exists()
            sizes.append(os.fstat(number).st_size)
        else:
            assert path.exists()  # then comes the folder with the name
            sizes.append(-1)

    monkeypatch.setattr(os, "fsync", watched)
    with open_output(path) as stream:
        stream.write("four")
    assert sizes == [4, -1]


def test_a_new_file_never_takes_the_name_of_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.txt"

    def meanwhile(_source: Path, target: Path) -> None:
        target.write_text("theirs")
        raise FileExistsError

    monkeypatch.setattr(os, "link", meanwhile)
    with pytest.raises(OutputError, match="exists already; --force"), open_output(path):
        pass
    assert path.read_text() == "theirs"
    path.unlink()

    def without_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", without_links)
    with open_output(path) as stream:
        stream.write("mine")
    assert path.read_text() == "mine"
    assert listing(tmp_path) == ["out.txt"]


def test_what_a_killed_writer_left_is_swept_and_a_living_one_keeps_its_file(tmp_path: Path) -> None:
    left = tmp_path / f".bptrace-{'0' * 16}.tmp"
    left.touch()
    for kept in (".bptrace-notes.tmp", "bptrace.tmp"):
        (tmp_path / kept).touch()
    with open_output(tmp_path / "slow") as slow:
        replacement.swept.cache_clear()  # as in another process
        with open_output(tmp_path / "quick") as quick:
            quick.write("quick")
        slow.write("slow")
    assert listing(tmp_path) == [".bptrace-notes.tmp", "bptrace.tmp", "quick", "slow"]
    assert (tmp_path / "slow").read_text() == "slow"


def test_a_file_that_grows_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("before")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OutputError, match="File too large"), open_output(path, True) as stream:
            stream.write("x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == "before"
    assert listing(tmp_path) == ["out.txt"]


def test_a_link_to_itself_is_no_file(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(OutputError, match="is a link to itself"):
        open_output(link).__enter__()


def test_two_results_need_two_files(tmp_path: Path) -> None:
    path, link = tmp_path / "out", tmp_path / "link"
    link.symlink_to("out")
    for other in (path, tmp_path / "." / "out", tmp_path / ".." / tmp_path.name / "out", link):
        with pytest.raises(
            OutputError, match=r"--save .* and --output .* are both .*/out; name two"
        ):
            check_targets({"--save": path, "--plot": None, "--output": other}, force=True)
    with pytest.raises(OutputError, match="are both standard output"):
        check_targets({"--save": Path("-"), "--output": Path("-")}, force=False)
    null = Path(os.devnull)
    check_targets({"--save": null, "--output": null}, force=False)
    path.touch()
    with pytest.raises(OutputError, match="exists already"):
        check_targets({"--save": path}, force=False)
