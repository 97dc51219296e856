"""Pages on which owners confirm that what they published still holds."""
