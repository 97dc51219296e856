"""Forms of the area: people."""
