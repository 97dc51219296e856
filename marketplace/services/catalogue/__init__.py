"""Achievements and demands: writing, reviewing, publishing, finding."""
