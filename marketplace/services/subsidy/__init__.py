"""The subsidy: policies, estimates, cases, and the money that goes out and comes back."""
