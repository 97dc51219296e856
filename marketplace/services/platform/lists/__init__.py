"""The city's lists and targets as the site keeps them."""
