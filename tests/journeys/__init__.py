"""Whole stories, in Chromium."""
