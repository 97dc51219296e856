"""People and organisations as administrators list them, and what is done to one or several of them."""
