"""Forms of the subsidy."""
