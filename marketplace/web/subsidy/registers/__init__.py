"""Pages of cap groups, of the 失信 list and of written decisions."""
