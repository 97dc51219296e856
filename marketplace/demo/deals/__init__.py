"""The demonstration's technology contracts: what was agreed, registered, paid and changed, through the services."""
