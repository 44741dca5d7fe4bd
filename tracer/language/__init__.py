"""What is said to people in their own language: messages by their English text.

Code and rows of tables hold English; `say` puts a message into the language that is in force, where its
catalogue has it. A catalogue is one file, `CODE.toml` in this folder; English needs none.
"""

from tracer.language.catalogue import counted, in_language, say

__all__ = ["counted", "in_language", "say"]
