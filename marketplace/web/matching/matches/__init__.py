"""Pages of matches: the lists of both sides, why a pair matches, and what people say of it."""
