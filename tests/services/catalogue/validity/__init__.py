"""How long a listing stays public without being confirmed."""
