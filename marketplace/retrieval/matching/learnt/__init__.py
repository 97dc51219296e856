"""What moves scores beyond the words of two texts: judgements, vectors of meaning; and words to learn."""
