"""The style of pictures: plain colours in classes, for light and for dark surroundings.

Everything is below `.picture`, so that it can stand in a page; essentials (lines, fills, dashes) are
attributes of the elements too, for viewers that know no style.
"""

POSITIVE, NEGATIVE = "#2563a8", "#c2410c"
"""The colours of edges by their sign, in light surroundings and where no style is known."""
_LIGHT = {
    "paper": "#ffffff",
    "ink": "#1c2733",
    "quiet": "#556273",
    "body": "#f4f7fb",
    "input": "#eef6ef",
    "bias": "#f7f4ea",
    "error": "#fbf1ef",
    "outline": "#5b6b80",
    "link": "#8a94a3",
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "value": "#1b6e3a",
    "gradient": "#b3261e",
}
_DARK = {
    "paper": "#10161d",
    "ink": "#e7edf4",
    "quiet": "#a3b1c2",
    "body": "#1a232e",
    "input": "#17291f",
    "bias": "#2a2618",
    "error": "#2d1d1a",
    "outline": "#8797ab",
    "link": "#6c7a8c",
    "positive": "#6db1ff",
    "negative": "#ff9a5c",
    "value": "#7fd99a",
    "gradient": "#ff9d94",
}
_COLOURS = """\
.picture .paper, .picture .ground {{ fill: {paper}; }}
.picture text {{ fill: {ink}; }}
.picture .name, .picture .heading, .picture .subtitle, .picture .formula, .picture .more,
.picture .legend text {{ fill: {quiet}; }}
.picture .body {{ fill: {body}; stroke: {outline}; }}
.picture .input .body, .picture .given .body {{ fill: {input}; }}
.picture .bias .body {{ fill: {bias}; }}
.picture .error .body, .picture .total .body {{ fill: {error}; }}
.picture .link {{ stroke: {link}; }}
.picture .wedge {{ fill: {outline}; }}
.picture .edge {{ stroke: {positive}; }}
.picture .edge.negative {{ stroke: {negative}; }}
.picture .number.value {{ fill: {value}; }}
.picture .number.gradient {{ fill: {gradient}; }}
"""
_SHAPES = """\
.picture text { font-size: 13px; }
.picture .number { font-variant-numeric: tabular-nums; }
.picture .title { font-size: 17px; font-weight: 650; }
.picture .heading { font-size: 12px; letter-spacing: 0.02em; }
.picture .title-of { font-size: 14px; font-weight: 650; }
.picture .formula, .picture .legend text { font-size: 12px; }
.picture .edge { stroke-dasharray: none; }
.picture .edge.negative { stroke-dasharray: 7 4; }
.picture .body { stroke-width: 1.25; }
.picture .ground { fill-opacity: 0.88; }
"""

STYLE = (
    f"\n{_SHAPES}{_COLOURS.format(**_LIGHT)}"
    f"@media (prefers-color-scheme: dark) {{\n{_COLOURS.format(**_DARK)}}}\n"
)
"""For a picture's own `<style>`, or once for a page of pictures."""
