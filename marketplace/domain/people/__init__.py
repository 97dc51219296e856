"""Rules about people: what a password must be."""
