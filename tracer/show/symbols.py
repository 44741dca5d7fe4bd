"""The signs that documents use beyond ASCII: one row a sign, how ASCII and LaTeX write it.

Every writer passes foreign text (names, titles) through `printable`; ASCII terminals get
`to_ascii`. The same replacements serve as the codec error handler `ENCODING_ERRORS`, the last
resort of any stream.
"""

import codecs
import re

from tracer.visible import printable

SYMBOLS: dict[str, tuple[str, str]] = {
    # sign: (ASCII, LaTeX in math mode); {} lets a second superscript follow a first
    "α": ("alpha", r"\alpha"),
    "β": ("beta", r"\beta"),
    "γ": ("gamma", r"\gamma"),
    "δ": ("delta", r"\delta"),
    "Δ": ("Delta", r"\Delta"),
    "ε": ("epsilon", r"\varepsilon"),
    "η": ("eta", r"\eta"),
    "θ": ("theta", r"\theta"),
    "λ": ("lambda", r"\lambda"),
    "μ": ("mu", r"\mu"),
    "π": ("pi", r"\pi"),
    "σ": ("sigma", r"\sigma"),
    "Σ": ("sum", r"\Sigma"),
    "τ": ("tau", r"\tau"),
    "φ": ("phi", r"\varphi"),
    "∂": ("d", r"\partial"),
    "∇": ("grad", r"\nabla"),
    "∑": ("sum", r"\sum"),
    "√": ("sqrt", r"\surd"),
    "∞": ("inf", r"\infty"),
    "·": ("*", r"\cdot"),
    "×": ("x", r"\times"),
    "÷": ("/", r"\div"),
    "⊙": (".*", r"\odot"),
    "−": ("-", "-"),
    "±": ("+/-", r"\pm"),
    "≈": ("~=", r"\approx"),
    "≠": ("!=", r"\neq"),
    "≤": ("<=", r"\leq"),
    "≥": (">=", r"\geq"),
    "→": ("->", r"\to"),
    "←": ("<-", r"\leftarrow"),
    "‖": ("||", r"\Vert"),
    "⌊": ("floor(", r"\lfloor"),
    "⌋": (")", r"\rfloor"),
    "\u0302": ("hat", r"\hat{}"),
    "ᵏ": ("^k", "{}^{k}"),
    "ᵗ": ("^t", "{}^{t}"),
    "′": ("'", "{}'"),
    "ᵀ": ("^T", r"{}^{\top}"),
    "½": ("1/2", r"\tfrac{1}{2}"),
    "⁺": ("^+", "{}^{+}"),
    "…": ("...", r"\ldots"),
    "–": ("-", r"\text{--}"),
    "—": ("--", r"\text{---}"),
    "‘": ("'", r"\text{`}"),
    "’": ("'", r"\text{'}"),
    "“": ('"', r"\text{``}"),
    "”": ('"', r"\text{''}"),
    **{sign: (f"^{digit}", f"{{}}^{{{digit}}}") for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: (f"_{digit}", f"{{}}_{{{digit}}}") for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}

ENCODING_ERRORS = "bptrace.ascii"
"""For `open(errors=...)`: writes what the encoding lacks as `to_ascii` does, and never raises."""

_BOX = dict(zip("─═│⎡⎢⎣⎤⎥⎦", "-=|[[[]]]", strict=True))
_TO_ASCII = str.maketrans({sign: ascii_ for sign, (ascii_, _) in SYMBOLS.items()} | _BOX)
_NO_XML = re.compile("[\ufffe\uffff]")


def to_ascii(text: str) -> str:
    r"""The text in ASCII: `δ_h1 ≈ 0.1` → `delta_h1 ~= 0.1`; what has no row becomes `\uXXXX`."""
    if text.isascii():
        return text
    return text.translate(_TO_ASCII).encode("ascii", "backslashreplace").decode("ascii")


def escaped(text: str) -> str:
    """The printable text for XML, in an element or an attribute; what no XML may hold is replaced."""
    from html import escape

    return escape(_NO_XML.sub("\ufffd", printable(text)), quote=True)


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end


codecs.register_error(ENCODING_ERRORS, _replace_unencodable)
