"""README and docs: every command in them is run, and prints what they show.

In a ```console block, `$ bptrace …` is run in a folder of its own for each page, and the lines up to
the next `$` are what it prints (standard error included); `…` alone on a line stands for lines left
out. `$ cat FILE` writes the file that it shows. `pytest --update-golden` rewrites what is shown in
full.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from support.cli import run
from support.paths import DOCS, ROOT
from tracer.cli.commands import COMMANDS

PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    command: str
    output: str


def shown_in(page: Path) -> Iterator[Shown]:
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield Shown(command, output)


def printed_by(command: str) -> str:
    """What the command prints, on both streams."""
    words = shlex.split(command)
    assert words[0] == "bptrace", f"only bptrace is run: {command}"
    return run(*words[1:], code=None).output


def same_help(output: str, shown: str) -> bool:
    """Whether two helps have the same options: typer's versions lay them out in different ways."""
    option = re.compile(r"--[a-z][a-z-]*")
    return set(option.findall(output)) == set(option.findall(shown))


def without_last_digits(text: str) -> str:
    """The text with 12 digits of each number in full: the last ones depend on NumPy's version."""
    return re.sub(r"\b\d\.\d{14,}(?:e-?\d+)?", lambda full: f"{float(full[0]):.11e}", text)


def matches(output: str, shown: str) -> bool:
    """Whether `output` is `shown`, in which a line `…` stands for any lines."""
    output, shown = without_last_digits(output), without_last_digits(shown)
    parts = [re.escape(part) for part in re.split(r"^…\n", shown, flags=re.MULTILINE)]
    return re.fullmatch(r"(?:.*\n)*?".join(parts) + r"\n*", output.rstrip("\n") + "\n") is not None


def renewed(shown: str, output: str) -> str:
    """`shown` with each piece between lines `…` replaced by the lines of `output` most like it."""
    lines, start, pieces = output.rstrip("\n").split("\n"), 0, []
    parts = re.split(r"^…\n", shown, flags=re.MULTILINE)
    if len(parts) == 1:
        return output.rstrip("\n") + "\n"
    for piece in parts:
        size = piece.count("\n")
        if not size:
            pieces.append(piece)
            continue
        windows = range(start, max(start, len(lines) - size) + 1)
        texts = {at: "".join(f"{line}\n" for line in lines[at : at + size]) for at in windows}
        start = max(texts, key=lambda at: SequenceMatcher(None, texts[at], piece).ratio())
        pieces.append(texts[start])
        start += size
    return "…\n".join(pieces)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_print_what_the_page_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    update = request.config.getoption("--update-golden")
    for shown in shown_in(page):
        if shown.command.startswith("cat "):
            Path(shown.command.removeprefix("cat ")).write_text(shown.output, encoding="utf-8")
            continue
        output = printed_by(shown.command)
        if update:
            head, text = f"$ {shown.command}\n", page.read_text(encoding="utf-8")
            new = renewed(shown.output, output)
            page.write_text(text.replace(head + shown.output, head + new), encoding="utf-8")
            continue
        agree = same_help if shown.command.endswith("--help") else matches
        assert agree(output, shown.output), f"{shown.command}\n{output}"


def test_the_reference_shows_the_help_of_every_command() -> None:
    helps = {shown.command for shown in shown_in(DOCS / "commands.md")}
    assert helps == {"bptrace --help", *(f"bptrace {name} --help" for name in COMMANDS)}
