"""Forms of matches, inquiries and negotiations."""
