"""The demonstration of matching and dealing."""
