"""Pages of technology contracts."""
