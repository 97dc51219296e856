"""Technology contracts, the money paid on them, and the city's turnover: pure rules."""
