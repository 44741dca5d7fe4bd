"""Whole arrays, as programs have them, judged with NumPy: nothing is made for each right number.

Array answers of one moment → a finding for each array, which knows the verdict on each of its
numbers. What should follow from somebody's arrays is one run of the engine that goes on with them
(`kept`); what floating-point arithmetic loses on the way are a few runs with disturbed numbers
(`lost`); the mistake that explains a wrong array is looked for in a sample of it (`mistakes`).
"""

from tracer.diagnose.arrays.finding import ArrayFinding, ArrayMatch
from tracer.diagnose.arrays.judge import ArrayJudge, JudgedArrays

__all__ = ["ArrayFinding", "ArrayJudge", "ArrayMatch", "JudgedArrays"]
