"""Forms of the area: catalogue."""
