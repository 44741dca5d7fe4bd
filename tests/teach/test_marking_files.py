"""A class's files: whose they are, and nothing that lies in them leaves its place."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import pytest

from support.marking import key, mazur, replaced, zipped
from tracer.config import load
from tracer.errors import BptraceError, ConfigError, UsageError
from tracer.teach.marking import MarkedClass, exercise_of, files, mark_class
from tracer.teach.marking.files import Gathering, Source
from tracer.teach.marking.matching import of_one_exercise, of_own_exercises
from tracer.teach.marking.students import Pattern, students_of

LINE = """\
network: {{inputs: [x], layers: [{{neurons: [y], activation: identity, weights: {}}}]}}
loss: half_squared_error
data: [{{inputs: [1.5], targets: [2.5]}}]
"""
MOODLE = "Jane Doe_12345_assignsubmission_file_"


def names(*paths: str) -> dict[str, list[str]]:
    """Whose files the paths are: ids, each with its files."""
    sources = [Source(PurePosixPath(path), path, bytes) for path in paths]
    found = students_of(sources)
    return {f"{s.name}/{s.id}": [x.shown for x in some] for s, some in found.items()}


def written(folder: Path, **contents: str | bytes) -> Path:
    """The folder with these files; `__` in a name is a dot."""
    for name, content in contents.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def marked(*paths: Path) -> MarkedClass:
    """Everybody's answers to the classic example."""
    found = of_one_exercise(mazur(), paths)
    return mark_class(found.submissions, problems=found.problems)


def points(of: MarkedClass) -> dict[str, float | None]:
    return {x.student.name: float(x.sheet.points) if x.sheet else None for x in of.students}


def test_course_sites_names_are_read() -> None:
    assert names(f"{MOODLE}/answers.yaml", "Tom Ö_7_assignsubmission_file_/a/b.txt") == {
        "Jane Doe/12345": [f"{MOODLE}/answers.yaml"],
        "Tom Ö/7": ["Tom Ö_7_assignsubmission_file_/a/b.txt"],
    }
    flat = "Jane Doe_12345_assignsubmission_file_answers.yaml"
    assert names(flat) == {"Jane Doe/12345": [flat]}
    assert list(names("doejane_12_345_a.yaml", "doetom_LATE_13_346_a-1.yaml")) == [
        "doejane/12",
        "doetom/13",
    ]


def test_a_zip_file_among_canvas_files_changes_no_ids() -> None:
    paths = ("doejane_12_345_a.yaml", "doetom_13_346_a/answers.yaml", "roeann_14_347_a/x/y.csv")
    assert list(names(*paths)) == ["doejane/12", "doetom/13", "roeann/14"]
    assert list(names(*(f"week 3/{path}" for path in paths))) == [
        "doejane/12",
        "doetom/13",
        "roeann/14",
    ]


def test_otherwise_a_folder_is_a_student_or_a_file() -> None:
    assert list(names("jane/answers.yaml", "tom/answers.yaml")) == ["jane/jane", "tom/tom"]
    assert list(names("Class A/jane/a.yaml", "Class A/tom/a.yaml")) == ["jane/jane", "tom/tom"]
    assert list(names("jane.yaml", "tom.csv")) == ["jane/jane", "tom/tom"]
    assert list(names("hw_2024_11_jane.yaml", "hw_2024_11_tom.yaml")) == [
        "hw_2024_11_jane/hw_2024_11_jane",
        "hw_2024_11_tom/hw_2024_11_tom",
    ]


def test_a_pattern_says_where_the_student_stands() -> None:
    pattern = Pattern.parse("{id}/answers.*")
    assert pattern.id_of(PurePosixPath("x/y/jane/answers.yaml")) == "jane"
    assert pattern.id_of(PurePosixPath("x/jane/other.yaml")) is None
    assert Pattern.parse("{id}-{id}.y").id_of(PurePosixPath("7-7.y")) == "7"
    assert Pattern.parse("a[1].{id}+").id_of(PurePosixPath("a[1].7+")) == "7"
    assert Pattern.parse("a*/{id}/x_{id}.y").id_of(PurePosixPath("ab/7/x_7.y")) == "7"
    assert Pattern.parse("a*/{id}/x_{id}.y").id_of(PurePosixPath("ab/7/x_8.y")) is None
    for text, words in (
        ("answers.yaml", "no {id}"),
        ("{name}.yaml", "there is no {name}"),
        ("{id}/*_*_*_*_*.yaml", "more than 4 of [*] and {id} in a name"),
    ):
        with pytest.raises(UsageError, match=words):
            Pattern.parse(text)


