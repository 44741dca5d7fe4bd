"""Pictures of networks and computation graphs: what is in them, where it stands, how it is drawn.

`network` and `graph` make a `Picture` from a trace; `place` says where everything stands; `svg`
draws it, and `dot` and `mermaid` write it for programs that place it themselves. None of them knows
a screen. What the commands do with it: `tracer.show.formats`; what a page does: `svg.drawings`.
"""
