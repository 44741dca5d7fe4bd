"""Numbers and texts as nobody should write them, and as somebody will."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

ODD_NUMBERS = (
    "0", "-0", "-0.0", "1", "-1", "0.5", "1e-320", "5e-324", "1e308", "-1e308", "1e154", "1e-200",
    "1.7976931348623157e308", "1e309", "1e400", "1e-400", "1e99999999999", "-1e99999999999", "710",
    "-745.2", "36.7", "9007199254740993", "18446744073709551616", "9223372036854775808",
    "2147483648",
    ".inf", "-.inf", ".nan", "+.inf", "nan", "NaN", "inf", "-Infinity", "1" * 400, "9" * 5000,
    "-" + "9" * 5000, "0." + "0" * 4999 + "1", "1e" + "9" * 5000, "0x1F", "0x" + "F" * 5000, "0o17",
    "0b1", "1_000", "1,5", "1.2.3", "+1", "++1", "--1", "1e+3", "1.e3", ".5", "-.5", "5.", "1e",
    "e1",
    "٣", "１", "½", "²", "−1", "1 000", "1\u00a0000", "1'000", "12:30:45", "2024-01-01", "true",
    "null",
    "~", "''", '"1"', "0.1e1", "1j", "1L", "0.3775f", "50%", "#DIV/0!", "1/3", "1e-5",
)  # fmt: skip
"""As they stand in a file."""

ODD_TEXTS = (
    "", " ", "\t", "\n", "\r", "a\rb", "a\nb", "a\x85b", "a\u2028b", "\ufeff", "\0", "\x7f", "\b\b",
    "\x1b]0;owned\a", "\x1b[31mred\x1b[0m", "\x1b[2J", "\x9b31m", "\x90x\x9c", "\u202eevil",
    "\u2066x\u2069", "\u200f", "\u200b", "\u061c", "e\u0301", "\u0301", "é", "µ", "μ", "ﬁ", "İ",
    "ß",
    "猫", "שלום", "قلب", "दि", "😀", "👨\u200d👩\u200d👧", "\U000e0041", "\ufffe", "[red]", "[/red]",
    "[/]",
    "[link=file:///etc/passwd]x[/link]", "[", "]", "<script>alert(1)</script>", "</title>", "&amp;",
    "<!--", "]]>", "\"'><svg onload=x>", "=cmd|' /C calc'!A0", "=1+1", "+1+1", "@SUM(1)", "-1",
    "%s%n",
    "%", "{0}", "{name}", "{id}", "{seed}", "{", "}", "{{}}", "${x}", "$x$", "$", "\\", "\\n",
    "\\input{/etc/passwd}", "\\end{document}", "^1_1", "_", "__class__", "w1", "b1", "lr", "loss",
    "net_h1", "h1", "E_total", "total", "nan", "inf", "null", "true", "no", "y", "1", "1e5", "0x10",
    "-", "--", "--help", "-n", "~", "*", "?", "**", "a|b", "`id`", "$(id)", ";", "'", '"',
    "\"\"\"", "#",
    "@", "@2", "#3", "@@", "a@1#1", "a b", "a:b", "a=b", "a,b", "a;b", "a/b", "a\\b", "CON", "nul",
    "if", "lambda", "None", "self", "import", "print", "a" * 300, "x" * 20_000, "猫" * 3000,
    "\u0301" * 500,
)  # fmt: skip

ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7")
"""What editors and spreadsheets save in, when nobody tells them better."""

LINE_ENDS = ("\r\n", "\r", "\n\r", "\x85", "\u2028", "\n\n", "\x0b", "\x0c")

odd_numbers = st.sampled_from(ODD_NUMBERS)
odd_texts = st.sampled_from(ODD_TEXTS) | st.text(max_size=6)


def quoted(text: str) -> str:
    """The text as a scalar of YAML, with its escapes where YAML wants them."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    number = ord(letter)
    return (
        f"\\x{number:02x}"
        if number < 256
        else f"\\u{number:04x}"
        if number < 65536
        else f"\\U{number:08x}"
    )


def rarely(
    usual: st.SearchStrategy[T], odd: st.SearchStrategy[T], one_in: int = 5
) -> st.SearchStrategy[T]:
    """Mostly the usual; the odd one in so many times."""
    return st.integers(1, one_in).flatmap(lambda number: odd if number == one_in else usual)


def misspelt(draw: st.DrawFn, word: str) -> str:
    """The word with a letter too many, too few, doubled, or in the wrong place; or in capitals."""
    place = draw(st.integers(0, max(len(word) - 1, 0)))
    before, letter, after = word[:place], word[place : place + 1], word[place + 1 :]
    return draw(
        st.sampled_from(
            (
                before + after,
                before + letter * 2 + after,
                after[:1].join((before, letter)) + after[1:],
                word.upper(),
                word + " ",
                before + letter + draw(odd_texts)[:50] + after,
            )
        )
    )


@st.composite
def saved(draw: st.DrawFn, text: str) -> bytes:
    """The bytes of the text, now and then as an odd editor, a broken line or a bad disk leaves them."""
    done = draw(
        st.sampled_from(("plain",) * 24 + ("ends", "encoding", "cut", "flip", "join", "odd"))
    )
    content = text.encode("utf-8", "surrogatepass")
    place = draw(st.integers(0, len(content))) if done in ("cut", "flip", "join") else 0
    match done:
        case "ends":
            return text.replace("\n", draw(st.sampled_from(LINE_ENDS))).encode("utf-8", "replace")
        case "encoding":
            return text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
        case "cut":
            return content[:place]
        case "flip":
            return content[:place] + draw(st.binary(min_size=1, max_size=3)) + content[place + 1 :]
        case "join":
            return content[:place] + content[: draw(st.integers(0, 200))] + content[place:]
        case "odd":
            return content + draw(odd_texts).encode("utf-8", "surrogatepass")
    return content


def among(draw: st.DrawFn, choices: Sequence[T]) -> T:
    """One of them, drawn."""
    return draw(st.sampled_from(choices))
