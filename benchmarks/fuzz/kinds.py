"""The kinds of inputs, each a strategy of cases."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import strategies as st

from benchmarks.fuzz import arrays, classes, graphs, networks, tables
from benchmarks.fuzz.answers import RIGHT, answers, names, rows
from benchmarks.fuzz.case import Case
from benchmarks.fuzz.texts import ODD_NUMBERS, among, odd_texts, rarely
from benchmarks.fuzz.words import commands, lines

READS = (
    "run",
    "run",
    "step",
    "explain",
    "check",
    "gradcheck",
    "graph",
    "page",
    "worksheet",
    "walk",
    "why",
    "compare",
)
_WRITTEN = ("page",)
_ENVIRONMENTS: tuple[dict[str, str], ...] = (
    *({},) * 8,
    {"COLUMNS": "²"}, {"COLUMNS": "9" * 5000}, {"COLUMNS": "0"}, {"COLUMNS": "-5"},
    {"COLUMNS": "20"}, {"COLUMNS": "x"},
    {"LC_ALL": "de_AT.UTF-8"}, {"LC_ALL": "zh"}, {"LANGUAGE": "fr:de", "LC_ALL": "fr"},
    {"LC_ALL": "\x1b[31m"},
    {"LANG": "../../x"}, {"LINES": "x"}, {"TERM": "dumb"}, {"FORCE_COLOR": "1"},
    {"LC_ALL": "x" * 5000},
)  # fmt: skip


@st.composite
def _reading(
    draw: st.DrawFn,
    files: dict[str, bytes],
    asked: tuple[str, ...] = READS,
    known: tuple[str, ...] = tuple(RIGHT),
) -> Case:
    """A command that reads `net.yaml`, from the file or from standard input."""
    others = tuple(
        name for name in commands() if name not in ("new", "examples", "help", "mark", *READS)
    )
    command = among(draw, (*asked, *others) if asked is READS else asked)
    typed = draw(st.integers(0, 9)) == 0
    words = draw(lines(command, "-" if typed else "net.yaml", most=2, known=known))
    if command in _WRITTEN and "-o" not in words:
        words = (*words[:1], "-o", "out.html", *words[1:])
    files = {"answers": b"net_h1: 0.3775\nE_total = 0.2\n"} | files
    return Case(words, files, files["net.yaml"] if typed else b"")


@st.composite
def _answering(draw: st.DrawFn, files: dict[str, bytes]) -> Case:
    config = among(draw, ("mazur",) * 7 + ("cubes", "xor", "apples", "adam-by-hand"))
    return Case(draw(lines("check", config, most=2)), files, files["answers"])


@st.composite
def _naming(draw: st.DrawFn) -> Case:
    config = among(draw, ("mazur",) * 5 + ("cubes", "xor-thresholds", "adam-by-hand", "apples"))
    command = among(draw, ("explain", "explain", "why", "step", "page", "check", "mark"))
    asked = [draw(names()) for _ in range(draw(st.integers(1, 3)))]
    pairs = [f"{name}={among(draw, ('0.5', '0,5', *ODD_NUMBERS))}" for name in asked]
    sheet = b"net_h1: 0.3775\n"
    words = {
        "explain": [config, "--", *asked],
        "why": [config, "--", *pairs],
        "step": ["--plot-quantity", asked[0], "--plot", "out.svg", "-n", "3", config],
        "page": ["--exercise", "--ask", ",".join(asked), "-o", "out.html", config],
        "check": [config, "answers"],
        "mark": ["--ask", ",".join(asked), config, "answers"],
    }[command]
    if command == "check":
        sheet = "".join(f"{name} = {number}\n" for name, number in draw(rows())).encode(
            "utf-8", "replace"
        )
    passable = tuple(
        word.encode("utf-8", "surrogatepass").decode("utf-8", "replace").replace("\0", "")
        for word in words
    )
    return Case((command, *passable), {"answers": sheet})


@st.composite
def _commanding(draw: st.DrawFn) -> Case:
    command = among(draw, tuple(commands()))
    config = among(
        draw,
        (
            "mazur",
            "mazur",
            "xor",
            "apples",
            "net.yaml",
            "none.yaml",
            "",
            ".",
            "Mazur",
            draw(odd_texts)[:200],
        ),
    )
    words = [*draw(lines(command, config, most=5))]
    if draw(st.integers(0, 6)) == 0:
        place = draw(st.integers(0, len(words)))
        word = draw(odd_texts).replace("\0", "").encode("utf-8", "replace").decode()
        words[place:place] = [word.lstrip("/").replace("..", "")]  # it may stand behind -o
    net = graphs.block_of(draw(networks.network()))
    typed = draw(st.sampled_from((b"", b"\n" * 9, b"0.5\n", net)))
    files = {
        "net.yaml": net,
        "answers": draw(answers),
        "scheme.yaml": b"total: 10\n",
        "class/ann.yaml": b"net_h1: 0.3775\n",
    }
    return Case(tuple(words), files, typed, among(draw, _ENVIRONMENTS))


_CLASS_OPTIONS: Mapping[str, tuple[str, ...]] = {
    "--feedback": classes.FEEDBACK[:4], "--student": classes.STUDENT[:3], "--round": ("3dp",),
    "-n": ("2",),
    "--format": ("json", "csv", "html", "gradescope", "latex"), "--digits-required": ("4dp",),
    "--ask": ("net_*,E_total",), "--no-reveal": (), "--all-rows": (),
}  # fmt: skip
_PATTERNED = ("--feedback", "--student")


@st.composite
def _marking(draw: st.DrawFn) -> Case:
    files = draw(classes.sheets())
    files |= {"scheme.yaml": draw(classes.scheme())} if draw(st.integers(0, 2)) == 0 else {}
    words = ["mark"]
    for option in draw(st.lists(st.sampled_from(tuple(_CLASS_OPTIONS)), max_size=3, unique=True)):
        usual = _CLASS_OPTIONS[option]
        odd = classes.patterns if option in _PATTERNED else st.sampled_from(usual or ("",))
        words += [option, draw(rarely(st.sampled_from(usual), odd))] if usual else [option]
    words += ["-o", "results-{id}.json"] if "gradescope" in words else []
    words += ["--points", "scheme.yaml"] if "scheme.yaml" in files else []
    matching = draw(st.integers(0, 9)) == 0
    words += ["--match", among(draw, classes.MATCH), "class"] if matching else ["mazur", "class"]
    return Case(tuple(word.replace("\0", "") for word in words), files)


@st.composite
def _scheming(draw: st.DrawFn) -> Case:
    files = {
        "scheme.yaml": draw(classes.scheme()),
        "answers": b"net_h1: 0.3775\nw5+: 0.4411\nE_total@2: 0.3\n",
    }
    command = among(draw, ("mark", "check"))
    style = among(
        draw, ([], ["--format", "json"], ["--no-reveal"], ["-n", "2"] if command == "mark" else [])
    )
    return Case((command, *style, "--points", "scheme.yaml", "mazur", "answers"), files)


@st.composite
def _conversing(draw: st.DrawFn) -> Case:
    config = among(draw, ("mazur", "apples", "adam-by-hand", "xor"))
    given = (
        "",
        "?",
        "q",
        "quit",
        "0.3775",
        "0,3775",
        "1/2",
        "h",
        "help",
        "b",
        "-",
        "s",
        "E",
        "\t",
        *ODD_NUMBERS,
    )
    said = draw(st.lists(st.sampled_from(given) | odd_texts, max_size=12))
    typed = (
        among(draw, ("\n", "\n", "\r\n", "\r"))
        .join(said)
        .encode(among(draw, ("utf-8", "utf-8", "utf-16")), "replace")
    )
    typed += draw(st.sampled_from((b"", b"", b"\xff\xfe\n", b"\n" * 200, b"\x04", b"9" * 100_000)))
    flags = draw(st.lists(st.sampled_from((("--ask",), ("--sample", "2"), ("-n", "2"), ("--round",
        "3dp"), ("--lang", "de"),
                                           ("--notation", "z-a"), ("--digits", "3"))), max_size=3,
                                           unique=True))  # fmt: skip
    return Case(("walk", *(word for flag in flags for word in flag), config), {}, typed)


def _as_net(content: bytes) -> dict[str, bytes]:
    return {"net.yaml": content}


def _as_answers(content: bytes) -> dict[str, bytes]:
    return {"answers": content}


_TABLES = ("run", "step", "check", "explain", "graph")
KINDS: dict[str, st.SearchStrategy[Case]] = {
    "configurations": networks.configurations.map(_as_net).flatmap(_reading),
    "graphs": graphs.graph_files.map(_as_net).flatmap(lambda files: _reading(files,
        known=graphs.KNOWN)),
    "formulas": graphs.formula_files().map(_as_net).flatmap(
        lambda files: _reading(files, ("run", "step", "gradcheck", "page", "explain"))
    ),
    "answers": answers.map(_as_answers).flatmap(_answering),
    "arrays as answers": arrays.arrays.map(_as_answers).flatmap(_answering),
    "arrays as data": tables.with_arrays().flatmap(lambda files: _reading(files, _TABLES)),
    "data files": tables.with_table().flatmap(lambda files: _reading(files, _TABLES)),
    "names": _naming(),
    "command lines": _commanding(),
    "classes": _marking(),
    "schemes": _scheming(),
    "conversations": _conversing(),
    "any bytes": st.one_of(st.binary(max_size=60), odd_texts.map(lambda text: text.encode("utf-8",
        "surrogatepass")))
    .map(_as_net).flatmap(_reading),
}  # fmt: skip
"""Every kind by its name."""
