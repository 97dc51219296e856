"""What a listing says: its fields, how typed text becomes values, what a complete one needs, what changed."""
