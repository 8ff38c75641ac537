"""Average star ratings: one vote a reader and page, five exact integers."""
