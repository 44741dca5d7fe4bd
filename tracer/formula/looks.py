"""How calls of the primitives are written, a pattern a format.

What a row of the table in `primitives` takes for its looks.
"""

from __future__ import annotations

from tracer.formula.primitive import Binding, Pattern, Patterns


def function(
    name: str, latex: str, arity: int = 1, shown: str | None = None, arrays: str = ""
) -> Patterns:
    """name(a, b): written as a function in all formats; `arrays`: what it is called for those."""
    shown = shown or name
    arguments = ", ".join(f"${index + 1}" for index in range(arity))
    mathml_arguments = "<mo>,</mo>".join(f"${index + 1}" for index in range(arity))
    return Patterns(
        plain=Pattern(f"{name}({arguments})"),
        text=Pattern(f"{shown}({arguments})"),
        latex=Pattern(rf"{latex}\left({arguments}\right)"),
        mathml=Pattern(
            f"<mrow><mi>{shown}</mi><mo>&#x2061;</mo>"
            f"<mrow><mo>(</mo>{mathml_arguments}<mo>)</mo></mrow></mrow>"
        ),
        arrays=Pattern(f"{{}}.{arrays}({arguments})") if arrays else None,
    )


def logarithm(name: str, base: int) -> Patterns:
    """log_base(x)."""
    subscript = "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(base))
    return Patterns(
        plain=Pattern(f"{name}($1)"),
        text=Pattern(f"log{subscript}($1)"),
        latex=Pattern(rf"\log_{{{base}}}\left($1\right)"),
        mathml=Pattern(
            f"<mrow><msub><mi>log</mi><mn>{base}</mn></msub><mo>&#x2061;</mo>"
            "<mrow><mo>(</mo>$1<mo>)</mo></mrow></mrow>"
        ),
    )


def _ln_mathml(added: str) -> str:
    """ln(1 + added)."""
    return (
        "<mrow><mi>ln</mi><mo>&#x2061;</mo>"
        f"<mrow><mo>(</mo><mrow><mn>1</mn><mo>+</mo>{added}</mrow><mo>)</mo></mrow></mrow>"
    )


EXP = Patterns(
    plain=Pattern("exp($1)"),
    text=Pattern("exp($1)"),
    latex=Pattern("e^{$1}", Binding.POWER),
    mathml=Pattern("<msup><mi>e</mi>$1</msup>", Binding.POWER),
)
EXPM1 = Patterns(
    plain=Pattern("expm1($1)"),
    text=Pattern("exp($1) − 1", Binding.SUM),
    latex=Pattern("e^{$1} - 1", Binding.SUM),
    mathml=Pattern("<mrow><msup><mi>e</mi>$1</msup><mo>−</mo><mn>1</mn></mrow>", Binding.SUM),
)
LOG1P = Patterns(
    plain=Pattern("log1p($1)"),
    text=Pattern("ln(1 + $1)", follows=True),
    latex=Pattern(r"\ln\left(1 + $1\right)", follows=True),
    mathml=Pattern(_ln_mathml("$1"), follows=True),
)
SOFTPLUS = Patterns(
    plain=Pattern("softplus($1)"),
    text=Pattern("ln(1 + exp($1))"),
    latex=Pattern(r"\ln\left(1 + e^{$1}\right)"),
    mathml=Pattern(_ln_mathml("<msup><mi>e</mi>$1</msup>")),
)
SQRT = Patterns(
    plain=Pattern("sqrt($1)"),
    text=Pattern("√($1)"),
    latex=Pattern(r"\sqrt{$1}"),
    mathml=Pattern("<msqrt>$1</msqrt>"),
)
ABS = Patterns(
    plain=Pattern("abs($1)"),
    text=Pattern("|$1|"),
    latex=Pattern(r"\left|$1\right|"),
    mathml=Pattern("<mrow><mo>|</mo>$1<mo>|</mo></mrow>"),
)
IF_POSITIVE = Patterns(
    plain=Pattern("($2 if $1 > 0 else $3)"),
    text=Pattern("($2 if $1 > 0 else $3)"),
    latex=Pattern(
        r"\begin{cases} $2 & \text{if } $1 > 0 \\ $3 & \text{otherwise} \end{cases}", Binding.POWER
    ),
    mathml=Pattern(
        "<mrow><mo>{</mo><mtable>"
        "<mtr><mtd>$2</mtd>"
        "<mtd><mrow><mtext>if </mtext>$1<mo>&gt;</mo><mn>0</mn></mrow></mtd></mtr>"
        "<mtr><mtd>$3</mtd><mtd><mtext>otherwise</mtext></mtd></mtr>"
        "</mtable></mrow>",
        Binding.POWER,
    ),
    javascript=Pattern("($1 > 0 ? $2 : $3)"),
    arrays=Pattern("{}.where($1 > 0, $2, $3)"),
)
