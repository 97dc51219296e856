"""Pages before buying: the estimate of an achievement, the calculator, the kit for sellers."""
