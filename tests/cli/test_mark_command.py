"""`bptrace mark`, and points from `check`: tables, gradebooks, pages, feedback, exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from support.cli import run, run_json, shown
from support.marking import everywhere, key, mazur, replaced
from support.schema import validate
from tracer.show import pdf


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class: right, a slip, a trivial number, a known mistake, another exercise, unreadable."""
    answers = tmp_path / "answers"
    answers.mkdir()
    sheets = {
        "ann.yaml": key(mazur(), 6),
        "bob.yaml": replaced("net_h1", 0.3672),
        "cy.yaml": replaced("out_h1", 0.0),
        "di.txt": "dE/dout_h1 = 0.03635\ndelta_h1 = 0.03635\n",
        "ed.yaml": everywhere("1.000"),
        "=fay.yaml": "net_h3: 1",
    }
    for name, text in sheets.items():
        (answers / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_everybody_is_marked_and_what_cannot_be_read_is_told(folder: Path) -> None:
    result = run("mark", "mazur", "answers", "--width", 200, code=2)
    assert result.stderr.startswith("answers/=fay.yaml:1:1: net_h3: there is no quantity 'net_h3'")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "5 of 6 sheets marked: 0 to 43 points of 43, the median 5." in lines
    assert "bob 43 of 43 34 8 0 1 0 42 of 43 net_h1" in lines
    assert "di 2 of 43 1 0 1 0 0 1.5 of 43 δ_h1" in lines
    assert "hidden_delta_without_slope 1 1 di" in lines
    assert any(line.startswith("ann +++++ +++++") for line in lines)
    run("mark", "mazur", "answers/ann.yaml", "answers/bob.yaml", code=0)


def test_the_gradebook_has_a_row_a_student_and_no_formula(folder: Path) -> None:
    output = run("mark", "mazur", "answers", "--format", "csv", code=2).stdout
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(output))}
    assert list(rows) == ["'=fay", "ann", "bob", "cy", "di", "ed"]
    assert rows["bob"]["points"] == "42"
    assert rows["bob"]["first_wrong"] == "net_h1"
    assert rows["di"]["points"] == "1.5"
    assert rows["'=fay"]["points"] == ""
    assert "no quantity" in rows["'=fay"]["remarks"]


def test_json_is_as_published(folder: Path) -> None:
    found = run_json("mark", "mazur", "answers", code=2)
    validate(found, "mark")
    by_id = {each["id"]: each for each in found["students"]}
    assert [by_id[name]["points"] for name in ("ann", "bob", "di")] == [43, 42, 1.5]
    assert found["mistakes"] == [
        {"name": "hidden_delta_without_slope", "numbers": 1, "students": ["di"]}
    ]
    assert "exact" in by_id["di"]["numbers"][0] or "given" not in by_id["di"]["numbers"][0]
    hidden = json.dumps(run_json("mark", "mazur", "answers", "--no-reveal", code=2))
    assert "exact" not in hidden


def test_the_page_has_a_picture_whose_signs_say_it(folder: Path) -> None:
    run("mark", "mazur", "answers", "-o", "class.html", code=2)
    page = (folder / "class.html").read_text(encoding="utf-8")
    assert '<td class="square mistake" title="wrong with a known mistake">m</td>' in page
    assert page.count('<table class="grid">') == 1
    assert "<script" not in page


def test_feedback_explains_the_points(folder: Path) -> None:
    run("mark", "mazur", "answers", "--feedback", "fb-{id}.md", "-o", "all.md", code=2)
    assert sorted(p.name for p in folder.glob("fb-*")) == [
        "fb-ann.md", "fb-bob.md", "fb-cy.md", "fb-di.md", "fb-ed.md"
    ]  # fmt: skip
    cy, di = ((folder / f"fb-{name}.md").read_text(encoding="utf-8") for name in ("cy", "di"))
    assert "| `out_h1` | 0.0 | 0.593269992 | 0.593269992 | wrong | 0 of 1 |" in cy
    assert "no method: it goes back to `out_h1`" in cy
    assert "0.5 of 1" in di
    assert "the slope of the activation" in di
    assert "41 numbers, worth 41 points:" in di
    assert "- 50 % of them: wrong with a known mistake." in di


