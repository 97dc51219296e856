"""Rules of matching and dealing."""
