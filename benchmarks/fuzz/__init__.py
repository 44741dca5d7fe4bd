"""The fuzzer: inputs as people, editors, other programs and attackers hand them to `bptrace`.

Written from the documentation alone, without a look at the parsers. A kind of input is a
Hypothesis strategy of cases; a case is run in this process, and judged by what nobody may see
whatever they hand in.
"""
