"""How well a listing is written: clarity of a demand, completeness of an achievement, likeness of two of them."""
