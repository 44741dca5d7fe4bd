"""Exercises for people who calculate by hand."""