def test_a_student_with_an_odd_name_is_looked_for_in_a_moment() -> None:
    path = PurePosixPath(*["_" * 250] * 3)
    pattern = Pattern.parse("*_*_*_*/*_*_*_*x/*_{id}_*.yaml")
    assert pattern.id_of(path) is None


def test_a_course_sites_zip_is_marked_whatever_lies_in_it(tmp_path: Path) -> None:
    right, slip = key(mazur(), 6), replaced("net_h1", 0.3672)
    content = zipped(
        {
            f"{MOODLE}/answers.yaml": right,
            f"{MOODLE}/scan.pdf": b"%PDF\0",
            f"__MACOSX/{MOODLE}/._answers.yaml": b"\0\5",
            ".DS_Store": b"\0",
            "Ann_7_assignsubmission_file_/a.zip": zipped({"a.yaml": slip}),
            "Bob_8_assignsubmission_file_/a.docx": zipped({"word/document.xml": "<w/>"}),
        }
    )
    found = marked(*[written(tmp_path, all__zip=content) / "all.zip"])
    assert points(found) == {"Ann": 42, "Bob": None, "Jane Doe": 43}
    assert not found.complete
    assert found.students[2].remarks == ("scan.pdf was left aside",)
    assert "this is a Word document" in str(found.students[1].problems[0])


def test_no_path_in_a_zip_file_leads_anywhere(tmp_path: Path) -> None:
    content = zipped({"../../eve/x.yaml": key(mazur(), 6), "/etc/tom/y.yaml": key(mazur(), 6)})
    folder = tmp_path / "in"
    folder.mkdir()
    found = marked(written(folder, all__zip=content))
    assert [str(s.student.name) for s in found.students] == ["etc", "eve"]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["all.zip", "in"]


