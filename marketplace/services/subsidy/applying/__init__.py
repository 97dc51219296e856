"""The applicant's side of a case: materials, declarations, the sum, submission and what follows it."""
