"""Pages of the registry: registration, changes, published prices, verification."""
