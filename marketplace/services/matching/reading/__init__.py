"""Matches as their readers see them: what the worker ranked, weighed with fields and feedback, and why."""
