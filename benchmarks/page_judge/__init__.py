"""Whether the judge of a page and `bptrace check` say the same, on sheets as people make them."""
