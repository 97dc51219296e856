"""Historical contracts from a table: checked row by row first, then written in chunks."""
