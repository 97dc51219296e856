"""Gaps: demands that nothing on the site fits, kept, told and shown on a public map."""
