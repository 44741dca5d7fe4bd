"""What is calculated: quantities and their names, rows of functions, networks, experiments."""
