"""Told: notices of new matches and of what happens to followed pairs, and what came of the pairs shown."""
