"""The demonstration of what serves every area: announcements."""
