"""The only door to bptrace: a configuration and answers as files have them, and what `check` says.

The same functions as in the command, in this process; the verdicts come out of the object that
`check --format json` prints. Only `why` is left out, which says more of totals that are wrong already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tracer.config import load
from tracer.diagnose.answers import read_answers
from tracer.diagnose.check import check
from tracer.show.reports.check_objects import check_json


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was said of one number; `name` bears its iteration and sample."""

    name: str
    given: str
    verdict: str
    mistakes: tuple[str, ...]
    exact: float | None

    @property
    def blamed(self) -> bool:
        """Said to be wrong by itself."""
        return self.verdict in ("mistake", "wrong")

    @property
    def accused(self) -> bool:
        """Said to be wrong, by itself or because of another."""
        return self.blamed or self.verdict == "follows"

    @property
    def passed(self) -> bool:
        """Said to be right."""
        return self.verdict in ("right", "rounding")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was said of a sheet, in the order of the calculation."""

    verdicts: tuple[Verdict, ...]
    conventions: tuple[str, ...]


def judge(configuration: str, answers: bytes) -> Judgement:
    """What `bptrace check CONFIG ANSWERS --format json` says."""
    experiment = load("exercise.yaml", configuration)
    checked = check(experiment, read_answers(answers, "answers", experiment, None))
    said: dict[str, Any] = check_json(checked)
    return Judgement(
        tuple(_verdict(row) for row in said["verdicts"]), tuple(said.get("sheet_conventions", ()))
    )


def _verdict(row: dict[str, Any]) -> Verdict:
    name: str = row["name"]
    if "iteration" in row:
        name, sample, number = name.partition("#")
        name += f"@{row['iteration']}{sample}{number}"
    return Verdict(name, row["given"], row["verdict"], tuple(row["mistakes"]), row.get("exact"))
