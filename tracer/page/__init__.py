"""The page that calculates: one HTML file with the network's picture, tables, formulas and program."""
