"""A class's sheets marked: whose they are, what each number earns, what the class got wrong.

`mark_class` marks submissions, `mark_sheet` a single sheet, both of an `Exercise`; `Gathering` finds
the files. The verdicts are those of `tracer.diagnose.check`; `trivial` says which earn no method.
"""

from tracer.teach.marking.classroom import MarkedClass, MarkedStudent, Submission, mark_class
from tracer.teach.marking.exercise import Exercise, exercise_of
from tracer.teach.marking.sheet import Mark, MarkedSheet, mark_sheet
from tracer.teach.marking.students import Student

__all__ = [
    "Exercise",
    "Mark",
    "MarkedClass",
    "MarkedSheet",
    "MarkedStudent",
    "Student",
    "Submission",
    "exercise_of",
    "mark_class",
    "mark_sheet",
]
