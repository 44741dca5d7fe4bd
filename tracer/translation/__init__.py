"""For translators: all the messages that there are, and what a catalogue lacks of them.

`python -m tracer.translation de` lists what is missing in `tracer/language/de.toml`.
"""