def test_feedback_without_right_values_gives_none_away(folder: Path) -> None:
    options = ("--feedback", "fb-{id}.txt", "--no-reveal", "-o", "all.txt")
    run("mark", "mazur", "answers", *options, code=2)
    for name in ("cy", "di", "ed"):
        text = (folder / f"fb-{name}.txt").read_text(encoding="utf-8")
        assert "0.5932" not in text
        assert "0.00877" not in text


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex")
def test_feedback_can_be_a_pdf(folder: Path) -> None:
    run("mark", "mazur", "answers/di.txt", "--feedback", "fb-{id}.pdf")
    assert (folder / "fb-di.pdf").read_bytes().startswith(b"%PDF")


def test_a_pdf_without_latex_is_refused_before_anything_is_marked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "ENGINES", ("no-such-latex",))
    result = run("mark", "mazur", "answers", "--feedback", "fb-{id}.pdf", code=2)
    assert result.stderr.startswith("bptrace: a PDF needs LaTeX, and there is none here;")
    assert result.stdout == ""


def test_a_scheme_changes_the_points_and_is_said_in_words(folder: Path) -> None:
    scheme = 'total: 10\nround: 0.5\nverdicts: {mistake: 0.25}\npoints: {each: 1, "delta_*": 2}\n'
    (folder / "scheme.yaml").write_text(scheme, encoding="utf-8")
    output = shown("mark", "mazur", "answers/di.txt", "answers/ann.yaml", "--points", "scheme.yaml")
    assert "10 of 10" in output
    assert "A sheet that is right throughout has 10 points." in output
    assert "25 % of them: wrong with a known mistake." in output


def test_a_scheme_of_other_numbers_is_refused_with_its_line(folder: Path) -> None:
    (folder / "scheme.yaml").write_text("points:\n  delta_h9: 2\n", encoding="utf-8")
    result = run("mark", "mazur", "answers", "--points", "scheme.yaml", code=2)
    assert result.stderr.startswith("scheme.yaml:2:3: points.delta_h9: no number that is asked for")
    assert "did you mean 'delta_h2', 'delta_h1'" in result.stderr


def test_only_what_is_asked_for_counts(folder: Path) -> None:
    output = shown("mark", "mazur", "answers/di.txt", "--ask", "delta_h1,dE/dout_h1,w[h1,i1]+")
    assert "2 of 3" in output
    assert "1.5 of 3" in output


def test_exercises_may_be_of_different_sizes(folder: Path) -> None:
    for number, layers in ((1, "2,2,1"), (2, "2,3,2")):
        run("new", "--seed", number, "--layers", layers, "-o", f"ex-{number}.yaml")
        (folder / f"a-{number}.txt").write_text(f"net_h{number + 1} = 99.5", encoding="utf-8")
    words = ("mark", "--match", "ex-{id}.yaml=a-{id}.txt", ".")
    assert "net_h3" in shown(*words)
    for format in ("html", "json", "csv", "latex", "markdown"):
        assert "h3" in run(*words, "--format", format).stdout


def test_what_is_asked_of_a_terminal_is_no_file_name(folder: Path) -> None:
    (folder / "a\x1b[31m.yaml").write_text("net_h3: 1", encoding="utf-8")
    result = run("mark", "mazur", "a\x1b[31m.yaml", code=2)
    assert "\x1b" not in result.output


