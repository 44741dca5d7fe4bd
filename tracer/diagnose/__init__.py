"""Somebody's numbers judged: answers, mistakes, conventions, verdicts, gradient checks.

A file of answers becomes `answers`; `check` compares each with the exact number and with what
follows from the other answers, `mistakes` and `why` look for the slip or the convention that
explains a wrong one.
"""
