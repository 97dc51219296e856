"""Aliases, dictionary and stop words: what comes with the program, as administrators of the site keep it."""
