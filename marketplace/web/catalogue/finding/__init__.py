"""What helps to find: suggestions, offers beside an answer, related listings, and the words that search goes by."""
