"""Negotiations and their contract drafts."""
