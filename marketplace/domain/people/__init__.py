"""Rules about organisations and people: their data, passwords, and what they agree to."""
