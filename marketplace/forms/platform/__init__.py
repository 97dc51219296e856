"""Forms of the area: platform."""
