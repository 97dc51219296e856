"""Pages of matches, inquiries, negotiations and the broker's desk."""
