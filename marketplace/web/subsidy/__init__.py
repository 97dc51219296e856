"""Pages of the subsidy: policies, cases, reviews, grants."""
