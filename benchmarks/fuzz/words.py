"""Command lines: each command with its options as `--help` lists them, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st

from benchmarks.fuzz import classes
from benchmarks.fuzz.answers import RIGHT, names
from benchmarks.fuzz.texts import ODD_NUMBERS, ODD_TEXTS, among, misspelt, odd_texts, rarely

FORMATS = (
    "table",
    "text",
    "markdown",
    "latex",
    "html",
    "csv",
    "json",
    "svg",
    "dot",
    "mermaid",
    "gradescope",
)
_SMALL = ("1", "2", "3", "5", "12")
_ODD = (
    "30dp",
    "4",
    "dp",
    "-1dp",
    "4 dp",
    "4DP",
    "²dp",
    "1" * 5000 + "dp",
    "1e1sf",
    "fr",
    "",
    "../en",
    "C",
    "forward#2",
    "forward#0",
    "#",
    "forward#²",
    "1,1",
    "0",
    ",",
    "1,",
    "1-3",
    "99",
    "-1",
    "nan",
    "1,2,3",
    "1e400",
    "none.yaml",
    "class",
    "net.yaml",
    "2,,2",
    "2;2",
    "0,1",
    "2",
)
_FILES = ("out.txt", "out.json", "out.csv", "out.html", "out.svg", "out.tex", "out.md", "out",
    "a/b.txt", "net.yaml", ".",
          "class", "x" * 300 + ".txt", "{id}.json", "{name}.html", "{seed}.yaml", "{}.txt", "{",
              "out.npz", "out.png", "-",
          "out.pdf", "out.xyz", "out2.txt", "out2.json", "out2.csv", "out2.html", "\x1b[31m.txt",
              "=x.csv", " ", "\udcff.txt", "猫.yaml", "none/none/x.txt")  # fmt: skip
VALUES: dict[str, tuple[str, ...]] = {
    "--iterations": _SMALL, "--iteration": _SMALL, "--after": ("0", *_SMALL), "--every": _SMALL,
    "--rows": _SMALL,
    "--sample": ("all", *_SMALL), "--samples": _SMALL, "--seed": ("0", *_SMALL), "--count": _SMALL,
    "--digits": ("0", *_SMALL),
    "--sig": _SMALL, "--width": ("20", "80", "200"), "--depth": ("all", *_SMALL),
    "--learning-rate": ("0.5", "0"),
    "--view": ("neurons", "matrix", "paths", "layers", "forward", "backward", "update"),
    "--round": ("4dp", "3sf", "0dp", "15sf"), "--digits-required": ("4dp", "3sf"),
    "--rounding": ("half-up", "half-even", "cut"),
    "--notation": ("net-out", "z-a"), "--format": FORMATS, "--lang": ("en", "de", "zh", "de-AT"),
    "--table": ("updates", "forward", "verdicts", "nodes"),
    "--trace-at": ("1", "1,2", "2,1"),
    "--tolerance": ("1e-9", "1e-9,1e-12", "0"),
    "--reveal": ("after-try", "always", "never"), "--plot-quantity": ("out_o1", "w5", "gradients",
        "loss", "dE/dw1"),
    "--layers": ("2,2,2", "1,1", "2,3,1", "8,8", "2,2,2,2,2"), "--freeze": ("biases",),
    "--activation": ("sigmoid", "relu", "softmax"), "--output-activation": ("softmax", "identity",
        "sigmoid"),
    "--loss": ("half_squared_error", "cross_entropy", "binary_cross_entropy"), "--bias": ("each",
        "shared", "none"),
    "--optimizer": ("sgd", "momentum", "adam"), "--output": _FILES, "--save": _FILES,
    "--save-arrays": _FILES,
    "--plot": _FILES, "--record": _FILES, "--points": ("scheme.yaml",), "--language": ("python",
        "c", "javascript"),
    "--feedback": classes.FEEDBACK, "--student": classes.STUDENT, "--match": classes.MATCH,
}  # fmt: skip
"""What each option takes; an option that isn't here gets any text."""
WRITTEN = ("--output", "--save", "--save-arrays", "--plot", "--record", "--feedback")
"""Options whose value is a file to write, and therefore never leads out of the folder."""
_COMPANIONS = {"--fragment": ("--format", "html"), "--plot-quantity": ("--plot", "out.svg"),
    "--rounding": ("--round", "4dp"),
               "--view": ("--format", "svg"), "--output": ("--format", "json"), "-o": ("--format",
                   "csv")}  # fmt: skip
