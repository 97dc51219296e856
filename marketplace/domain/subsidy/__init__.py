"""The instruments of the city's plan: clauses, their parameters, and what a purchase would bring."""
