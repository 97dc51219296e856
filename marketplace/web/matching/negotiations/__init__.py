"""Pages of negotiations: the list, the table with its offers, notes, the 技术经理人 beside it."""
