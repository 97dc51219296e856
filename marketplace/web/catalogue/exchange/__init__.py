"""Tables in and out through the pages."""
