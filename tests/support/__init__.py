"""What several test modules need: examples, networks, commands, readers of what they print."""
