"""The tables of what was measured, in Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.people.cases import Case
from benchmarks.people.judge import Judgement, judge
from benchmarks.people.scoring import Right, Wrong, Zeros


@dataclass(slots=True)
class Results:
    """What the judge said so far; the first `show` false cases are printed on the way."""

    show: int = 0
    right: dict[tuple[str, str, str], Right] = field(default_factory=dict)
    wrong: dict[tuple[str, str], Wrong] = field(default_factory=dict)
    names: dict[str, Wrong] = field(default_factory=dict)
    zeros: dict[str, Zeros] = field(default_factory=dict)
    broken: Counter[str] = field(default_factory=Counter)
    instead: dict[str, Counter[str]] = field(default_factory=dict)

    def take(self, group: str, case: Case) -> None:
        """Have the case judged, and count what was said."""
        try:
            said = judge(case.configuration, case.answers)
        except Exception as error:  # a sheet that can't be read or judged is a result, too
            self.broken[f"{group}: {type(error).__name__}"] += 1
            self._show(case, f"{type(error).__name__}: {error}", None)
            return
        faults = self._count(group, case, said)
        if faults:
            self._show(case, faults, said)

    def _count(self, group: str, case: Case, said: Judgement) -> str:
        if case.zeros:
            zeros = self.zeros.setdefault(case.row, Zeros())
            return "a zero passed" if zeros.add(said, case.zeros) else ""
        if case.truth is None:
            right = self.right.setdefault((group, case.row, case.column), Right())
            return "a right sheet accused" if right.add(said, case.names) else ""
        faults = self.wrong.setdefault((case.row, case.column), Wrong()).add(said, case.truth)
        if case.row != "two mistakes":
            name = next(iter(case.truth.first.values()))
            self.names.setdefault(name, Wrong()).add(said, case.truth)
            if "not named" in faults:
                first = next(verdict for verdict in said.verdicts if verdict.blamed)
                self.instead.setdefault(name, Counter())[", ".join(first.mistakes) or "—"] += 1
        return "; ".join(faults)

    def _show(self, case: Case, fault: str, said: Judgement | None) -> None:
        if self.show <= 0:
            return
        self.show -= 1
        print(f"──── {case.row}, {case.column}: {fault}\n{case.configuration}")
        answers = case.answers
        print(
            answers.decode() if not answers.startswith(b"PK") else f"({len(answers)} bytes of NPZ)"
        )
        if case.truth:
            print(f"first wrong: {case.truth.first}")
        for verdict in said.verdicts if said else ():
            told = _told(case, verdict.name)
            if verdict.accused or told in ("first wrong", "zero"):
                names = ", ".join(verdict.mistakes)
                line = f"  {verdict.name} = {verdict.given}: {verdict.verdict} {names}"
                print(f"{line} (exact {verdict.exact}; is {told})")
        print()

    def lines(self, *, by_name: bool = False) -> list[str]:
        """The tables, one after the other."""
        lines: list[str] = []
        for group, title in (
            ("right", "Right sheets"), ("optimizers", "Right sheets with optimizers"),
            ("programs", "Right programs"),
            ("conventions", "Right sheets by other conventions"),
        ):  # fmt: skip
            lines += self._right(group, title)
        lines += self._zeros() + self._wrong()
        if by_name:
            lines += self._by_name()
        if self.broken:
            lines += ["", f"Not judged for an error: {_counted(self.broken)}."]
        return lines

    def _right(self, group: str, title: str) -> list[str]:
        found = {key[1:]: value for key, value in self.right.items() if key[0] == group}
        if not found:
            return []
        rows = []
        for (row, column), right in found.items():
            cells = [
                row,
                column,
                right.sheets,
                right.numbers,
                right.blamed,
                right.accused,
                right.coarse,
            ]
            if group == "conventions":
                named = ", ".join(sorted(right.conventions)) or "—"
                cells += [right.recognised, named]
            rows.append(cells)
        total = [
            sum(getattr(right, name) for right in found.values())
            for name in ("sheets", "numbers", "blamed", "accused", "coarse")
        ]
        rows.append(["all", "", *total, *(["", ""] if group == "conventions" else [])])
        heads = [
            title,
            "handed in",
            "sheets",
            "numbers",
            "blamed",
            "sheets accused",
            "too coarse to tell",
        ]
        heads += ["sheets recognised", "as"] if group == "conventions" else []
        return table(heads, rows)

    def _zeros(self) -> list[str]:
        rows = [[row, z.sheets, z.numbers, z.passed, z.accepted] for row, z in self.zeros.items()]
        return table(["Zeros", "sheets", "zeros", "passed", "sheets with one passed"], rows)

    def _wrong(self) -> list[str]:
        rows = [[row, column, *_cells(wrong)] for (row, column), wrong in self.wrong.items()]
        return table(["Wrong sheets", "handed in", *HEADS], rows)

    def _by_name(self) -> list[str]:
        rows = [
            [f"`{name}`", *_cells(wrong), _counted(self.instead.get(name, Counter()))]
            for name, wrong in sorted(self.names.items())
        ]
        return table(["Mistake", *HEADS, "said instead"], rows)


HEADS = (
    "sheets", "first wrong located", "named", "consequences", "blamed again",
    "right numbers", "right blamed",
)  # fmt: skip


def _cells(wrong: Wrong) -> list[object]:
    return [
        wrong.sheets, _share(wrong.located, wrong.sheets), _share(wrong.named, wrong.sheets),
        wrong.consequences, wrong.again, wrong.right, wrong.blamed,
    ]  # fmt: skip


def _told(case: Case, name: str) -> str:
    if case.truth is None:
        return "zero" if name in case.zeros else "right"
    if name in case.truth.first:
        return "first wrong"
    return "consequence" if name in case.truth.after else "right"


def _share(part: int, whole: int) -> str:
    """A share in per cent, never rounded up to all of it."""
    return f"{int(1000 * part / whole) / 10} %" if whole else "—"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common(3))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table, after an empty line; nothing without rows."""
    body = ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    if not body:
        return []
    return ["", "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *body]


def _cell(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
