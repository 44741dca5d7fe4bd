"""Exercises for people who calculate by hand: a wish and a seed become an experiment."""
