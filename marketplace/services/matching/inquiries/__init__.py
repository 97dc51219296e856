"""Inquiries: asking, answering, files between two organisations, and silence that rises."""
