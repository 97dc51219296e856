"""What a text says and what it counts under, for the index and for what is shown of a hit."""
