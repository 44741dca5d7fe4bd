"""The files of exercises and of what goes with them, made on all processors where there are many."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tracer.cli.display import Display, note
from tracer.cli.pool import Mapper, mapper
from tracer.cli.progress import progress
from tracer.errors import UsageError, did_you_mean
from tracer.immutable import immutable

if TYPE_CHECKING:
    from tracer.model.experiment import Experiment
    from tracer.teach.exercise import Wish
    from tracer.teach.sets import Drawn

T = TypeVar("T")

_IN_A_FOLDER = "ex-{seed}.yaml"
_YAML = (".yaml", ".yml")


@immutable
class Companion:
    """A row of what goes with an exercise: the end of its file's name, the text, in words."""

    ending: str
    text: Callable[[Experiment], str]
    words: str


def _sheet(experiment: Experiment) -> str:
    from tracer.cli.sheets import SheetWish, sheet_text

    return sheet_text(experiment, SheetWish(), "markdown")


def _key(experiment: Experiment) -> str:
    from tracer.cli.sheets import SheetWish, sheet_text

    return sheet_text(experiment, SheetWish(key=True), "markdown")


def _answers(experiment: Experiment) -> str:
    from tracer.cli.sheets import SheetWish, answers_text
    from tracer.explain.sheet_traces import sheet_traces

    return answers_text(experiment, sheet_traces(experiment), SheetWish(), Display())


def _page(experiment: Experiment) -> str:
    from tracer.digits.numbers import NumberFormat
    from tracer.page.asked import Asked
    from tracer.page.written import written_page

    return written_page(experiment, NumberFormat(), asked=Asked())


COMPANIONS: dict[str, Companion] = {
    "sheet": Companion("-sheet.md", _sheet, "to fill in"),
    "key": Companion("-key.md", _key, "its numbers"),
    "answers": Companion("-answers.yaml", _answers, "the empty file"),
    "page": Companion(".html", _page, "that judges"),
}
"""What `new --with` writes beside an exercise, by name."""


def exercise_files(seeds: Sequence[int], output: Path | None, companions: str | None) -> Files:
    """Where the exercises of these seeds go, and what goes with them.

    Raises:
        UsageError: one file for several of them, or a companion that there isn't.
    """
    from tracer.show.output import is_one_file, output_paths

    names = _companions_in(companions)
    several = len(seeds) > 1 or bool(names)
    folder = output is not None and (
        output.is_dir() or (several and is_one_file(output) and not output.suffix)
    )
    pattern = output / _IN_A_FOLDER if folder and output else output
    paths = output_paths(pattern, [{"seed": seed} for seed in seeds])
    if names and not all(path and path.suffix in _YAML for path in paths):
        raise UsageError(
            "--with needs files to put things beside",
            "name a folder with --output, or exercises that end in .yaml: -o 'ex-{seed}.yaml'",
        )
    return Files(dict(zip(seeds, paths, strict=True)), names, output if folder else None)


@immutable
class Files:
    """The file of each seed's exercise, what goes beside it, and the folder; None: standard output."""

    paths: Mapping[int, Path | None]
    companions: tuple[str, ...]
    folder: Path | None = None

    def write(self, wish: Wish, *, force: bool) -> None:
        """Make the exercises and write everything, each file when it is ready.

        Raises:
            OutputError: a file exists already, before anything is made; or it can't be written.
            BptraceError: what `tracer.teach` raises.
        """
        from tracer.show.output import open_output

        self._check(force)
        with mapper(len(self.paths)) as mapped, progress(len(self.paths), "exercises") as advance:
            made = _set(wish, list(self.paths), self.companions, mapped)
            for done, (path, texts) in enumerate(zip(self.paths.values(), made, strict=True), 1):
                for file, text in zip(self._files(path), texts, strict=True):
                    with open_output(file, force) as stream:
                        stream.write(text)
                if advance:
                    advance(done)

    def _files(self, path: Path | None) -> list[Path | None]:
        """The exercise's, then those beside it: `ex-7-sheet.md` beside `ex-7.yaml`."""
        endings = [COMPANIONS[name].ending for name in self.companions]
        return [path, *(path and path.with_name(path.stem + ending) for ending in endings)]

    def _check(self, force: bool) -> None:
        """Nothing is made for files that can't be written."""
        from tracer.show.output import check_free

        if self.folder is not None:
            with contextlib.suppress(OSError):  # which is said of the first file
                self.folder.mkdir(exist_ok=True)
        check_free([file for path in self.paths.values() for file in self._files(path)], force)


def _set(
    wish: Wish, seeds: Sequence[int], companions: Sequence[str], mapped: Mapper
) -> Iterator[list[str]]:
    """The texts of these seeds' exercises, no two nearly the same; a word of those drawn again."""
    from tracer.teach.sets import drawn, without_near_ones

    make = partial(_texts, companions)
    firsts = mapped(partial(_first, wish, make), seeds)
    for member in without_near_ones(firsts, lambda seed: drawn(wish, seed, make), wish.digits):
        yield member.made
        if member.near is not None:
            note(
                f"seed {member.seed}: its exercise is nearly that of seed {member.near}; "
                "this set has its next one"
            )


def _first(wish: Wish, make: Callable[[Experiment], T], seed: int) -> Drawn[T]:
    from tracer.teach.sets import drawn

    return next(drawn(wish, seed, make))


def _companions_in(text: str | None) -> tuple[str, ...]:
    """`sheet,key` as names, each once; UsageError for any other."""
    names = tuple(dict.fromkeys(filter(None, (part.strip() for part in (text or "").split(",")))))
    for name in names:
        if name not in COMPANIONS:
            hint = did_you_mean(name, list(COMPANIONS)) or f"there are {', '.join(COMPANIONS)}"
            raise UsageError(f"--with {name}: there is none", hint)
    return names


def _texts(companions: Sequence[str], experiment: Experiment) -> list[str]:
    """The configuration, and each of its companions."""
    from tracer.config.writing import dump

    return [dump(experiment), *(COMPANIONS[name].text(experiment) for name in companions)]
