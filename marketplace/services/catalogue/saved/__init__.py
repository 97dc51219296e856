"""What people keep of the market: searches and their news, favourites, comparisons."""