"""Options that say something only beside another, and those that go well with it."""
_LEFT_OUT = ("--install-completion", "--show-completion", "--help", "-h")
_ASKED = ("--ask",)
_NAMELESS = ("new", "examples", "help")


@cache
def commands() -> dict[str, Any]:
    """The commands, as the command line describes itself."""
    from tracer.cli.commands import COMMANDS, command_of
    from tracer.cli.describing import described

    return {name: described(name, command_of(name)) for name in COMMANDS}


@cache
def options(command: str) -> tuple[tuple[str, bool], ...]:
    """The command's options, and whether each takes a value."""
    found: list[tuple[str, bool]] = []
    for parameter in commands()[command].params:
        spelt = [*parameter.opts, *parameter.secondary_opts]
        found += [
            (word, not getattr(parameter, "is_flag", False))
            for word in spelt
            if word.startswith("-")
        ]
    return tuple(pair for pair in found if pair[0] not in _LEFT_OUT)


@st.composite
def value(draw: st.DrawFn, option: str) -> str:
    """A value for the option, mostly one that it takes."""
    option = {"-n": "--iterations", "-o": "--output"}.get(option, option)
    if option in _ASKED:
        return ",".join(draw(st.lists(names(), max_size=3)))
    usual = st.sampled_from(VALUES.get(option, ("1",)))
    if option in WRITTEN:
        return draw(usual)
    return draw(rarely(usual, st.sampled_from(_ODD) | st.sampled_from(ODD_NUMBERS) | odd_texts, 12))


@st.composite
def some_options(draw: st.DrawFn, command: str, most: int = 4) -> list[str]:
    """A few options of the command, now and then one that it doesn't have."""
    words: list[str] = []
    known = options(command) or (("--help", False),)
    for option, takes in draw(st.lists(st.sampled_from(known), max_size=most)):
        spelt = misspelt(draw, option) if draw(st.integers(0, 60)) == 0 else option
        given = [draw(value(option))] if takes else []
        words += (
            [f"{spelt}={given[0]}"]
            if given and spelt.startswith("--") and draw(st.integers(0, 5)) == 0
            else [spelt, *given]
        )
        companions = _COMPANIONS.get(option, ())
        fitting = companions[:1] in {(name,) for name, _ in known}
        words += companions if fitting and draw(st.integers(0, 4)) else ()
    return words


@st.composite
def arguments(draw: st.DrawFn, command: str, config: str, known: Sequence[str]) -> list[str]:
    """What stands beside the options."""
    if command in _NAMELESS:
        odd = st.sampled_from(("mazur", "run", "step", "none", *ODD_TEXTS))
        return draw(st.lists(odd, max_size=1)) if command != "new" else []
    more = {
        "explain": names(known),
        "why": names(known).map(lambda name: f"{name}=0.5"),
        "compare": st.sampled_from(("mazur", "mazur-as-published", "net.yaml", "apples")),
        "mark": st.sampled_from(("class", "answers", "none")),
    }
    if command in ("page", "worksheet"):
        return [config, *among(draw, ((),) * 7 + (("xor",),))]
    if command == "check":
        return [config, *among(draw, (["answers"],) * 6 + (["-"], []))]
    least = 1 if command in ("why", "compare", "mark") else 0
    return [
        config,
        *(draw(st.lists(more[command], min_size=least, max_size=3)) if command in more else []),
    ]


@st.composite
def lines(
    draw: st.DrawFn, command: str, config: str, most: int = 4, known: Sequence[str] = tuple(RIGHT)
) -> tuple[str, ...]:
    """A whole command line; `known` are the names of the configuration's numbers."""
    given = draw(some_options(command, most))
    beside = draw(arguments(command, config, known))
    beside = (
        ["--", *beside]
        if any(word.startswith("-") and len(word) > 1 for word in beside)
        else beside
    )
    return tuple(_passable(word) for word in (command, *given, *beside))


def _passable(word: str) -> str:
    """As a system hands it over: without NUL, and of surrogates only those of raw bytes."""
    raw = "".join(
        letter for letter in word if not "\ud800" <= letter <= "\udfff" or letter >= "\udc80"
    )
    return raw.replace("\0", "")
