"""Organisations and people."""
