"""Finding comments by their words: folded by our own code, the same on both databases."""