def test_a_link_out_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text(key(mazur(), 6), encoding="utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "eve.yaml").symlink_to(tmp_path / "secret.yaml")
    os.mkfifo(folder / "pipe.yaml")
    written(folder, tom__yaml="net_h1: 0.3775")
    found = marked(folder)
    assert points(found) == {"tom": 1}
    assert "a link out of the folder" in str(found.problems[0])


def test_broken_encrypted_and_huge_zips_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped({"tom.yaml": "net_h1: 0.3775", "eve.yaml": "net_h1: 0.3775 # " + "x" * 2000})
    locked = bytearray(content)
    locked[locked.find(b"PK\1\2") + 8] |= 1
    locked[locked.find(b"PK\3\4") + 6] |= 1
    found = marked(written(tmp_path, all__zip=bytes(locked)) / "all.zip")
    assert points(found) == {"eve": 1, "tom": None}
    assert "it is encrypted" in str(found.students[1].problems[0])
    found = marked(written(tmp_path, all__zip=content[:90]) / "all.zip")
    assert "this zip file is broken" in str(found.problems[0])
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    found = marked(written(tmp_path, all__zip=content) / "all.zip")
    assert points(found) == {"eve": None, "tom": 1}
    monkeypatch.setattr(files, "MOST_UNPACKED", 1000)
    with pytest.raises(BptraceError, match="when all is unpacked"):
        marked(tmp_path / "all.zip")
    monkeypatch.undo()
    monkeypatch.setattr(files, "MOST_FILES", 1)
    with pytest.raises(BptraceError, match="more than 1 files"):
        Gathering().sources([tmp_path / "all.zip"])


def test_files_as_students_make_them_are_read_or_reported(tmp_path: Path) -> None:
    lines = key(mazur(), 6).splitlines()
    comma = "\n".join(line.replace(": ", ";").replace(".", ",") for line in lines)
    written(
        tmp_path,
        comma__csv=comma,
        bom__yaml=b"\xef\xbb\xbf" + "\n".join(lines).encode(),
        utf16__txt="\n".join(line.replace(": ", "\t") for line in lines).encode("utf-16"),
        wrong_ending__docx="\n".join(lines),
        empty__yaml="",
        binary__yaml=b"\0\1\2",
        blank__yaml="\n".join(line.partition(" ")[0] for line in lines),
        misspelt__yaml="net_h3: 1",
    )
    found = marked(tmp_path)
    right = dict.fromkeys(("bom", "comma", "utf16", "wrong_ending"), 43.0)
    unread = dict.fromkeys(("binary", "empty", "misspelt"))
    assert points(found) == right | unread | {"blank": 0}
    blank = next(each for each in found.students if each.student.name == "blank")
    assert blank.remarks == ("there are no numbers in it",)


def test_two_files_of_a_student_count_once_or_not_at_all(tmp_path: Path) -> None:
    right = key(mazur(), 6)
    members = {
        "jane/a.yaml": right,
        "jane/b.yaml": right,
        "tom/a.yaml": right,
        "tom/b.yaml": "net_h1: 1",
    }
    found = marked(written(tmp_path, all__zip=zipped(members)) / "all.zip")
    assert points(found) == {"jane": 43, "tom": None}
    assert "several files with answers" in str(found.students[1].problems[0])


def test_the_configuration_among_the_answers_is_no_answer(tmp_path: Path) -> None:
    config = written(tmp_path, ex__yaml=LINE.format(2), tom__yaml="net_y: 3.0") / "ex.yaml"
    exercise = exercise_of(load(config), str(config))
    found = of_one_exercise(exercise, [tmp_path])
    assert [each.student.name for each in found.submissions] == ["tom"]


def test_each_student_has_an_exercise_of_their_own(tmp_path: Path) -> None:
    for number, weight in enumerate((2, 3, 4), 1):
        written(tmp_path, **{f"ex-{number}__yaml": LINE.format(weight)})
    written(
        tmp_path,
        **{"a-1__yaml": "net_y: 3.0", "a-2__csv": "net_y,3.0", "a-9__yaml": "net_y: 3.0"},
        all__zip=zipped({"ex-2.yaml": LINE.format(2), "a-1.yaml.bak": "x"}),
        broken__yaml="network: {",
    )
    found = of_own_exercises(
        "ex-{id}.yaml=a-{id}.*", [tmp_path], lambda path: exercise_of(load(path), str(path))
    )
    result = mark_class(found.submissions, problems=found.problems)
    got = {s.student.id: s.sheet and float(s.sheet.points) for s in result.students}
    assert got == {"1": 1, "2": 0, "3": None}
    assert [str(p) for p in result.problems] == [
        f"{tmp_path / 'a-9.yaml'}: there is no exercise for it; expected ex-9.yaml"
    ]
    assert result.students[2].remarks == ("nothing was handed in",)


def test_two_exercises_for_a_student_are_reported(tmp_path: Path) -> None:
    for place in ("one", "two"):
        folder = tmp_path / place
        folder.mkdir()
        written(folder, **{"ex-1__yaml": "network: {}"}, **{"a-1__yaml": "net_y: 1"})
    found = of_own_exercises("ex-{id}.yaml=a-{id}.yaml", [tmp_path], lambda _: mazur())
    assert found.submissions == []
    assert "a second exercise for 1" in str(found.problems[0])


def test_a_broken_exercise_is_told_with_its_lines(tmp_path: Path) -> None:
    written(tmp_path, **{"ex-1__yaml": "network: {", "a-1__yaml": "net_y: 1"})
    found = of_own_exercises(
        "ex-{id}.yaml=a-{id}.yaml", [tmp_path], lambda path: exercise_of(load(path))
    )
    assert "ex-1.yaml:" in str(found.problems[0])


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BptraceError, match="there is no file or folder"):
        marked(tmp_path / "nothing")
    with pytest.raises(UsageError, match="there are no files in"):
        marked(tmp_path)
    with pytest.raises(UsageError, match="expected EXERCISE=ANSWERS"):
        of_own_exercises("ex-{id}", [tmp_path], lambda _: mazur())
    with pytest.raises(UsageError, match=r"no files like ex-\{id\}"):
        of_own_exercises("ex-{id}=a-{id}", [tmp_path], lambda _: mazur())
    with pytest.raises(ConfigError):
        files._content(tmp_path / "nothing")


def test_a_link_to_itself_is_told_and_the_class_marked(tmp_path: Path) -> None:
    folder = written(tmp_path, jane__yaml=key(mazur(), 6))
    (folder / "self").symlink_to("self")
    found = marked(folder)
    assert points(found) == {"jane": 43}
    assert "a link to nothing" in str(found.problems[0])
