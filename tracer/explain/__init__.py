"""What a number is made of, and in which order a person calculates it."""
