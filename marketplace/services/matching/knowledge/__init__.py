"""The knowledge table of the field as administrators keep it."""
