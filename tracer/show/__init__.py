"""How results look: documents, their notation, reports and formats."""
