"""The published numbers that are not what they should be: `python -m benchmarks.errata docs/errata.md`.

Every bundled example quotes the numbers of its source (`expected:`); `check` and `why` judge them, and
this writes down what they find: no number and no reason stands here. An erratum is a published number
that is not the exact one, rounded to the digits published.
"""