def test_each_student_may_have_an_exercise_of_their_own(folder: Path) -> None:
    run("new", "--seed", 1, "--count", 3, "-o", "ex-{seed}.yaml")
    run("worksheet", "ex-1.yaml", "--answers", "-o", "answers-1.yaml")
    (folder / "answers-2.txt").write_text("net_h1 = 99", encoding="utf-8")
    result = run("mark", "--match", "ex-{id}.yaml=answers-{id}.*", ".", "--width", 150)
    assert "there are no numbers in it" in result.stdout
    assert "nothing was handed in" in result.stdout
    assert result.stderr == "bptrace: no answers from 3\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mazur"], "bptrace: there are no answers to mark; name them behind it"),
        (["mazur", "nothing"], "bptrace: there is no file or folder 'nothing'"),
        (["mazur", "answers", "--student", "x"], "bptrace: x: no {id} in it"),
        (["--match", "a", "answers"], "bptrace: --match a: expected EXERCISE=ANSWERS"),
        (
            ["--match", "{id}=a{id}", "answers", "--student", "{id}"],
            "bptrace: --student and --match exclude each other",
        ),
        (["mazur", "answers", "--feedback", "fb.md"], "bptrace: 6 results need 6 files"),
        (["mazur", "answers", "--feedback", "fb-{id}.xyz"], "bptrace: --feedback fb-{id}.xyz: its"),
        (["mazur", "answers", "--feedback", "fb-{id}.csv"], "bptrace: --feedback fb-{id}.csv: its"),
        (["mazur", "answers", "--format", "gradescope"], "bptrace: 6 results need 6 files"),
        (["mazur", "answers", "--format", "svg"], "bptrace: --format svg draws a network"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said(folder: Path, words: list[str], message: str) -> None:
    result = run("mark", *words, code=2)
    last = result.stderr.splitlines()[-1]
    assert last.startswith(message)


def test_files_are_not_overwritten_unasked(folder: Path) -> None:
    (folder / "fb-ann.md").write_text("mine", encoding="utf-8")
    words = ("mark", "mazur", "answers/ann.yaml", "--feedback", "fb-{id}.md")
    assert "fb-ann.md exists already" in run(*words, code=2).stderr
    assert (folder / "fb-ann.md").read_text(encoding="utf-8") == "mine"
    run(*words, "--force")


def test_an_autograder_gets_a_result_for_one_student(folder: Path) -> None:
    run("check", "mazur", "answers/di.txt", "--format", "gradescope", "-o", "results.json")
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert found["score"] == 1.5
    assert found["visibility"] == "after_due_date"
    tests = {test["name"]: test for test in found["tests"]}
    assert len(tests) == 43
    delta = tests["delta_h1"]
    assert (delta["score"], delta["max_score"], delta["status"]) == (0.5, 1, "failed")
    assert "hidden_delta_without_slope: In a hidden layer, too, delta is ∂E/∂out" in delta["output"]
    assert "The right value is 0.00877135469." in delta["output"]
    assert tests["dE/dout_h1"]["status"] == "passed"
    assert tests["net_h1"]["output"] == "Not supplied."


def test_the_points_of_an_autograders_tests_add_up(folder: Path) -> None:
    (folder / "scheme.yaml").write_text(
        "total: 10\npoints: {each: 1, E_total: 3}", encoding="utf-8"
    )
    words = ("check", "mazur", "answers/ann.yaml", "--points", "scheme.yaml")
    found = json.loads(
        run(*words, "--format", "gradescope").stdout, parse_float=Decimal, parse_int=Decimal
    )
    for part in ("max_score", "score"):
        assert sum(test[part] for test in found["tests"]) == 10
    assert len({test["max_score"] for test in found["tests"]}) > 2


def test_one_point_is_one_point(folder: Path) -> None:
    (folder / "scheme.yaml").write_text("total: 1\npoints: {each: 1}", encoding="utf-8")
    words = (
        "mark",
        "mazur",
        "answers/ann.yaml",
        "--points",
        "scheme.yaml",
        "--ask",
        "net_h1,out_h1",
    )
    class_page = run(*words, "--feedback", "{id}.txt", code=0).stdout
    told = class_page + (folder / "ann.txt").read_text(encoding="utf-8")
    assert "1 of 1 point." in told
    assert "A sheet that is right throughout has 1 point." in told
    assert "1 point: every other number." in told
    assert "1 points" not in told
    german = run(*words, "--lang", "de").stdout
    assert "1 von 1 Punkt." in german


@pytest.mark.parametrize("option", ["--feedback", "--output"])
def test_a_folder_that_takes_no_file_is_told_before_anything_is_marked(
    folder: Path, option: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object, **more: object) -> None:
        pytest.fail("it has begun to mark")

    monkeypatch.setattr("tracer.teach.marking.mark_class", never)
    (folder / "file").write_text("", encoding="utf-8")
    for name, words in (
        ("no/fb-{id}.md", "the folder no does not exist; make it first"),
        ("file/fb-{id}.md", "file is no folder; choose another one"),
        ("/proc/fb-{id}.md", "can't write to /proc/fb-"),
    ):
        path = name if option == "--feedback" else name.format(id="ann")
        told = run("mark", "mazur", "answers/ann.yaml", option, path, code=2).stderr
        assert words in told


def test_an_autograder_that_hides_right_values_shows_the_rest_at_once(folder: Path) -> None:
    words = ("check", "mazur", "answers/di.txt", "--format", "gradescope", "--no-reveal")
    found = json.loads(run(*words).stdout)
    assert found["visibility"] == "visible"
    assert "The right value" not in json.dumps(found)


def test_an_autograder_gets_a_result_for_a_sheet_that_cannot_be_read(folder: Path) -> None:
    output = run("check", "mazur", "answers/=fay.yaml", "--format", "gradescope").stdout
    found = json.loads(output)
    assert (found["score"], found["tests"]) == (0, [])
    assert "there is no quantity 'net_h3'" in found["output"]
    (folder / "blank.yaml").write_text("net_h1:\n", encoding="utf-8")
    blank = json.loads(run("check", "mazur", "blank.yaml", "--format", "gradescope").stdout)
    assert (blank["score"], len(blank["tests"])) == (0, 43)


def test_a_class_has_a_result_for_each_student(folder: Path) -> None:
    words = ("mark", "mazur", "answers", "--format", "gradescope", "-o", "r-{id}.json")
    run(*words, code=2)
    scores = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["score"]
        for path in folder.glob("r-*.json")
    }
    assert scores == {"r-ann": 43, "r-bob": 42, "r-cy": 5, "r-di": 1.5, "r-ed": 0, "r-=fay": 0}


