"""What a teacher downloads: sheets in files, folders and zip files; and schemes of points."""

from __future__ import annotations

import io
import zipfile

from hypothesis import strategies as st

from benchmarks.fuzz.answers import answers, names
from benchmarks.fuzz.arrays import broken
from benchmarks.fuzz.documents import Node, damaged, mapping, written
from benchmarks.fuzz.texts import ODD_TEXTS, among, odd_numbers, quoted, rarely, saved

_STUDENTS = ("ann", "Ben Müller", "cleo", "d", "=cmd()", "-1", "{id}", "x" * 200, "\u202eevil",
    "\x1b[31mred", "猫", "a,b",
             "a;b", "'", '"', "[red]", "<b>", "..", ".", "__MACOSX", ".DS_Store", "CON", " ",
             "a\nb")  # fmt: skip
_ENDS = (
    ".yaml",
    ".txt",
    ".csv",
    ".json",
    ".md",
    ".npz",
    "",
    ".pdf",
    ".py",
    ".tar.gz",
    ".zip",
    ".YAML",
)
_SHAPES = (
    "{0}{1}", "{0}/answers{1}", "{0}_12345_assignsubmission_file_/answers{1}",
    "{0}_12345_67890_answers{1}",
    "class/{0}/answers{1}", "answers-{0}{1}", "../{0}{1}", "/bptrace-fuzz-escape/{0}{1}",
    "{0}\\answers{1}", "{0}/",
)  # fmt: skip
FEEDBACK = ("fb-{id}.md", "fb-{student}.html", "{id}.tex", "{id}.txt", "fb.md", "{name}.md",
    "{}.md", "{id", "{0}.md",
            "{id}/{id}.md", "{id}", "{id!r}.md", "{id:>9999999}.md", "{id.__class__}.md",
            "fb-{id}.exe")  # fmt: skip
STUDENT = ("{id}/answers.*", "{id}.*", "{id}*", "*", "", "{id}/{id}.*", "{student}.*", "[",
    "**/{id}", "(?P<id>.*)+", "/{id}",
           "{id", "*" * 60 + "{id}", "{id}" * 20)  # fmt: skip
MATCH = (
    "ex-{id}.yaml=answers-{id}.*",
    "{id}.yaml={id}.*",
    "=",
    "a=b=c",
    "{id}={id}",
    "ex.yaml",
    "*=*",
    "ex-{id}.yaml=",
)


@st.composite
def _zipped(draw: st.DrawFn, depth: int = 0) -> bytes:
    written_to = io.BytesIO()
    with zipfile.ZipFile(
        written_to, "w", among(draw, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    ) as archive:
        for _ in range(draw(st.integers(0, 3))):
            end = among(draw, _ENDS)
            inner = _zipped(depth + 1) if end == ".zip" and depth < 2 else answers
            name = among(draw, _SHAPES).format(among(draw, _STUDENTS), end)
            if name not in archive.namelist():
                archive.writestr(name, draw(inner))
    return draw(broken(written_to.getvalue()))


@st.composite
def sheets(draw: st.DrawFn) -> dict[str, bytes]:
    """Files of a class, all in the folder `class`."""
    files: dict[str, bytes] = {}
    for _ in range(draw(st.integers(0, 4))):
        end = among(draw, _ENDS)
        shape = among(draw, _SHAPES[:6])
        content = draw(_zipped()) if end == ".zip" else draw(answers)
        files[f"class/{shape.format(among(draw, _STUDENTS).replace('..', 'e'), end)}"] = content
    return files


@st.composite
def scheme(draw: st.DrawFn) -> bytes:
    """How points are given."""
    number = rarely(st.sampled_from(("0.25", "1", "0.5")), odd_numbers, 15)
    verdicts = ("right", "rounding", "follows", "mistake", "wrong", "coarse")
    parts = (
        "each",
        "updates",
        "forward",
        '"delta_*"',
        "E_total",
        "E_total@2",
        '"*"',
        quoted(draw(names())),
        '"["',
    )
    document: Node = mapping(
        total=among(draw, ("", draw(number), "10")),
        round=among(draw, ("", draw(number))),
        verdicts=mapping(**{among(draw, verdicts): draw(number) for _ in range(2)})
        if draw(st.booleans())
        else "",
        after_trivial=among(draw, ("", draw(number))),
        points=tuple({among(draw, parts): draw(number) for _ in range(3)}.items())
        if draw(st.booleans())
        else "",
    )
    return draw(saved(draw(written(draw(damaged(document))))))


patterns = st.sampled_from((*FEEDBACK, *STUDENT, *MATCH)) | st.sampled_from(ODD_TEXTS).map(
    lambda text: text.lstrip("/").replace("..", "e")[:80]
)
"""Patterns of paths, none of which leads out of the folder by itself."""
