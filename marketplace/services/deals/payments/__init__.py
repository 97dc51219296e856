"""Money on contracts: recorded, verified, reconciled; online payment."""
