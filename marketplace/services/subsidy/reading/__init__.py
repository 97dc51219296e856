"""What pages show of a case: the whole of it, what it waits for, the list."""
