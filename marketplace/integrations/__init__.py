"""The outside world: one file each, with a Protocol, the real one and a fake."""
