"""Answers: the numbers that a learner, a publication or a program supplies, and what they belong to.

A file (YAML, CSV and its relatives, JSON, NPZ or NPY) or the configuration's own `expected:` →
entries with their places → answers, each the quantity that is meant and the digits as written.
`tracer.diagnose.check` judges them.
"""

from tracer.diagnose.answers.model import Answer, Tolerance
from tracer.diagnose.answers.moments import Moment
from tracer.diagnose.answers.reading import foreign_title, published_answers, read_answers

__all__ = ["Answer", "Moment", "Tolerance", "foreign_title", "published_answers", "read_answers"]
