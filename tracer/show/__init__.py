"""How results look.

`reports` turn results into documents (`document`), `notation` writes their names, formulas and
numbers, `formats` write the documents as text. Neither reports nor formats know each other.
"""
