"""Lists of people and organisations for administrators, batches and letters."""
