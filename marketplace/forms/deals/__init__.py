"""Forms of contracts and payments."""
