"""Negotiations: begun from an inquiry, offers as versions, until one becomes a contract draft or it ends."""
