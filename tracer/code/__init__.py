"""A calculation as a stand-alone program: its formulas from the engine, in a language and its idiom."""
