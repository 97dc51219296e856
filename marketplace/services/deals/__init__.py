"""Technology contracts: from draft to registration, what is paid, what the city counts."""
