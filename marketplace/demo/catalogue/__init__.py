"""The demonstration of the catalogue beyond its listings."""
