"""The desk of a 技术经理人: leads, contacts, tasks, introductions, and what came of them."""
