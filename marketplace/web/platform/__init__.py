"""Pages of the area: platform."""
