"""Answers: the numbers that a learner, a publication or a program supplies, and what they belong to.

A file (YAML, CSV and its relatives, JSON, NPZ or NPY) or the configuration's own `expected:` →
entries with their places → answers: a quantity with the digits as written, or a stage's whole array.
`tracer.diagnose.check` judges them.
"""

from tracer.diagnose.answers.model import Answer, ArrayAnswer, Supplied, Tolerance
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.answers.reading import (
    NoNumbersError,
    foreign_title,
    plain_answers,
    published_answers,
    read_answers,
)

__all__ = [
    "Answer",
    "ArrayAnswer",
    "Moment",
    "NoNumbersError",
    "Supplied",
    "Tolerance",
    "foreign_title",
    "plain_answers",
    "published_answers",
    "read_answers",
]