def test_other_commands_have_no_points_for_an_autograder() -> None:
    result = run("run", "mazur", "--format", "gradescope", code=2)
    assert result.stderr.startswith("bptrace: --format gradescope is made of points;")


def test_check_shows_points_by_a_scheme(folder: Path) -> None:
    (folder / "scheme.yaml").write_text("total: 20\n", encoding="utf-8")
    output = run("check", "mazur", "answers/di.txt", "--points", "scheme.yaml", code=1).output
    assert "0.7 of 20 points. 2 of 43 supplied: 1 right" in output
    found = run_json("check", "mazur", "answers/ann.yaml", "--points", "scheme.yaml", code=0)
    assert (found["points"], found["maximum"]) == (20, 20)


def test_students_read_their_language_whatever_programs_read(folder: Path) -> None:
    german = ("--lang", "de", "--no-reveal")
    words = ("answers/di.txt", "--format", "csv", "--feedback", "fb-{id}.md")
    english = run("mark", "mazur", *words, code=0).stdout
    assert run("mark", "mazur", *words, "--force", *german, code=0).stdout == english
    feedback = (folder / "fb-di.md").read_text(encoding="utf-8")
    assert "1,5 von 43 Punkten. 2 von 43 angegeben: 1 richtig" in feedback
    assert "Die erste falsche ist `δ_h1`." in feedback
    found = json.loads(
        run("check", "mazur", "answers/di.txt", "--format", "gradescope", *german).stdout
    )
    assert found["score"] == 1.5
    delta = next(test for test in found["tests"] if test["name"] == "delta_h1")
    assert delta["output"].splitlines() == [
        "0,03635: falsch.",
        "hidden_delta_without_slope: Auch in einer verborgenen Schicht ist Delta ∂E/∂out mal die "
        "Ableitung der Aktivierung.",
        "0,5 von 1 Punkt.",
    ]
