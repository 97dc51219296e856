"""What people said and did about matches, and what is learnt from it."""
