"""WTForms: shape and wording only; rules live in domain and services."""
