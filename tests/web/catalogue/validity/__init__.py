"""Pages on which owners confirm what they published."""
