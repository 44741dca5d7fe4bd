"""What `bptrace check` says of a sheet, beside what the judge of a page says of it, by way of node."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from benchmarks.page_judge.exercises import Example
from benchmarks.page_judge.sheets import Sheet, Texts
from tracer.diagnose.answers import Answer, Moment
from tracer.diagnose.check import CheckedAnswers, check
from tracer.diagnose.finding import Finding
from tracer.digits.numbers import Written
from tracer.page.exercise import exercise_data, judge_script

_SERVE = """
const judges = new Map();
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { example, data, sheet } = JSON.parse(line);
  if (data) judges.set(example, bptraceJudge(data));
  const started = performance.now();
  const said = judges.get(example).check(sheet ?? {});
  const milliseconds = performance.now() - started;
  process.stdout.write(JSON.stringify({ said, milliseconds }) + "\\n");
});
"""

Said = dict[str, Any]
"""What is said of one number."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A sheet, what both say of each number (by name), of the sheet as a whole, and the page's time."""

    sheet: Sheet
    python: dict[str, Said]
    page: dict[str, Said]
    whole: tuple[Said, Said]
    milliseconds: float

    @property
    def differences(self) -> Iterator[tuple[str, Said, Said]]:
        """The numbers of which they don't say the same."""
        for name in self.python.keys() | self.page.keys():
            both = self.python.get(name, {}), self.page.get(name, {})
            if both[0] != both[1]:
                yield name, *both

    @property
    def agrees(self) -> bool:
        """Whether all that they say is the same."""
        return self.python == self.page and self.whole[0] == self.whole[1]


class Page:
    """The judge in one process of node, which gets a sheet a line."""

    def __init__(self, node: str = "node") -> None:
        self._process = subprocess.Popen(
            [node, "-e", judge_script() + _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._known: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._process.__exit__(None, None, None)

    def check(self, example: Example, sheet: Texts, /) -> tuple[Said, float]:
        """What it says of the sheet, and in how many milliseconds."""
        line: dict[str, Any] = {"example": example.name, "sheet": sheet}
        if example.name not in self._known:
            line["data"] = exercise_data(example.experiment)
            self._known.add(example.name)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["said"], answer["milliseconds"]


class Judge(Protocol):
    """Whatever judges a sheet as a page does."""

    def check(self, example: Example, sheet: Texts, /) -> tuple[Said, float]:
        """What it says of the sheet, and in how many milliseconds."""


def compared(sheet: Sheet, page: Judge) -> Compared:
    """Both verdicts on a sheet."""
    example = sheet.example
    answers = [
        Answer.of(Moment(), example.exact.trace.find(name), Written.parse(text))
        for name, text in sheet.texts.items()
    ]
    checked = check(example.experiment, answers)
    texts = {example.exact.names.name(a.identity): a.written.text for a in answers}
    said, milliseconds = page.check(example, texts)
    return Compared(
        sheet,
        {checked.names.name(f.identity): _of(f, checked) for f in checked.findings},
        {row["means"]: _of_page(row) for row in said["verdicts"].values()},
        (_whole(checked), _whole_of_page(said)),
        milliseconds,
    )


def _of(finding: Finding, checked: CheckedAnswers) -> Said:
    return {
        "given": finding.answer.written.text,
        "verdict": finding.verdict,
        "mistakes": [match.name for match in finding.matches],
        "possible": [match.name for match in finding.possible],
        "follows": [checked.names.name(identity) for identity in finding.after],
        "truncated": finding.truncated,
        "misrounded": finding.misrounded,
    }


def _of_page(row: Said) -> Said:
    keys = ("given", "verdict", "follows", "truncated", "misrounded")
    names = {key: [match["name"] for match in row[key]] for key in ("mistakes", "possible")}
    return {key: row[key] for key in keys} | names


def _whole(checked: CheckedAnswers) -> Said:
    first = checked.first_wrong
    return {
        "first": first and checked.names.name(first.identity),
        "known": checked.known,
        "right": checked.all_right,
        "rounding": checked.manner.words,
        "conventions": [row.name for row in checked.sheet_conventions],
    }


def _whole_of_page(said: Said) -> Said:
    verdicts = said["verdicts"]
    return {
        "first": said["firstWrong"] and verdicts[said["firstWrong"]]["means"],
        "known": said["known"],
        "right": said["allRight"],
        "rounding": said["rounding"],
        "conventions": [row["name"] for row in said["conventions"]],
    }
