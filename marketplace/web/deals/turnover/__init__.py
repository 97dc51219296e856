"""Pages of the turnover."""
