"""Finding things: text analysis, the search index and what is shown of a hit. Knows no database and no web."""
