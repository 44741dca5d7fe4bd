"""How a command leaves: its exit codes."""

DISAGREE = 1
"""Exit code: the numbers disagree."""
INTERRUPTED = 130
