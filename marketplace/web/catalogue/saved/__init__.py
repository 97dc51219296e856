"""Pages of what people keep: saved searches, favourites, comparisons."""
