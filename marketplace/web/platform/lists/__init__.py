"""The city's lists and indicators: for administrators to keep, and for everybody to read."""
