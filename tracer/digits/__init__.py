"""Written numbers: read with their digits, rounded, shown, compared to the digits given."""
