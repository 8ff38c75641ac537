"""What the desk reads: the comments of a view in an order, what they are found by, how many there are."""
