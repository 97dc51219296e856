"""Pages of the desk of a 技术经理人, and of what it tells both sides."""
