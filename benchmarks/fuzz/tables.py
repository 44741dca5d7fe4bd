"""Data files: tables as spreadsheets save them, beside configurations that name their columns."""

from __future__ import annotations

from hypothesis import strategies as st

from benchmarks.fuzz.arrays import arrays, npy, npz
from benchmarks.fuzz.documents import Node, block, mapping
from benchmarks.fuzz.networks import usual
from benchmarks.fuzz.texts import among, odd_numbers, odd_texts, quoted, rarely, saved

HEADS = ("x1", "x2", "x3", "y", "label", "name")
_ASKED = (
    "x1",
    "x2",
    "x1..x2",
    "x2..x1",
    "x1..",
    "..",
    "x1..x9",
    "x9",
    "X1",
    " x1",
    "y",
    "x1..y..x2",
    "",
    "1",
    "0",
)
_PATHS = ("none.csv", "", ".", "..", "net.yaml", "/dev/null", "/", "-",
          "a" * 300, "d.csv/x", "~/d.csv", "d.CSV", "./d.csv", "d.csv\0", "\x1b[31m",
              "http://x/d.csv", "d" * 5000)  # fmt: skip


@st.composite
def table(draw: st.DrawFn) -> bytes:
    """A table of numbers, with what happens to tables."""
    mark = among(draw, (",",) * 20 + (";", "\t", "|", " ", ", "))
    heads = [*HEADS]
    if draw(st.integers(0, 9)) == 0:
        heads[draw(st.integers(0, 5))] = draw(odd_texts | st.sampled_from(HEADS))
    cell = rarely(usual, odd_numbers | odd_texts, 60)
    lines = [
        [
            *(draw(cell) for _ in range(4)),
            among(draw, ("0",) * 9 + ("1",) * 9 + ("2", "a", "0.0")),
            draw(rarely(usual, odd_texts, 9)),
        ]
        for _ in range(draw(st.integers(0, 4)))
    ]
    if lines and draw(st.integers(0, 4)) == 0:
        line = lines[draw(st.integers(0, len(lines) - 1))]
        line[:] = among(
            draw,
            ([], line[:-1], [*line, "1"], line * 50, [f'"{cell}"' for cell in line], ['"', *line]),
        )
    rows = [heads, *lines] if draw(st.integers(0, 9)) else lines
    text = "\n".join(mark.join(row) for row in rows) + among(
        draw, (*("\n",) * 9, "", "\n\n\n", "\n,,,,,\n")
    )
    many = among(draw, (1,) * 30 + (400, 5000))
    return draw(saved(text if many == 1 else text * many))


@st.composite
def _columns(draw: st.DrawFn, usual_ones: Node) -> Node:
    odd = among(draw, _ASKED)
    odd_ones: tuple[Node, ...] = (
        odd,
        quoted(odd),
        [quoted(odd)],
        [quoted(odd), "x1"],
        "[]",
        "3",
        draw(odd_texts.map(quoted)),
    )
    return usual_ones if draw(st.integers(0, 9)) else among(draw, odd_ones)


@st.composite
def with_table(draw: st.DrawFn) -> dict[str, bytes]:
    """A configuration, and the table that it names."""
    path = quoted(draw(rarely(st.just("d.csv"), st.sampled_from(_PATHS), 8)))
    classes = draw(st.integers(0, 2)) == 0
    ranges: list[Node] = [["x1", "x2"], "x1..x2"]
    data = mapping(
        file=path,
        inputs=draw(_columns(among(draw, ranges))),
        **{"class": draw(_columns("label"))}
        if classes
        else {"targets": draw(_columns(["y", "x3"]))},
        names=draw(_columns("name")) if draw(st.booleans()) else "",
    )
    predict = mapping(file=path, inputs=["x2", "x1"]) if draw(st.integers(0, 3)) == 0 else ""
    return {"net.yaml": _network(data, predict=predict), "d.csv": draw(table())}


@st.composite
def with_arrays(draw: st.DrawFn) -> dict[str, bytes]:
    """A configuration, and the arrays that its data and weights are taken from."""
    name = among(draw, ("a.npz", "a.npy", "a.csv"))
    array = "" if name != "a.npz" else among(draw, ("W1",) * 7 + ("X", "", "b1", draw(odd_texts)))
    weights: Node = mapping(
        file=name,
        array=quoted(array) if array else "",
        layout=among(draw, ("", "in_out", "out_in")),
    )
    data: Node = (
        mapping(file=name, inputs="X", targets="y") if name == "a.npz" else mapping(file=name)
    )
    plain: Node = [mapping(inputs=["0.1", "0.2"], targets=["1", "0"])]
    which = draw(st.integers(0, 2))
    sound = {"a.npz": npz(), "a.npy": npy, "a.csv": st.just(b"0.1,0.2\n-0.5,0.3\n")}[name]
    content = draw(rarely(sound, arrays | table(), 9))
    return {
        "net.yaml": _network(data if which else plain, weights="0.1" if which == 2 else weights),
        name: content,
    }


def _network(data: Node, weights: Node = "0.1", predict: Node = "") -> bytes:
    layer = mapping(neurons="2", activation="softmax", weights=weights, bias="0.1")
    document = mapping(
        network=mapping(inputs="2", layers=[layer]),
        loss="cross_entropy" if isinstance(data, tuple) and "class" in dict(data) else "",
        data=data,
        predict=predict,
        training=mapping(learning_rate="0.1", iterations="3"),
    )
    if isinstance(document, tuple) and "loss" not in dict(document):
        layer = mapping(neurons="2", activation="tanh", weights=weights, bias="0.1")
        document = (
            *document[1:],
            ("loss", "squared_error"),
            ("network", mapping(inputs="2", layers=[layer])),
        )
    return f"{block(document)}\n".encode("utf-8", "surrogatepass")
