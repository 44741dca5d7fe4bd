"""What is calculated: quantities and their names, the rows of functions, networks, experiments.

Data without a calculation: `quantity` is the identity of a number, `names` its text; `activations`,
`losses`, `optimizers` and `initializers` are tables with a row each; `network` and `experiment` say
what goes together.
"""
