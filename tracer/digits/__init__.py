"""Written numbers: read, rounded, shown, compared."""
