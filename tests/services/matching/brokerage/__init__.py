"""The desk of a 技术经理人."""
