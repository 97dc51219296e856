"""Achievements, demands and organisations as tables: the same columns in and out."""
