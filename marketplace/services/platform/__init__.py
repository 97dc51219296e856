"""Shared services, built once for every area."""
