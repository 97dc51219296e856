"""The turnover ledger, its views and targets."""
