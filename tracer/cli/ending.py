"""How a command leaves: its exit codes."""

DISAGREE = 1
"""Exit code: the numbers disagree."""
UNREAD = 2
"""Exit code: something could not be read."""
