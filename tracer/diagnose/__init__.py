"""Somebody's numbers judged: answers, mistakes, conventions, verdicts, gradient checks."""
